"""One daemon to a state folder: two would write over each other's memory."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgemood.errors import AlreadyRunningError
from edgemood.storage.atomic_write import make_folder

LOCK = ".lock"
"""the file's name in the state folder; the lock is gone with whoever holds it, however it ends"""

_SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK

log = logging.getLogger(__name__)


@contextmanager
def only_daemon_in(state: Path) -> Iterator[None]:
    """Hold the state folder for as long as the block lasts; it is made where there is none.

    A folder that can be written in no way has nobody else's memory to lose, and is not locked.
    Raises AlreadyRunningError when another daemon holds it.
    """
    with contextlib.suppress(OSError):  # whoever wants to remember something tells it
        make_folder(state)
    number = _opened(state)
    if number is None:
        log.debug("%s: cannot be locked", state)
        yield
        return
    try:
        _lock(number, state)
        yield
    finally:
        os.close(number)


def _lock(number: int, state: Path) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunningError(
            f"{state}: another edgemood daemon{_process_in(number)} keeps its memory there. "
            "Stop it first (sudo systemctl stop edgemood), "
            "or give this one a state folder of its own (edgemood run --state DIR)"
        ) from None
    except OSError as error:
        log.warning("%s: cannot be locked (%s)", state, error.strerror)
    else:
        with contextlib.suppress(OSError):  # read-only, or full
            os.ftruncate(number, 0)
            os.pwrite(number, f"{os.getpid()}\n".encode(), 0)


def _opened(state: Path) -> int | None:
    """The lock file, made where it can be; the folder itself where it cannot."""
    ways = (
        (state / LOCK, os.O_RDWR | os.O_CREAT),
        (state / LOCK, os.O_RDONLY),
        (state, os.O_RDONLY | os.O_DIRECTORY),
    )
    for path, flags in ways:
        with contextlib.suppress(OSError):
            return os.open(path, flags | _SAFE, 0o600)
    return None


def _process_in(number: int) -> str:
    with contextlib.suppress(OSError):
        words = os.pread(number, 20, 0).decode(errors="replace").split()
        if len(words) == 1 and words[0].isdecimal():
            return f" with process id {words[0]}"
    return ""
