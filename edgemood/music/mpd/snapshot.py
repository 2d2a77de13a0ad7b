"""The queue as it stands, and which of its songs are the box's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ABOUT_TO_END_S = 2.0
"""Closer to its end than this, the next song may begin while MPD still carries out an edit."""


class State(StrEnum):
    """MPD's words for what it does."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class QueuedSong:
    """One entry of the queue."""

    id: int
    """MPD's number for this entry; holds until MPD restarts"""
    file: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """MPD at one instant."""

    state: State
    songs: tuple[QueuedSong, ...]
    """the whole queue, in order"""
    current: int | None
    """index of the song that plays, is paused or was stopped; None when none is selected"""
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    """of the current song; None when unknown, as for a stream"""
    crossfade_s: float = 0.0
    """by which the next song begins earlier"""
    volume: int | None = None
    """0–100; None without a mixer"""
    random: bool = False
    repeat: bool = False
    single: bool = False
    """MPD pauses or stops after the current song"""
    consume: bool = False
    """MPD takes songs out of the queue when they have been played"""
    coming: QueuedSong | None = None
    """the song that MPD will play next, in any mode; None when the music ends with this one"""
    error: str | None = None
    """why MPD could not play a song"""
    updating: bool = False
    """MPD reads its music folder, and drops songs from the queue that are no longer there"""
    ahead_s: float = 0.0
    """while paused: how much music MPD may count as played that it only holds ready"""
    version: int = 0
    """of the queue: grows with every edit for as long as MPD lives, and begins anew with it"""

    @property
    def playing(self) -> QueuedSong | None:
        """The current song."""
        return None if self.current is None else self.songs[self.current]

    @property
    def duration_s(self) -> float | None:
        """Of the current song; None when unknown."""
        return None if self.remaining_s is None else self.elapsed_s + self.remaining_s

    @property
    def waiting(self) -> tuple[QueuedSong, ...]:
        """Songs that may still be played, in the order of the queue."""
        if self.current is None:
            return self.songs
        after = self.songs[self.current + 1 :]
        return self.songs[: self.current] + after if self.random else after

    @property
    def about_to_change(self) -> bool:
        """Whether the next song may begin at any moment."""
        return (
            self.state is State.PLAY
            and self.remaining_s is not None
            and self.remaining_s < ABOUT_TO_END_S + self.crossfade_s
        )


def still_waiting(own: Sequence[QueuedSong], now: Snapshot) -> list[QueuedSong]:
    """The box's own songs that are in the queue and have not begun, in the order of the queue."""
    ours = set(own)
    return [song for song in now.waiting if song in ours]


def moved_by_people(before: Sequence[QueuedSong], now: Sequence[QueuedSong]) -> set[int]:
    """Ids of songs whose order towards any other song was changed by somebody.

    Adding and removing songs changes no order, so only a move or a shuffle is found. A single move
    counts for both sides: there is no telling which song the hand was on.
    """
    place = {song.id: at for at, song in enumerate(before)}
    order = [place[song.id] for song in now if song.id in place]
    ids = [song.id for song in now if song.id in place]
    moved: set[int] = set()
    highest = -1
    for at, id_ in zip(order, ids, strict=True):
        if at < highest:
            moved.add(id_)
        highest = max(highest, at)
    lowest = len(before)
    for at, id_ in zip(reversed(order), reversed(ids), strict=True):
        if at > lowest:
            moved.add(id_)
        lowest = min(lowest, at)
    return moved
