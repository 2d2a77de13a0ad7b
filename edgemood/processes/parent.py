"""A child's side of living and dying with the process that started it."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2)"""
_LONGEST_ORDER_BYTES: Final = 1 << 20
PRIORITIES: Final = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
"""of syslog(3), for each level of a record"""


def read_order() -> bytes:
    """The line that the parent says first, on standard input; empty when it has gone already.

    What it says at once after that is lost: it was meant for somebody who had begun.

    Read past Python's own buffer: a thread that waits inside that one at the end of the interpreter
    ends the process by SIGABRT.
    """
    order = b""
    while b"\n" not in order and len(order) < _LONGEST_ORDER_BYTES:
        piece = os.read(0, 4096)
        if not piece:
            break
        order += piece
    return order.partition(b"\n")[0]


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent is gone, however that ended."""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went before the kernel was asked
        os._exit(0)


def end_with_parent(heed: Callable[[bytes], object] = len) -> None:
    """Likewise, and end when the parent closes this process's standard input.

    `heed` gets each further line that the parent says, in a thread of its own; it must not raise.
    """
    die_with_parent()
    threading.Thread(target=_heed_input, args=(heed,), daemon=True).start()


def log_to_parent(name: str, level: int = logging.WARNING) -> None:
    """Write log records to standard error, where the parent reads them, with their priority."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithPriority(f"{name}: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level)


class _WithPriority(logging.Formatter):
    """Begins a record as systemd does, with its priority as in syslog(3): sd-daemon(3)."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{PRIORITIES.get(record.levelno, 6)}>{super().format(record)}"


def _heed_input(heed: Callable[[bytes], object]) -> None:
    unfinished = b""
    while piece := os.read(0, 4096):
        *lines, unfinished = (unfinished + piece).split(b"\n")
        for line in lines:
            heed(line)
    os._exit(0)
