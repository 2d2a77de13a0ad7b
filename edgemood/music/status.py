"""How things stand with the music."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


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
    strategy: str
    """how the music answers the mood"""
    yields: bool
    """people have the queue to themselves for now"""
    coming: tuple[str, ...]
    """names of the box's songs that wait in the queue"""
    songs: int
    """in the library"""
    target: str
    """what the next song should be like, and why"""
    why: str
    """why the box chose the song it chose last"""

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)
