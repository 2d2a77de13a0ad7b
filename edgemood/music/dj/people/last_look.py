"""What MPD was like when it was last seen, kept through restarts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from edgemood.music.dj.people.ownership import Remembered, found_again
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State
from edgemood.state import Look


@dataclass(frozen=True, slots=True)
class LastLook:
    """MPD at the last look at it, with as much of its queue as tells whose songs are whose."""

    state: State
    single: bool
    version: int
    """of the queue"""
    songs: tuple[Remembered, ...]
    """the box's own, those beside them, and the last one; in the order of the queue"""
    adding: Remembered | None = None
    """what the box was about to append"""
    moving: bool = False
    """it was about to take its waiting songs to the end"""

    @classmethod
    def at(
        cls,
        now: Snapshot,
        own: Mapping[QueuedSong, str],
        over: Collection[QueuedSong],
        *,
        adding: Remembered | None = None,
        moving: bool = False,
    ) -> Self:
        """Of what MPD is like now; `own` has the reason for each song that is the box's.

        `over` are those that are known to be over, whatever their place.
        """
        passed = 0 if now.random or now.current is None else now.current
        ours = [place for place, song in enumerate(now.songs) if song in own]
        last = len(now.songs) - 1
        kept = {near for place in ours for near in (place - 1, place, place + 1)} | {last}
        return cls(
            now.state,
            now.single,
            now.version,
            tuple(
                Remembered(song, song in own, song in over or place < passed, own.get(song, ""))
                for place in sorted(kept)
                if 0 <= place <= last
                for song in [now.songs[place]]
            ),
            adding,
            moving,
        )

    def found_in(self, now: Snapshot) -> dict[QueuedSong, Remembered]:
        """What was remembered of the songs that are still in the queue."""
        return found_again(self.songs, self.version, now, adding=self.adding, moving=self.moving)

    @classmethod
    def of(cls, look: Look) -> Self:
        """What was kept."""
        return cls(
            State(look.state),
            look.single,
            look.version,
            tuple(map(_entry, look.songs)),
            None if look.adding is None else _entry(look.adding),
            look.moving,
        )

    @classmethod
    def of_first_release(
        cls, over: Iterable[tuple[int, str]], waiting: Iterable[tuple[int, str]]
    ) -> Self:
        """What the first release kept: number and file of the box's own songs."""
        songs = (
            *(Remembered(QueuedSong(*song), own=True, over=True) for song in over),
            *(Remembered(QueuedSong(*song), own=True) for song in waiting),
        )
        return cls(State.PLAY, single=False, version=0, songs=songs)

    def document(self) -> Look:
        """To be kept."""
        return Look(
            state=self.state.value,
            single=self.single,
            version=self.version,
            songs=tuple(map(_row, self.songs)),
            adding=None if self.adding is None else _row(self.adding),
            moving=self.moving,
        )


_Row = tuple[int, str, bool, bool, str]


def _row(entry: Remembered) -> _Row:
    return entry.song.id, entry.song.file, entry.own, entry.over, entry.why


def _entry(row: _Row) -> Remembered:
    number, file, own, over, why = row
    return Remembered(QueuedSong(number, file), own, over, why)
