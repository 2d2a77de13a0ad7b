"""How things stand with the music."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from edgemood.music.dj.people.autoplay import Silence
from edgemood.music.mpd.snapshot import State

MOST_NEXT = 50
"""songs that wait and are told by name"""

PlayerState = Literal["playing", "paused", "stopped"]

STATES: Mapping[State, PlayerState] = {
    State.PLAY: "playing",
    State.PAUSE: "paused",
    State.STOP: "stopped",
}

_AGAIN = "press play in any MPD client, or the button (edgemood redetect), to have music again"
HINTS: Mapping[Silence | None, str] = {
    None: "",
    Silence.STOP: f"somebody stopped the music; {_AGAIN}",
    Silence.PAUSE: f"somebody paused the music; {_AGAIN}",
    Silence.CLEAR: f"somebody cleared the queue; queue a song and {_AGAIN}",
    Silence.SINGLE: f"MPD's single mode ended the music with the song; {_AGAIN}",
}
"""what to do about a silence that somebody wanted"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A song that waits in the queue."""

    song: str
    """its name"""
    by: Literal["box", "person"]
    """who queued it"""


@dataclass(frozen=True, slots=True)
class MusicStatus:
    """One instant of the DJ."""

    connected: bool
    address: str
    """of the MPD server"""
    detail: str
    """what is wrong and what to do about it; empty when nothing is"""
    playing: str | None
    """the current song's name; None when nothing plays"""
    state: PlayerState | None
    """None while MPD is not connected"""
    current: str | None
    """name of the song that plays, is paused or was stopped"""
    elapsed_s: float | None
    """of that song; None when none is selected"""
    duration_s: float | None
    """likewise; None when unknown"""
    strategy: str
    """how the music answers the mood"""
    yields: bool
    """people have the queue to themselves for now"""
    yield_left_s: float | None
    """for how long at most, if nobody's hand comes again; None when they have not"""
    coming: tuple[str, ...]
    """names of the box's songs that wait in the queue"""
    next: tuple[Waiting, ...]
    """everything that waits, whoever queued it, in the order of the queue; `MOST_NEXT` at most"""
    next_more: int
    """songs that wait besides"""
    songs: int
    """in the library"""
    target: str
    """what the next song should be like, and why"""
    why: str
    """why the song plays that does, and why the box chose the next of its own"""
    hint: str
    """how to have music again where somebody silenced it; empty when nobody did"""

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)
