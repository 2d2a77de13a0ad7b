import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.logging import RichHandler
from systemd.journal import JournalHandler

from edgemood.clock import ManualClock
from edgemood.daemon import log_setup as journal
from edgemood.daemon.log_setup import QUIET_S, OnlyNews

Ours = Callable[[], logging.Handler]


@pytest.fixture(autouse=True)
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    root, edgemood = logging.getLogger(), logging.getLogger("edgemood")
    handlers, level = list(root.handlers), edgemood.level
    yield
    root.handlers[:] = handlers
    edgemood.setLevel(level)


@pytest.fixture
def ours() -> Ours:
    """The one handler that `set_up` installed."""
    before = list(logging.getLogger().handlers)

    def ours() -> logging.Handler:
        (handler,) = [each for each in logging.getLogger().handlers if each not in before]
        return handler

    return ours


@pytest.fixture
def under_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{stderr.st_dev}:{stderr.st_ino}")


def test_under_systemd_records_go_to_journald_with_their_fields(
    under_systemd: None, ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.set_up("info")
    handler = ours()
    assert isinstance(handler, JournalHandler)
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        handler, "send", lambda message, /, **fields: sent.append((message, fields))
    )
    logging.getLogger("edgemood.mood").warning("the room is %s", "happy", extra={"MOOD": "happy"})
    ((message, fields),) = sent
    assert message == "the room is happy"
    assert fields["MOOD"] == "happy"
    assert fields["SYSLOG_IDENTIFIER"] == "edgemood"
    assert fields["PRIORITY"] == "4"
    assert fields["LOGGER"] == "edgemood.mood"


def test_a_journal_stream_inherited_by_mistake_is_not_believed(
    ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    journal.set_up("info")
    assert not isinstance(ours(), JournalHandler)


def test_without_systemd_s_library_the_journal_reads_plain_lines(
    under_systemd: None, ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "systemd.journal", None)
    journal.set_up("info")
    assert type(ours()) is logging.StreamHandler


def test_a_terminal_gets_coloured_lines(ours: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    journal.set_up("info")
    assert isinstance(ours(), RichHandler)


def test_setting_up_again_replaces_the_handler_and_the_level(ours: Ours) -> None:
    journal.set_up("debug")
    journal.set_up("error")
    ours()
    assert not logging.getLogger("edgemood.music").isEnabledFor(logging.WARNING)


def test_a_pipe_gets_plain_lines_of_our_level_and_the_warnings_of_libraries() -> None:
    script = """
import logging
from edgemood.daemon import log_setup as journal
journal.set_up("debug")
logging.getLogger("edgemood.music").debug("[queued] %d songs", 2)
logging.getLogger("library").info("chatter")
logging.getLogger("library").warning("careful")
"""
    environment = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    first, second = finished.stderr.splitlines()
    assert re.fullmatch(r"\S+ \S+ DEBUG edgemood\.music: \[queued\] 2 songs", first)
    assert second.endswith("WARNING library: careful")


async def test_a_flood_is_told_once_and_how_long_it_was_when_it_comes_again() -> None:
    clock = ManualClock()
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    handler.addFilter(OnlyNews(clock))
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        for number in range(55_000):
            logger.error("socket.accept() out of system resource, socket fd=%d", number)
        logger.error("another trouble")
        await clock.advance(QUIET_S + 1)
        logger.error("socket.accept() out of system resource, socket fd=%d", 3)
        for number in range(1000):
            logger.error("trouble %s", chr(0x4E00 + number))
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    assert told[0] == "socket.accept() out of system resource, socket fd=0"
    assert told[1] == "another trouble"
    assert "came 54999 times more before" in told[2] + told[3]
    assert len(handler.filters[0]._seen) <= 200


def test_what_is_no_warning_and_what_our_modules_say_in_a_row_is_told() -> None:
    news = OnlyNews(ManualClock())

    def tell(name: str, level: int, text: str) -> bool:
        return news.filter(logging.LogRecord(name, level, "", 0, text, (), None))

    assert all(tell("edgemood.panel", logging.INFO, "button: short press") for _ in range(100))
    assert sum(tell("edgemood.config", logging.ERROR, "config.yaml:3:1") for _ in range(100)) == 5
    assert tell("edgemood.config", logging.ERROR, "config.yaml:4:1")
