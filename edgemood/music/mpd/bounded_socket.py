"""A socket with bounds: how long a line and an answer may be, and how long either may take."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from edgemood.errors import PlayerError

LONGEST_LINE = 2**16
"""bytes; what a line has beyond is left out. Paths have 4,096 at most, and of a tag the box reads
the beginning."""
LARGEST_ANSWER = 2**23
"""bytes; MPD's own bound, `max_output_buffer_size`, is 8 MiB unless its owner raises it"""
MOST_LINES = 200_000
"""in one answer: a thousand songs with all their tags have a tenth of it"""

_CHUNK = 2**16


class TooMuchError(PlayerError):
    """An answer does not end within the bounds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer, in seconds."""

    silence_s: float
    """until the next byte"""
    whole_s: float
    """until the last one: a server that gives a byte now and then holds nobody up for ever"""


class Wire:
    """Lines to and from a server. Every method raises OSError, as sockets do, or TooMuchError."""

    def __init__(self, connection: socket.socket, patience: Patience) -> None:
        self._socket = connection
        self._patience = patience
        self._chunk = b""
        self._at = 0
        self.expect()

    def expect(self, *, at_leisure: bool = False) -> None:
        """An answer is to come; `at_leisure`: its first byte may take as long as it likes."""
        self._at_leisure = at_leisure
        self._until_s = time.monotonic() + self._patience.whole_s
        self._size = self._lines = 0

    def send(self, text: bytes) -> None:
        """Raises TimeoutError when nobody reads it."""
        self._socket.settimeout(self._patience.silence_s)
        self._socket.sendall(text)

    def readline(self) -> bytes:
        """The next line, without its end. Raises EOFError when the connection ends before it."""
        line = b""
        while (end := self._chunk.find(b"\n", self._at)) < 0:
            line += self._chunk[self._at : self._at + LONGEST_LINE - len(line)]
            self._read_on()
        line += self._chunk[self._at : min(end, self._at + LONGEST_LINE - len(line))]
        self._at = end + 1
        self._lines += 1
        if self._lines > MOST_LINES:
            raise TooMuchError(f"an answer has more than {MOST_LINES} lines")
        return line

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _read_on(self) -> None:
        left_s = self._until_s - time.monotonic()
        if self._at_leisure:
            self._socket.settimeout(None)
        elif left_s <= 0:
            raise TimeoutError
        else:
            self._socket.settimeout(min(self._patience.silence_s, left_s))
        self._chunk, self._at = self._socket.recv(_CHUNK), 0
        if not self._chunk:
            raise EOFError
        if self._at_leisure:
            self.expect()
        self._size += len(self._chunk)
        if self._size > LARGEST_ANSWER:
            raise TooMuchError(f"an answer has more than {LARGEST_ANSWER >> 20} MiB")
