"""Which songs may come now: the owner's filters first, then freshness and spacing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgemood.music.genres import holds_genre
from edgemood.music.library import Library
from edgemood.music.strategy import NO_LIMITS, Limits

ARTIST_SPACING = 3
"""songs between two of the same artist, where the library allows"""
NO_WORDS = "zxx"
"""ISO 639-2 for music without words: understood in every house"""

_ALMOST = 0.1
"""songs this much more exciting than the calmest one count as calm where none is calm enough"""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Past:
    """What must not come again yet."""

    waiting: Sequence[str] = ()
    """files that play or wait before the song to choose, in order"""


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """What the owner allows."""

    languages: tuple[str, ...] = ()
    """ISO 639-1; empty: any"""
    limits: Limits = NO_LIMITS
    playlists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """files in the playlists that limits may name"""
    gone: Collection[int] = ()
    """numbers of songs that MPD could not find"""


def may_come(
    library: Library, past: Past, ages_s: Mapping[int, float], filters: Filters
) -> NDArray[np.intp]:
    """Rows of the songs that may come now; none only where no song passes its language filter.

    `ages_s` tells which songs were heard too recently, and how long ago. Where the library is too
    small for every rule, songs of unknown language come before anything is repeated; then the
    artist's spacing goes, then the pause before a repetition, longest unheard first, and last the
    rule that a song waits only once: rather the same song again than silence. A song in another
    language never comes, and limits hold as long as any song at all is within them.
    """
    strict, lenient = _languages(library, filters.languages)
    lenient[rows_of_songs(library, filters.gone)] = False
    if not lenient.any():
        return np.zeros(0, dtype=np.intp)
    inside = _within(library, filters, lenient)
    lenient &= inside
    strict &= lenient
    absent, fresh, spaced = (np.ones(len(library), dtype=bool) for _ in range(3))
    absent[library.rows(past.waiting)] = False
    recent, recent_ages_s = _rows_of(library, ages_s)
    fresh[recent] = False
    near = library.artist[library.rows(past.waiting[-ARTIST_SPACING:])]
    for artist in near[near > 0]:
        spaced &= library.artist != artist
    new = absent & fresh
    for mask in (strict & new & spaced, lenient & new & spaced, strict & new, lenient & new):
        if mask.any():
            return np.flatnonzero(mask)
    absent &= lenient
    if not absent.any():
        absent = lenient
    ages = np.full(len(library), np.inf)
    ages[recent] = recent_ages_s
    return np.flatnonzero(absent & (ages == ages[absent].max()))


def rows_of_songs(library: Library, songs: Iterable[int]) -> NDArray[np.intp]:
    """The rows of those songs, by number in the index, that the library has."""
    numbers = np.fromiter(songs, dtype=np.int64)
    order = _by_number(library)
    places = np.searchsorted(library.ids, numbers, sorter=order)
    found = places < len(library)
    rows = np.zeros(len(numbers), dtype=np.intp)
    rows[found] = places[found] if order is None else order[places[found]]
    found[found] &= library.ids[rows[found]] == numbers[found]
    return rows[found]


def _by_number(library: Library) -> NDArray[np.intp] | None:
    """The order of the rows by number; None when they stand so, as the index gives them."""
    ascending = bool((library.ids[1:] > library.ids[:-1]).all())
    return None if ascending else np.argsort(library.ids)


def _rows_of(
    library: Library, ages_s: Mapping[int, float]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    rows = rows_of_songs(library, ages_s)
    return rows, np.array([ages_s[int(song)] for song in library.ids[rows]], dtype=np.float64)


def _languages(library: Library, wanted: tuple[str, ...]) -> tuple[Mask, Mask]:
    """Songs in a wanted language or without words, and these with those of unknown language."""
    known = np.array([not wanted or name in (*wanted, NO_WORDS) for name in library.languages])
    either = known | np.array([not name for name in library.languages])
    return known[library.language], either[library.language]


def _within(library: Library, filters: Filters, among: Mask) -> Mask:
    """Songs within each of the limits, as far as there is any song within it."""
    inside = among.copy()
    for mask in _limits(library, filters, among):
        narrower = inside & mask
        if narrower.any():
            inside = narrower
    return inside


def _limits(library: Library, filters: Filters, among: Mask) -> Iterator[Mask]:
    limits = filters.limits
    if limits.most_arousal < 1:
        arousal = library.affect[:, 1].astype(np.float32)
        arousal[library.reliability == 0] = 1
        calm = arousal <= limits.most_arousal
        if (calm & among).any():
            yield calm
        else:
            yield arousal <= arousal[among].min() + _ALMOST
    if limits.playlist:
        listed = np.zeros(len(library), dtype=bool)
        listed[library.rows(filters.playlists.get(limits.playlist, ()))] = True
        yield listed
    if limits.genre:
        of_it = np.array([holds_genre(name, limits.genre) for name in library.genre_names])
        yield of_it[library.genres].any(axis=1)
