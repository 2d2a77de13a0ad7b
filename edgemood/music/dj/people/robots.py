"""Another program that keeps filling the queue, told from a person by when it does. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from edgemood.music.mpd.snapshot import QueuedSong

AT_ONCE_S = 30.0
"""A program that tops up the queue does so within this time after a song began; it may have to ask
the network first."""
OFTEN, OF_CHANGES = 3, 5
"""So many of the last changes of songs with an addition each, and none at another time: nobody's
hand comes as regularly."""
GONE_AFTER = 10
"""changes of songs without an addition after which the program is taken to be gone"""


class Robots:
    """Whether a program fills the queue at the changes of songs, and which songs are its."""

    def __init__(self, *, at_work: bool = False) -> None:
        self.at_work = at_work
        """whether one does"""
        self.songs: set[QueuedSong] = set()
        """what it added, and perhaps a person's that came in the same instant"""
        self._began_s = float("-inf")
        self._changes: deque[bool] = deque(maxlen=OF_CHANGES)  # was something added at each
        self._idle = 0

    def began(self, now_s: float) -> None:
        """Another song plays."""
        self._began_s = now_s
        self._changes.append(False)
        self._idle += 1
        if self._idle > GONE_AFTER:
            self.at_work = False
            self.songs.clear()

    def did(self, added: Collection[QueuedSong], now_s: float) -> bool:
        """Songs were added, and nothing else was done; whether that was a program."""
        if now_s - self._began_s > AT_ONCE_S or not self._changes:
            if not self.at_work:
                self.person_did()
            return False
        self._changes[-1] = True
        self._idle = 0
        self.songs.update(added)
        self.at_work |= sum(self._changes) >= OFTEN
        return self.at_work

    def person_did(self) -> None:
        """Somebody's hand did something that no such program does."""
        self._changes.clear()
        if not self.at_work:
            self.songs.clear()

    def keep(self, there: Collection[QueuedSong]) -> None:
        """Forget songs that left the queue."""
        self.songs.intersection_update(there)
