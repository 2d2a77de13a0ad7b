"""The words for how things stand with the music."""

from __future__ import annotations

from collections.abc import Mapping

from edgemood.music.dj.people.autoplay import Silence
from edgemood.music.mpd.snapshot import State
from edgemood.status import PlayerState

MOST_NEXT = 50
"""songs that wait and are told by name"""

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
