"""What MPD plays, as MPD tells it: the other end of its `fifo` output."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.incident import Trouble

FORMAT: Final = f"{SAMPLE_RATE_HZ}:16:1"
_BYTES_PER_S: Final = 2 * SAMPLE_RATE_HZ
_MOST_BYTES: Final = 1 << 20
"""The most that Linux lets a fifo hold."""
_CHECKED_S: Final = 5.0
"""How long the pace of the bytes is watched before it is believed."""
_TOO_FAST: Final = 1.5
"""Sound of any other customary format comes at 2.7 times the pace or more, and nothing less
surprising does: MPD keeps real time."""
_REST_S: Final = 1.0

log = logging.getLogger(__name__)


class EchoReference:
    """Reads the fifo without ever waiting for it.

    MPD may come, go and come back; while it says nothing there is nothing to read. MPD never waits
    for its reader either: what is not read in time is lost to both.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fifo: int | None = None
        self._half = b""
        self._retry_at_s = 0.0
        self._watched_from_s = 0.0
        self._watched_bytes = 0
        self._is_foreign = False
        self._unusable = Trouble(log)
        self._foreign = Trouble(log)

    def read(self, now_s: float) -> NDArray[np.float32]:
        """What MPD has played since the last call: (n,) mono at 16 kHz, full scale at ±1.

        `now_s`: monotonic seconds. Empty while MPD does not play, is not there, or sends anything
        but 16-bit mono at 16 kHz, which the journal tells once.
        """
        if self._fifo is None:
            self._open(now_s)
            return _NOTHING
        content = self._half + self._drain(now_s)
        if not self._is_in_format(len(content), now_s):
            content = b""
        even = len(content) // 2 * 2
        self._half = content[even:]
        return np.frombuffer(content[:even], dtype="<i2").astype(np.float32) / np.float32(32768)

    def close(self) -> None:
        """Let go of the fifo."""
        if self._fifo is not None:
            os.close(self._fifo)
            self._fifo = None

    def _open(self, now_s: float) -> None:
        """Open the fifo if it is there, and throw away what is old in it."""
        if now_s < self._retry_at_s:
            return
        self._retry_at_s = now_s + _REST_S
        try:
            fifo = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return  # MPD makes it when it starts
        except OSError as error:
            self._unusable.starts(f"{self._path}: {error.strerror}; music is heard unsubtracted")
            return
        if not stat.S_ISFIFO(os.fstat(fifo).st_mode):
            os.close(fifo)
            self._unusable.starts(
                f"{self._path} is no fifo; remove it and restart MPD, or correct "
                "microphone.echo_reference in config.yaml"
            )
            return
        self._unusable.ends(f"{self._path}: can be read again")
        self._fifo = fifo
        self._drain(now_s)
        self._half = b""
        self._watched_from_s, self._watched_bytes = now_s, 0

    def _drain(self, now_s: float) -> bytes:
        """Everything that lies in the fifo; lets go of one that nobody writes to any more."""
        assert self._fifo is not None
        content = b""
        with contextlib.suppress(BlockingIOError):
            while len(content) < _MOST_BYTES:
                piece = os.read(self._fifo, _MOST_BYTES)
                if not piece:  # MPD is gone, and removes its fifo with itself
                    self.close()
                    self._retry_at_s = now_s + _REST_S
                    break
                content += piece
        return content

    def _is_in_format(self, new_bytes: int, now_s: float) -> bool:
        """Judge the pace of the bytes every few seconds: a fifo does not tell its format."""
        self._watched_bytes += new_bytes
        watched_s = now_s - self._watched_from_s
        if watched_s >= _CHECKED_S:
            pace = self._watched_bytes / watched_s
            self._is_foreign = pace > _TOO_FAST * _BYTES_PER_S
            if self._is_foreign:
                self._foreign.starts(
                    f"{self._path}: MPD writes another format than {FORMAT!r}; set it in the fifo "
                    "output of mpd.conf"
                )
            elif pace > 0:
                self._foreign.ends(f"{self._path}: the format is right now")
            self._watched_from_s, self._watched_bytes = now_s, 0
        return not self._is_foreign


_NOTHING: Final = np.empty(0, dtype=np.float32)
