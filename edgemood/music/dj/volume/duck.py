"""Turning the music down for a moment, so that the room can be heard over it."""

from __future__ import annotations

import contextlib

from edgemood.clock import Clock
from edgemood.errors import PlayerError
from edgemood.music.mpd.client import Player
from edgemood.state import StateStore, VolumeBefore

SLIDE_S = 0.6
"""down or up: no jolt, and over before anybody speaks"""
LONGEST_S = 15.0
"""Music that stayed low while nobody could be judged would be missed."""
_STEPS = 6
_MIXER_GRAIN = 5
"""hardware mixers with few steps report a volume this far from the one that was set"""


class Duck:
    """Keeps the music at a share of its volume for as long as it is told to.

    The volume is restored exactly, unless somebody turned it meanwhile: then theirs stays. It is
    remembered where `QueueKeeper.arrive` looks, so that it also comes back after the daemon died.
    Every coroutine raises PlayerError; then the keeper restores the volume when MPD is back.
    """

    def __init__(self, player: Player, clock: Clock, memory: StateStore, percent: int) -> None:
        """`percent`: how much of the volume is left; 100 changes nothing."""
        self._player = player
        self._clock = clock
        self._memory = memory
        self._percent = percent
        self._asked = False
        self._before: int | None = None
        self._level = 0
        self._since_s = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to restore, and nothing was asked for."""
        return not self._asked and self._before is None

    async def tend(self, *, wanted: bool) -> None:
        """Turn the music down or up again as it is wanted, `LONGEST_S` at the most."""
        newly, self._asked = wanted and not self._asked, wanted
        if newly and self._percent < 100:
            await self._lower()
        elif self._before is not None and (
            not wanted or self._clock.now_s() - self._since_s >= LONGEST_S
        ):
            await self._restore()

    async def _lower(self) -> None:
        before = await self._player.volume()
        if not before:
            return
        self._memory.keep(VolumeBefore(percent=min(before, 100)))
        self._before, self._since_s = before, self._clock.now_s()
        await self._slide(before, round(before * self._percent / 100))

    async def _restore(self) -> None:
        before, self._before = self._before, None
        assert before is not None
        if await self._is_ours():
            await self._slide(self._level, before)
        self._memory.forget(VolumeBefore)

    async def _slide(self, start: int, end: int) -> None:
        """Go there in steps; somebody's hand on the volume ends it."""
        try:
            for step in range(1, _STEPS + 1):
                self._level = start + round((end - start) * step / _STEPS)
                await self._player.set_volume(self._level)
                if step < _STEPS:
                    await self._clock.sleep(SLIDE_S / _STEPS)
                if not await self._is_ours():
                    self._before = None
                    self._memory.forget(VolumeBefore)
                    return
        except BaseException:
            self._before = None
            with contextlib.suppress(PlayerError):
                if (before := self._memory.recall(VolumeBefore)) is not None:
                    await self._player.set_volume(before.percent)
                    self._memory.forget(VolumeBefore)
            raise

    async def _is_ours(self) -> bool:
        """Whether the volume still is as it was set here."""
        found = await self._player.volume()
        return found is not None and abs(found - self._level) <= _MIXER_GRAIN
