"""Whether what MPD plays can be heard: its outputs, and what it says went wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edgemood.incident import Faults, Trouble
from edgemood.music.mpd.snapshot import Snapshot, State

_NO_LOUDSPEAKER = frozenset({"fifo", "httpd", "null", "recorder"})
"""output plugins that write, send or drop the sound; always willing to play"""
_PLAYS_SURELY_S = 1.0
"""into a song, MPD does play it"""
_LOOKS = 2
"""in a row at a sound card that is not in use, before it is told"""
CARDS = Path("/proc/asound")
_SOUND_SERVERS = ("user/*/pulse/native", "user/*/pipewire-0", "pulse/native", "bluealsa")
"""in /run: what may play in place of a card"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Output:
    """One of MPD's outputs."""

    name: str
    plugin: str
    enabled: bool

    @property
    def is_loudspeaker(self) -> bool:
        """Whether people may hear it."""
        return self.plugin not in _NO_LOUDSPEAKER


def switched_off(outputs: Sequence[Output]) -> str:
    """Why nothing can be heard and what to do; empty when something may be.

    A server that has no loudspeaker at all, as with Snapcast, is as its owner wants it.
    """
    loudspeakers = [output for output in outputs if output.is_loudspeaker]
    relevant = loudspeakers or list(outputs)
    if not relevant or any(output.enabled for output in relevant):
        return ""
    every = "its only output" if len(relevant) == 1 else "every one of its outputs"
    these = ", ".join(f'"{output.name}"' for output in relevant)
    return f"{every} is switched off: {these}; switch one on (mpc outputs, then mpc enable)"


def plays_surely(now: Snapshot) -> bool:
    """Whether MPD is well into a song."""
    return now.state is State.PLAY and now.elapsed_s >= _PLAYS_SURELY_S


def in_use(cards: Path = CARDS) -> bool:
    """Whether anything plays on a sound card of this machine."""
    for status in cards.glob("card*/pcm*p/sub*/status"):
        try:
            if status.read_text().strip() != "closed":
                return True
        except OSError:  # just unplugged
            continue
    return False


def has_sound_server(run: Path = Path("/run")) -> bool:
    """Whether sound may go another way than to a card."""
    return any(next(run.glob(socket), None) is not None for socket in _SOUND_SERVERS)


def advice_on(error: str) -> str:
    """What to do about what MPD says went wrong."""
    text = error.casefold()
    if "output" in text or "alsa" in text or "pulse" in text:
        return "is the loudspeaker plugged in? see audio_output in mpd.conf"
    return "is the disk with the songs there, and may mpd read it? see journalctl -u mpd"


class HasOutputs(Protocol):
    """The part of a player that is needed here."""

    @property
    def address(self) -> str: ...

    @property
    def is_local(self) -> bool: ...

    async def outputs(self) -> list[Output]: ...


class SoundWatch:
    """Tells the owner, for as long as it lasts, that there is no sound, and what to do."""

    def __init__(self, player: HasOutputs, faults: Faults) -> None:
        self._player = player
        self._silent = Trouble(log, faults)
        self._failing = Trouble(log, faults)
        self._unopened = Trouble(log, faults)
        self._looks = 0

    async def tend(self, now: Snapshot) -> None:
        """MPD is found like this. Raises PlayerError."""
        if now.error is not None and now.state is not State.PLAY:
            self._failing.starts(
                f"MPD at {self._player.address} cannot play: {now.error}; {advice_on(now.error)}"
            )
        elif now.error is None and (now.state is not State.PLAY or plays_surely(now)):
            self._failing.ends("MPD can play again")
        outputs = await self._player.outputs()
        self._look_at_cards(now, [output for output in outputs if output.enabled])
        if why := switched_off(outputs):
            self._silent.starts(f"MPD at {self._player.address} makes no sound: {why}")
        else:
            self._silent.ends("MPD has an output again")

    def _look_at_cards(self, now: Snapshot, enabled: Sequence[Output]) -> None:
        """MPD plays on without a word while one output opens; its fifo always does."""
        if not plays_surely(now):
            return
        loudspeakers = [output for output in enabled if output.is_loudspeaker]
        ends_at_cards = {output.plugin for output in loudspeakers} == {"alsa"}
        if ends_at_cards and self._player.is_local and not has_sound_server() and not in_use():
            self._looks += 1
        else:
            self._looks = 0
        if self._looks >= _LOOKS:
            these = ", ".join(f'"{output.name}"' for output in loudspeakers)
            self._unopened.starts(
                f"MPD at {self._player.address} plays, but no sound card is in use: {these} could "
                "not be opened; is it plugged in? see journalctl -u mpd, and its device in mpd.conf"
            )
        elif not self._looks:
            self._unopened.ends("MPD plays on a sound card again")
