"""When each song last began: through restarts, and through a wall clock that jumps."""

from __future__ import annotations

from edgemood.clock import Clock
from edgemood.music.recommender.taste.store import TasteStore
from edgemood.walltime import WallTime


class Heard:
    """Ages of songs in seconds, which only grow with the time that has really passed.

    The time of day is asked for once in a run, as soon as it is known; from then on, and before,
    the monotonic clock counts. Until it is known, no time has passed since the last song of the
    run before: rather too long a pause than the same song again. A song that began in what proves
    to be the future, because the clock was wrong then, counts as heard just now.
    """

    def __init__(self, store: TasteStore, clock: Clock, wall: WallTime) -> None:
        self._store = store
        self._clock = clock
        self._wall = wall
        self._before = store.heard()
        self._began_s: dict[int, float] = {}
        self._is_known = False
        self._ahead_s = max(self._before.values(), default=0.0) - clock.now_s()
        """what to add to monotonic seconds to get those since 1970"""

    def reread(self) -> None:
        """Songs have other numbers now."""
        self._before = self._store.heard()
        self._began_s.clear()

    def began(self, song: int) -> None:
        """A song begins to play."""
        self._began_s[song] = self._clock.now_s()
        self._store.tell_heard(song, self._unix_s())

    def ages_s(self, within_s: float) -> dict[int, float]:
        """The songs that began less than `within_s` ago, and how long ago."""
        unix_s, now_s = self._unix_s(), self._clock.now_s()
        ages_s = {song: max(0.0, unix_s - at) for song, at in self._before.items()}
        ages_s |= {song: now_s - at_s for song, at_s in self._began_s.items()}
        return {song: age_s for song, age_s in ages_s.items() if age_s < within_s}

    def _unix_s(self) -> float:
        """Seconds since 1970, less those that passed unnoticed while the time is not known."""
        now_s = self._clock.now_s()
        if not self._is_known and (time := self._wall()) is not None:
            self._is_known = True
            self._put_right(time.timestamp() - now_s)
        return now_s + self._ahead_s

    def _put_right(self, ahead_s: float) -> None:
        """Now it is known when things happened in this run, and what cannot have happened."""
        self._ahead_s = ahead_s
        unix_s = self._clock.now_s() + ahead_s
        future = {song: unix_s for song, at in self._before.items() if at > unix_s}
        self._before |= future
        begun = {song: at_s + ahead_s for song, at_s in self._began_s.items()}
        for song, at in (future | begun).items():
            self._store.tell_heard(song, at)
