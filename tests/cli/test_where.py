import os
from pathlib import Path

import pytest

from edgemood.cli import where
from edgemood.cli.where import SOCKET, socket_of
from edgemood.config.schema import DaemonConfig
from edgemood.errors import EdgemoodError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_the_usual_socket_is_the_schema_s_default() -> None:
    assert DaemonConfig().socket == SOCKET


def test_the_socket_named_in_the_file_is_used(config: Path) -> None:
    config.write_text("daemon:\n  socket: /tmp/other.sock\n")
    assert socket_of(config) == Path("/tmp/other.sock")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mood:\n  window_s: 5\n",
        "# socket: /tmp/other.sock\n",
        "daemon: socket",
        "daemon:\n  socket: [unfinished\n",
        "- socket\n",
    ],
)
def test_a_file_that_names_none_or_is_broken_means_the_usual_socket(
    config: Path, text: str
) -> None:
    config.write_text(text)
    assert socket_of(config) == SOCKET


def test_without_any_file_the_usual_socket_is_meant(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "CONFIG", config)
    assert socket_of(None) == SOCKET


def test_the_usual_file_is_read_when_none_is_given(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "CONFIG", config)
    config.write_text("daemon:\n  socket: /tmp/other.sock\n")
    assert socket_of(None) == Path("/tmp/other.sock")


def test_a_file_that_was_asked_for_must_be_there(config: Path) -> None:
    with pytest.raises(EdgemoodError, match=r"config\.yaml: cannot read.*No such file"):
        socket_of(config)


def test_a_file_that_is_not_text_is_refused(config: Path) -> None:
    config.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EdgemoodError, match="not a text file"):
        socket_of(config)


@pytest.mark.parametrize(
    "text",
    [
        "socket: 2026-13-45\n",
        f"socket: {'9' * 5000}\n",
        f"daemon: {{socket: {'9' * 5000}, x: 2026-99-99}}\n",
        "daemon: &a [*a]\nsocket: 1\n",
        "? [socket]\n: 1\n",
        "socket: " + "[" * 20_000,
        "- " * 10_000 + "socket",
        "daemon: {socket: !!python/object:os.system x}\n",
    ],
)
def test_no_value_in_the_file_ends_in_a_traceback(config: Path, text: str) -> None:
    config.write_text(text)
    assert socket_of(config).is_absolute()


def test_a_relative_socket_lies_beside_the_file(config: Path) -> None:
    config.write_text("daemon: {socket: run/control.sock}\n")
    assert socket_of(config) == config.parent / "run" / "control.sock"


@pytest.mark.parametrize("asked_for", [True, False])
def test_a_fifo_in_the_file_s_place_is_not_waited_for(
    *, config: Path, asked_for: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(config)
    monkeypatch.setattr(where, "CONFIG", config)
    if not asked_for:
        assert socket_of(None) == SOCKET
        return
    with pytest.raises(EdgemoodError, match="is not a regular file"):
        socket_of(config)
