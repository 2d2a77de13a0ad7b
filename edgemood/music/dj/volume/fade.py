"""Going to the next song without a jolt."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from edgemood.clock import Clock
from edgemood.errors import PlayerError
from edgemood.music.mpd.client import Player

FADE_S = 1.6
"""long enough to be heard as a fade, short enough to answer a button"""
_STEPS = 8
MIXER_GRAIN = 5
"""hardware mixers with few steps report a volume this far from the one that was set"""


async def fade_over(
    player: Player, clock: Clock, volume: int, go_on: Callable[[], Awaitable[None]]
) -> None:
    """Turn the music down from `volume`, have it go on, and restore the volume exactly.

    Whoever turns the volume meanwhile has the last word. Raises PlayerError; then, and when
    cancelled, the volume is restored if MPD can still be reached.
    """
    try:
        for step in range(1, _STEPS + 1):
            level = round(volume * (1 - step / _STEPS))
            await player.set_volume(level)
            await clock.sleep(FADE_S / _STEPS)
            found = await player.volume()
            if found is None or abs(found - level) > MIXER_GRAIN:
                await go_on()
                return
        await go_on()
    except BaseException:
        with contextlib.suppress(PlayerError):
            await player.set_volume(volume)
        raise
    await player.set_volume(volume)
