"""Where log records go: to journald with their fields, else to standard error."""

from __future__ import annotations

import logging
import os
import re
import sys
from dataclasses import dataclass
from typing import Final

from edgemood.clock import Clock, SystemClock

QUIET_S: Final = 600.0
"""a warning that did not come for so long is news again"""
_OURS_IN_A_ROW: Final = 5
_MOST_SEEN: Final = 200
_CHANGING = re.compile(r"0x[0-9a-fA-F]+|[0-9]+")
_OURS = "edgemood"
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(level: str) -> None:
    """Log edgemood's records from `level` on, and what libraries warn of; may be called again.

    Under systemd, upper-case names in a record's `extra` become fields of the journal
    (``extra={"MOOD": "happy"}`` is found by ``journalctl MOOD=happy``).
    """
    handler = _handler()
    handler.set_name(_OURS)
    handler.addFilter(OnlyNews(SystemClock()))
    root = logging.getLogger()
    for former in [former for former in root.handlers if former.get_name() == _OURS]:
        root.removeHandler(former)
    root.addHandler(handler)
    logging.getLogger(_OURS).setLevel(level.upper())


class OnlyNews(logging.Filter):
    """Lets each warning through once while it keeps coming, whoever says it.

    What our own modules say is told a few times in a row: they know what is news. A record that is
    told again after `QUIET_S` says how often it came meanwhile.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._seen: dict[tuple[str, int, str], _Seen] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is news."""
        if record.levelno < logging.WARNING:
            return True
        ours = record.name.partition(".")[0] == _OURS
        text = _text_of(record)
        key = record.name, record.levelno, text if ours else _CHANGING.sub("#", text)
        now_s = self._clock.now_s()
        seen = self._seen.get(key)
        if seen is None or now_s - seen.last_s >= QUIET_S:
            if seen is not None and seen.untold:
                record.msg = f"{text} (came {seen.untold} times more before)"
                record.args = ()
            if len(self._seen) >= _MOST_SEEN:
                self._seen.pop(min(self._seen, key=lambda each: self._seen[each].last_s))
            seen = self._seen[key] = _Seen(now_s)
        seen.last_s = now_s
        seen.times += 1
        if seen.times > (_OURS_IN_A_ROW if ours else 1):
            seen.untold += 1
            return False
        return True


@dataclass(slots=True)
class _Seen:
    last_s: float
    times: int = 0
    untold: int = 0


def _text_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's slip; logging tells it by itself
        return str(record.msg)


def _handler() -> logging.Handler:
    if _stderr_is_the_journal():
        try:
            from systemd.journal import JournalHandler
        except ImportError:
            # journald reads standard error too, without fields, and adds the time itself
            return _to_stderr("%(levelname)s %(name)s: %(message)s")
        journal: logging.Handler = JournalHandler(SYSLOG_IDENTIFIER=_OURS)
        journal.setFormatter(logging.Formatter("%(message)s"))
        return journal
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.logging import RichHandler

        return RichHandler(console=Console(stderr=True), show_path=False)
    return _to_stderr(_PLAIN)


def _to_stderr(line: str) -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(line))
    return handler


def _stderr_is_the_journal() -> bool:
    """systemd.exec(5): JOURNAL_STREAM holds device and inode, and may be inherited by mistake."""
    stderr = os.fstat(2)
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"
