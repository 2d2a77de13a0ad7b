"""MPD's volume in quiet hours: turned down once when they begin, and up again after them."""

from __future__ import annotations

from edgemood.music.choice import QuietHours
from edgemood.music.fade import MIXER_GRAIN
from edgemood.music.player import Player
from edgemood.state import Memory, QuietVolumeBefore


class QuietVolume:
    """Whoever turns the volume in quiet hours has the last word; then it is not turned up again."""

    def __init__(self, player: Player, memory: Memory, quiet: QuietHours) -> None:
        self._player = player
        self._memory = memory
        self._quiet = quiet

    async def tend(self, volume: int | None) -> None:
        """MPD has this volume, 0–100; None without a mixer. Raises PlayerError."""
        if volume is None:
            return
        most, before = self._quiet.most_volume(), self._memory.recall(QuietVolumeBefore)
        if most is not None and before is None:
            # kept first: a volume turned down and not remembered would stay down for ever
            self._memory.keep(QuietVolumeBefore(before=min(volume, 100), set_to=min(volume, most)))
            if volume > most:
                await self._player.set_volume(most)
        elif most is None and before is not None:
            if abs(volume - before.set_to) <= MIXER_GRAIN and volume < before.before:
                await self._player.set_volume(before.before)
            self._memory.forget(QuietVolumeBefore)
