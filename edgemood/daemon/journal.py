"""Where log records go: to journald with their fields, else to standard error."""

from __future__ import annotations

import logging
import os
import sys

_OURS = "edgemood"
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(level: str) -> None:
    """Log edgemood's records from `level` on, and what libraries warn of; may be called again.

    Under systemd, upper-case names in a record's `extra` become fields of the journal
    (``extra={"MOOD": "happy"}`` is found by ``journalctl MOOD=happy``).
    """
    handler = _handler()
    handler.set_name(_OURS)
    root = logging.getLogger()
    for former in [former for former in root.handlers if former.get_name() == _OURS]:
        root.removeHandler(former)
    root.addHandler(handler)
    logging.getLogger(_OURS).setLevel(level.upper())


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
