"""Which songs of the queue are the box's own: known again by number, or by file and order. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, moved_by_people

MOST_PARTED = 3
"""pairs of neighbours that are parted by moving one song, or several that stand together"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A song of the queue as it was when last seen."""

    song: QueuedSong
    own: bool = False
    """the box queued it, and nobody moved it"""
    over: bool = False
    """it began to play, or its place in the queue was passed by"""
    why: str = ""
    """why the box chose it"""

    @property
    def waits(self) -> bool:
        """Whether it is the box's own and has not been played."""
        return self.own and not self.over


def found_again(
    remembered: Sequence[Remembered],
    version: int,
    now: Snapshot,
    *,
    adding: Remembered | None = None,
    moving: bool = False,
) -> dict[QueuedSong, Remembered]:
    """What was remembered of songs that are still in the queue, after any absence.

    `version` is the queue's when last seen; `adding` is what the box was about to append then, and
    `moving` whether it was about to take its waiting songs to the end. As long as MPD lives it
    keeps its numbers: a song with the same number is the same song, and one that changed its place
    was moved by somebody, who has it now. When MPD was restarted it counted anew: then it is the
    same queue if most of what is remembered lines up in order, and a song is found where only one
    place fits.
    """
    known = {entry.song: entry for entry in remembered}
    if not _was_restarted(known, version, now):
        on_their_way = {entry.song for entry in remembered if moving and entry.waits}
        before = [song for song in known if song not in on_their_way]
        moved = moved_by_people(before, now.songs)
        if moved and was_shuffled(before, now.songs):
            moved = set()  # a shuffle says nothing of any one song
        found = {song: known[song] for song in now.songs if song in known and song.id not in moved}
        if adding is not None and (added := _first_added(adding, known, now)) is not None:
            found[added] = adding
        return found
    if adding is not None:
        remembered = (*remembered, adding)
    pairs = _aligned([entry.song.file for entry in remembered], [song.file for song in now.songs])
    if 2 * len(pairs) <= len(known):
        return {}
    sure = pairs.items() & _aligned_from_the_end(remembered, now).items()
    return {now.songs[place]: remembered[at] for at, place in sorted(sure)}


def was_shuffled(before: Sequence[QueuedSong], now: Sequence[QueuedSong]) -> bool:
    """Whether more songs have other neighbours than where one song or block was moved."""
    place = {song.id: at for at, song in enumerate(before)}
    order = [place[song.id] for song in now if song.id in place]
    present = {at: number for number, at in enumerate(sorted(order))}
    parted = sum(present[after] != present[at] + 1 for at, after in pairwise(order))
    return parted > max(MOST_PARTED, len(order) // 2)


def _first_added(
    adding: Remembered, known: Mapping[QueuedSong, Remembered], now: Snapshot
) -> QueuedSong | None:
    """The song that was just to be appended, if it was: behind all that was there."""
    highest = max((song.id for song in known), default=0)
    behind = 1 + max((place for place, song in enumerate(now.songs) if song in known), default=-1)
    new = (song for song in now.songs[behind:] if song.id > highest)
    return next((song for song in new if song.file == adding.song.file), None)


def _was_restarted(known: Mapping[QueuedSong, Remembered], version: int, now: Snapshot) -> bool:
    """Whether MPD began to count anew: the queue's version never falls while it lives."""
    if now.version < version:
        return True
    file_of = {song.id: song.file for song in now.songs}
    return any(file_of.get(song.id, song.file) != song.file for song in known)


def _aligned(before: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Places of a longest common subsequence: those before, and those now."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, file in enumerate(now):
        places[file].append(place)
    # of one song's possible places at most one can be part of a rise, as they are given falling
    pairs = [(at, place) for at, file in enumerate(before) for place in reversed(places[file])]
    return dict(_longest_rise(pairs))


def _aligned_from_the_end(remembered: Sequence[Remembered], now: Snapshot) -> dict[int, int]:
    """Likewise, but where several places fit, the last ones."""
    before = [entry.song.file for entry in reversed(remembered)]
    pairs = _aligned(before, [song.file for song in reversed(now.songs)])
    last_at, last_place = len(remembered) - 1, len(now.songs) - 1
    return {last_at - at: last_place - place for at, place in pairs.items()}


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A longest subsequence whose second numbers rise (Fredman, 1975)."""
    lowest: list[int] = []  # the lowest end of a rise of each length
    ends: list[int] = []  # which pair that is
    previous: list[int] = []
    for number, (_, value) in enumerate(pairs):
        length = bisect_left(lowest, value)
        if length == len(lowest):
            lowest.append(value)
            ends.append(number)
        else:
            lowest[length], ends[length] = value, number
        previous.append(ends[length - 1] if length else -1)
    rise: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        rise.append(pairs[at])
        at = previous[at]
    return rise[::-1]
