"""MPD's volume in quiet hours: turned down once when they begin, and up again after them."""

from __future__ import annotations

import logging

from edgemood.clock import Clock
from edgemood.incident import Faults, Trouble
from edgemood.music.dj.volume.fade import MIXER_GRAIN
from edgemood.music.mpd.client import Player
from edgemood.music.recommender import QuietHours
from edgemood.state import QuietVolumeBefore, StateStore

PATIENCE_S = 600.0
"""in which a box that was switched on finds a network, and a time server in it"""

log = logging.getLogger(__name__)


class QuietVolume:
    """Whoever turns the volume in quiet hours has the last word; then it is not turned up again."""

    def __init__(
        self,
        player: Player,
        memory: StateStore,
        quiet: QuietHours,
        clock: Clock,
        faults: Faults | None = None,
    ) -> None:
        self._clock = clock
        self._patient_until_s = clock.now_s() + PATIENCE_S
        self._trouble = Trouble(log, faults)
        self._player = player
        self._memory = memory
        self._quiet = quiet

    async def tend(self, volume: int | None) -> None:
        """MPD has this volume, 0–100; None without a mixer. Raises PlayerError."""
        self._tell_of_the_time()
        if volume is None:
            return
        most, before = self._quiet.most_volume(), self._memory.recall(QuietVolumeBefore)
        if most is not None and before is None:
            # kept first: a volume turned down and not remembered would stay down for ever
            self._memory.keep(QuietVolumeBefore(before=min(volume, 100), set_to=min(volume, most)))
            if volume > most:
                await self._player.set_volume(most)
        elif most is None and before is not None and not self._quiet.cannot_tell:
            if abs(volume - before.set_to) <= MIXER_GRAIN and volume < before.before:
                await self._player.set_volume(before.before)
            self._memory.forget(QuietVolumeBefore)

    def _tell_of_the_time(self) -> None:
        if not self._quiet.cannot_tell:
            self._trouble.ends("the time of day is known")
        elif self._clock.now_s() >= self._patient_until_s:
            self._trouble.starts(
                "music.quiet_hours: the time of day is not known, so they do not begin: the clock "
                "was not set since the box was switched on (timedatectl says more)"
            )
