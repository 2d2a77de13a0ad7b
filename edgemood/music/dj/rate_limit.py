"""How many songs the box may queue now without flooding anybody's queue."""

from __future__ import annotations

from collections import deque

from edgemood.backoff import Backoff
from edgemood.clock import Clock

MOST_PER_MINUTE = 20
"""Songs the box queues at most: enough for an impatient thumb on *next*, and a bound when another
program wants to have the last song in the queue, too."""

_RETRY_S, _LONGEST_RETRY_S = 15.0, 900.0
"""pauses between attempts while MPD cannot play what the box queues, such as without its disk"""


class Allowance:
    """Counts what was queued in the last minute, and waits while MPD cannot play."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queued_s: deque[float] = deque(maxlen=MOST_PER_MINUTE)
        self._from_s = clock.now_s()
        self._retry = Backoff(_RETRY_S, _LONGEST_RETRY_S)

    def queued(self) -> None:
        """A song was queued."""
        self._queued_s.append(self._clock.now_s())

    def songs(self, error: str | None) -> int:
        """How many more may be; `error` is why MPD could not play a song, if so."""
        now_s = self._clock.now_s()
        if error is None:
            self._retry.reset()
        else:
            if now_s < self._from_s:
                return 0
            self._from_s = now_s + self._retry.pause_s()
        return MOST_PER_MINUTE - sum(now_s - at_s < 60 for at_s in self._queued_s)
