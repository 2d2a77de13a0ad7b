import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgemood.daemon import sd_notify as notify


@pytest.fixture(params=["file", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """The socket that systemd would read, in the file system or in the abstract namespace."""
    name = f"edgemood-test-{os.getpid()}"
    address, told = {
        "file": (str(tmp_path / "notify"), str(tmp_path / "notify")),
        "abstract": (f"\0{name}", f"@{name}"),
    }[request.param]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(600)
        monkeypatch.setenv("NOTIFY_SOCKET", told)
        yield listener


def test_systemd_hears_every_word(systemd: socket.socket) -> None:
    notify.ready()
    notify.status("happy (80%); Artist – Title")
    notify.watchdog()
    notify.stopping()
    assert [systemd.recv(4096).decode() for _ in range(4)] == [
        "READY=1",
        "STATUS=happy (80%); Artist – Title",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_a_status_of_several_lines_cannot_smuggle_in_another_message(
    systemd: socket.socket,
) -> None:
    notify.status("song\nSTOPPING=1")
    assert systemd.recv(4096) == b"STATUS=song STOPPING=1"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.ready()


def test_a_systemd_that_went_away_is_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify.ready()


@pytest.mark.parametrize(
    ("microseconds", "process", "interval_s"),
    [
        ("30000000", str(os.getpid()), 30.0),
        ("500000", None, 0.5),
        ("30000000", "1", None),
        (None, None, None),
        ("", None, None),
        ("0", None, None),
        ("soon", None, None),
    ],
)
def test_the_watchdog_s_interval_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
    microseconds: str | None,
    process: str | None,
    interval_s: float | None,
) -> None:
    for name, value in [("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", process)]:
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert notify.watchdog_interval_s() == interval_s
