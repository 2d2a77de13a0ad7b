"""What listeners let the box know, by deed or by word: what taste is learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgemood.emotion import Emotion

Kind = Literal["played", "skipped", "liked", "disliked", "rated"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing somebody did to one song."""

    kind: Kind
    song_id: int
    """the song's number in the index"""
    emotion: Emotion | None
    """the mood of the room that the song was chosen for; None: said of the song in general"""
    at_s: float
    """monotonic seconds"""
    value: float = 1.0
    """``rated``: the rating from 0 to 1. Else how much of it is about this song, from 0 to 1: a
    skip after a change of mood is partly about the choice, not about the song alone"""
