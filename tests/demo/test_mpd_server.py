import shutil
import tempfile
from pathlib import Path

import pytest

from deploy.demo.mpd_server import PrivateMpd


@pytest.fixture
def folder():
    """A unix socket's path may have 107 bytes, which pytest's own folders can exceed."""
    with tempfile.TemporaryDirectory(prefix="mpd-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_it_answers_once_started_and_is_gone_once_stopped(folder):
    (folder / "music").mkdir()
    with PrivateMpd(folder / "mpd", folder / "music") as server:
        assert server.socket.is_socket()
        process = server._process
    assert process.poll() is not None
    server.stop()


def test_it_can_be_killed_and_started_again(folder):
    (folder / "music").mkdir()
    with PrivateMpd(folder / "mpd", folder / "music") as server:
        server.kill()
        server.start()
        assert server._process.poll() is None


def test_an_mpd_that_does_not_start_says_why(folder):
    shutil.rmtree(folder / "music", ignore_errors=True)
    server = PrivateMpd(folder / "mpd", folder / "music", more_config="nonsense {")
    with pytest.raises(RuntimeError, match="nonsense"):
        server.start()
