"""When each song last began: through restarts, and through a wall clock that jumps."""

from __future__ import annotations

from edgemood.clock import Clock
from edgemood.music.choice.quiet import WallTime, is_known
from edgemood.music.choice.store import TasteStore


class Heard:
    """Ages of songs in seconds: by the monotonic clock for those of this run, else by the wall's.

    While the time of day is not known, and where the wall clock was set back, what an earlier run
    heard counts as heard just now: rather too long a pause than the same song again.
    """

    def __init__(self, store: TasteStore, clock: Clock, wall: WallTime) -> None:
        self._store = store
        self._clock = clock
        self._wall = wall
        self._before = store.heard()
        self._began_s: dict[int, float] = {}

    def reread(self) -> None:
        """Songs have other numbers now."""
        self._before = self._store.heard()
        self._began_s.clear()

    def began(self, song: int) -> None:
        """A song begins to play."""
        self._began_s[song] = self._clock.now_s()
        self._store.tell_heard(song, self._wall().timestamp())

    def ages_s(self, within_s: float) -> dict[int, float]:
        """The songs that began less than `within_s` ago, and how long ago."""
        now_s, wall = self._clock.now_s(), self._wall()
        wall_s = wall.timestamp() if is_known(wall) else float("-inf")
        ages_s = {song: max(0.0, wall_s - at) for song, at in self._before.items()}
        ages_s |= {song: now_s - at_s for song, at_s in self._began_s.items()}
        return {song: age_s for song, age_s in ages_s.items() if age_s < within_s}
