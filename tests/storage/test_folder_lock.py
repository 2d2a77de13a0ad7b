"""Two daemons never share a state folder."""

import os
import signal
import subprocess
import sys

import pytest

from edgemood.errors import AlreadyRunningError
from edgemood.storage.folder_lock import LOCK, only_daemon_in

HOLD = """
import sys
from pathlib import Path
from edgemood.storage.folder_lock import only_daemon_in
with only_daemon_in(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(state):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    return holder


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def holder(state):
    holder = start_holder(state)
    yield holder
    holder.kill()
    holder.communicate()


def test_a_second_daemon_is_told_who_holds_the_folder_until_that_is_killed(state, holder):
    with (
        pytest.raises(AlreadyRunningError, match=f"process id {holder.pid} keeps") as refused,
        only_daemon_in(state),
    ):
        pass
    assert str(state) in str(refused.value)
    assert "--state" in str(refused.value)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with only_daemon_in(state):
        assert (state / LOCK).read_text() == f"{os.getpid()}\n"


def test_by_whatever_way_the_folder_is_named(state, holder, tmp_path):
    (tmp_path / "link").symlink_to(state)
    with pytest.raises(AlreadyRunningError), only_daemon_in(tmp_path / "link"):
        pass


def test_it_can_be_held_again_when_it_is_let_go(state):
    for _ in range(2):
        with only_daemon_in(state):
            pass


@pytest.mark.parametrize(
    "odd",
    [
        lambda path: path.mkdir(),
        os.mkfifo,
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("/etc/hostname"),
        lambda path: path.write_bytes(b"\xff" * 100),
    ],
)
def test_whatever_lies_where_the_lock_is_made_two_daemons_do_not_share(state, odd):
    state.mkdir()
    odd(state / LOCK)
    with only_daemon_in(state), pytest.raises(AlreadyRunningError), only_daemon_in(state):
        pass


def test_a_folder_that_cannot_be_made_or_looked_into_stops_no_start(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for state in (tmp_path / "file", tmp_path / "file" / "state", tmp_path / "loop"):
        with only_daemon_in(state):
            pass


def test_a_folder_that_cannot_be_written_is_held_too(state):
    """As another user would see it: root may write everywhere."""
    state.mkdir()
    state.chmod(0o555)
    with only_daemon_in(state), pytest.raises(AlreadyRunningError), only_daemon_in(state):
        pass
