"""MPD's volume: what people set, and how far the box turns it down for a while."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol

from edgemood.clock import Clock
from edgemood.errors import PlayerError
from edgemood.incident import Faults, Trouble
from edgemood.music.recommender import QuietHours
from edgemood.state import QuietVolumeBefore, StateStore, VolumeBefore

FADE_S: Final = 1.6
"""long enough to be heard as a fade, short enough to answer a button"""
SLIDE_S: Final = 0.6
"""down or up for listening: no jolt, and over before anybody speaks"""
LONGEST_S: Final = 15.0
"""Music that stayed low while nobody could be judged would be missed."""
PATIENCE_S: Final = 600.0
"""in which a box that was switched on finds a network, and a time server in it"""
MIXER_GRAIN: Final = 5
"""hardware mixers with few steps report a volume this far from the one that was set"""
_FADE_STEPS: Final = 8
_SLIDE_STEPS: Final = 6

log = logging.getLogger(__name__)


class Mixer(Protocol):
    """What has a volume: MPD. Both raise PlayerError."""

    async def volume(self) -> int | None:
        """0–100; None without a mixer."""
        ...

    async def set_volume(self, volume: int) -> None: ...


class VolumeControl:
    """The one who turns MPD's volume, and turns it back to what people set.

    It is turned down for a moment, to fade over to another song or to hear the room, and for quiet
    hours. Whoever turns it meanwhile has the last word. What people had set is remembered, so that
    it also comes back after the daemon died. Every coroutine raises PlayerError, upon which the
    volume comes back as soon as MPD does; only one of them may run at a time.
    """

    def __init__(
        self,
        mixer: Mixer,
        clock: Clock,
        memory: StateStore,
        quiet: QuietHours,
        *,
        listening_percent: int,
        faults: Faults | None = None,
    ) -> None:
        """`listening_percent`: how much is left while the box listens; 100 changes nothing."""
        self._mixer = mixer
        self._clock = clock
        self._memory = memory
        self._quiet = quiet
        self._listening_percent = listening_percent
        self._listening = False
        self._before: int | None = None  # what people set, while it is turned down for a moment
        self._level = 0  # what was set here last
        self._since_s = 0.0
        self._patient_until_s = clock.now_s() + PATIENCE_S
        self._time_trouble = Trouble(log, faults)

    @property
    def is_idle(self) -> bool:
        """Whether the box neither listens nor has a volume to turn back."""
        return not self._listening and self._before is None

    async def restore(self, found: int | None) -> None:
        """Turn back what was cut short by the end of a daemon, or of its connection to MPD.

        MPD has the volume `found`, 0–100; None without a mixer.
        """
        self._before = None
        before = self._memory.recall(VolumeBefore)
        if before is not None and found is not None and found < before.percent:
            await self._mixer.set_volume(before.percent)
        self._memory.forget(VolumeBefore)

    async def leave(self) -> None:
        """Turn back now what would be cut short by the end of the daemon."""
        if self._memory.recall(VolumeBefore) is not None:
            await self.restore(await self._mixer.volume())

    async def listen(self, *, wanted: bool) -> None:
        """Turn the music down for listening or up again, `LONGEST_S` at the most; call it often."""
        newly, self._listening = wanted and not self._listening, wanted
        if newly and self._listening_percent < 100:
            if before := await self._mixer.volume():
                self._turns_down_from(before)
                await self._slide(round(before * self._listening_percent / 100))
        elif self._before is not None and (
            not wanted or self._clock.now_s() - self._since_s >= LONGEST_S
        ):
            self._heed_people(await self._mixer.volume())
            if self._before is not None:
                await self._slide(self._before)
            self._is_back()

    async def fade_over(self, found: int, go_on: Callable[[], Awaitable[None]]) -> None:
        """Turn the music down from `found`, have it go on, and turn it up again."""
        self._heed_people(found)
        listening = self._before is not None
        if not listening:
            self._turns_down_from(found)
        async with self._turned_back():
            if await self._steps(found, 0, FADE_S, _FADE_STEPS):
                await go_on()
                await self._set(found)
                if not listening:
                    self._is_back()
            else:
                self._is_back()
                await go_on()

    async def keep_quiet(self, found: int | None) -> None:
        """Turn down once when quiet hours begin, and up again after them; MPD has `found`."""
        self._tell_of_the_time()
        if found is None:
            return
        self._heed_people(found)
        peoples = found if self._before is None else self._before
        most, before = self._quiet.most_volume(), self._memory.recall(QuietVolumeBefore)
        if most is not None and before is None:
            # kept first: a volume turned down and not remembered would stay down for ever
            set_to = min(peoples, most)
            self._memory.keep(QuietVolumeBefore(before=min(peoples, 100), set_to=set_to))
            if peoples > most:
                await self._set_as_people(most, found)
        elif most is None and before is not None and not self._quiet.cannot_tell:
            if abs(peoples - before.set_to) <= MIXER_GRAIN and peoples < before.before:
                await self._set_as_people(before.before, found)
            self._memory.forget(QuietVolumeBefore)

    async def _set_as_people(self, volume: int, found: int) -> None:
        """Have this be the volume, or the one to turn back to where it is turned down further."""
        if self._before is None:
            await self._mixer.set_volume(volume)
            return
        self._before = volume
        self._memory.keep(VolumeBefore(percent=volume))
        if found > volume:
            await self._set(volume)

    def _turns_down_from(self, volume: int) -> None:
        self._memory.keep(VolumeBefore(percent=min(volume, 100)))
        self._before = self._level = volume
        self._since_s = self._clock.now_s()

    def _is_back(self) -> None:
        self._before = None
        self._memory.forget(VolumeBefore)

    def _heed_people(self, found: int | None) -> None:
        """Leave the volume to whoever turned it since it was set here."""
        is_ours = found is not None and abs(found - self._level) <= MIXER_GRAIN
        if self._before is not None and not is_ours:
            self._is_back()

    async def _slide(self, end: int) -> None:
        async with self._turned_back():
            if not await self._steps(self._level, end, SLIDE_S, _SLIDE_STEPS):
                self._is_back()

    async def _steps(self, start: int, end: int, duration_s: float, steps: int) -> bool:
        """Go there in steps, the last of which is heard, too; whether nobody turned the volume."""
        for step in range(1, steps + 1):
            await self._set(start + round((end - start) * step / steps))
            await self._clock.sleep(duration_s / steps)
            found = await self._mixer.volume()
            if found is None or abs(found - self._level) > MIXER_GRAIN:
                return False
        return True

    async def _set(self, volume: int) -> None:
        self._level = volume
        await self._mixer.set_volume(volume)

    @contextlib.asynccontextmanager
    async def _turned_back(self) -> AsyncIterator[None]:
        """Whatever cuts it short, people's volume comes back, now or when MPD does."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(PlayerError):
                if (before := self._memory.recall(VolumeBefore)) is not None:
                    await self._mixer.set_volume(before.percent)
                    self._memory.forget(VolumeBefore)
            self._before = None
            raise

    def _tell_of_the_time(self) -> None:
        if not self._quiet.cannot_tell:
            self._time_trouble.ends("the time of day is known")
        elif self._clock.now_s() >= self._patient_until_s:
            self._time_trouble.starts(
                "music.quiet_hours: the time of day is not known, so they do not begin: the clock "
                "was not set since the box was switched on (timedatectl says more)"
            )
