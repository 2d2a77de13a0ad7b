"""A song as the chooser sees it, and what is known of its mood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from edgemood.emotion import Affect, Scores


class Origin(StrEnum):
    """Who says what mood a song has, most trusted first."""

    OWNER = "owner"
    """a sticker, playlist, folder or command of somebody in the house"""
    TAG = "tag"
    """what the file says of itself"""
    LYRICS = "lyrics"
    """what is sung"""
    SOUND = "sound"
    """what it sounds like"""
    FUSED = "fused"
    """several of tag, lyrics and sound together"""


@dataclass(frozen=True, slots=True, eq=False)
class SongMood:
    """The mood of one song."""

    scores: Scores
    """over the seven emotions, shape (7,)"""
    affect: Affect
    origin: Origin
    reliability: float
    """how far to trust it, in [0, 1]"""
    because: str
    """where it comes from, such as ``genre Ambient``"""


@dataclass(frozen=True, slots=True)
class Song:
    """One file of the library."""

    file: str
    """MPD's name for it; bytes that are not UTF-8 are kept as surrogate escapes"""
    title: str = ""
    artist: str = ""
    mood: SongMood | None = None
    """None: nothing is known"""
    album: str = ""
    genres: tuple[str, ...] = ()
    year: int | None = None
    language: str = ""
    """ISO 639-1 of what is sung; ``zxx`` when nothing is, empty when unknown"""
    duration_s: float | None = None
    id: int = 0
    """its number in the index, for ever; 0 outside of one"""

    @property
    def name(self) -> str:
        """What a person would call it."""
        title = self.title or PurePosixPath(self.file).stem
        name = f"{self.artist} – {title}" if self.artist else title
        return name.encode("utf-8", "replace").decode()
