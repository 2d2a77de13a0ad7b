"""Which songs may come now: the owner's filters first, then freshness and spacing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgemood.music.genres import holds_genre
from edgemood.music.library import Library
from edgemood.music.recommender.strategy import NO_LIMITS, Limits

ARTIST_SPACING = 3
"""songs between two of the same artist, where the library allows"""
NO_WORDS = "zxx"
"""ISO 639-2 for music without words: understood in every house"""

FITS_WITHIN = 0.35
"""A song that fits the mood by so much less than the best one is of another mood: angry songs are
0.5 from fearful ones, happy ones 0.55 from surprised ones; a mood that only a genre tells is 0.3
from one that the owner told."""

_ALMOST = 0.1
"""songs this much more exciting than the calmest one count as calm where none is calm enough"""

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


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
    disliked: Collection[int] = ()
    """numbers of songs that somebody never wants to hear again"""


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """What may come now."""

    rows: NDArray[np.intp]
    """of the songs; none only where no song passes its language filter"""
    rivals: NDArray[np.intp]
    """of those that might have come were it not for their mood, or for having been heard"""
    gave_way: tuple[str, ...] = ()
    """the rules that could not be kept, in words"""


def may_come(
    library: Library, past: Past, ages_s: Mapping[int, float], filters: Filters, fits: Floats
) -> Allowed:
    """Which songs may come now.

    `ages_s` tells which songs were heard too recently, and how long ago; `fits` how well each song
    fits the mood, (n,). Where a library is too small for every rule, they give way in this order,
    the first ones first: the spacing of an artist's songs; that words of an unknown language wait;
    the pause before a repetition, longest unheard first; the mood; that a song waits only once;
    the limits of the table; those of quiet hours; that a disliked song is never played. A song in
    another language never comes.
    """
    strict, lenient, gave_way = _permitted(library, filters)
    if not lenient.any():
        none = np.zeros(0, dtype=np.intp)
        return Allowed(none, none)
    absent = _absent(library, past)
    if not (lenient & absent).any():
        gave_way.append("every song that may come waits already")
        absent[:] = True
    rivals = np.flatnonzero(lenient & absent)
    fitting = _fitting(fits, lenient & absent)
    if fits[fitting].max() < fits[lenient].max() - FITS_WITHIN:
        gave_way.append("whatever fits better waits already")
    fresh, spaced = np.ones(len(library), dtype=bool), np.ones(len(library), dtype=bool)
    recent, recent_ages_s = _rows_of(library, ages_s)
    fresh[recent] = False
    near = library.artist[library.rows(past.waiting[-ARTIST_SPACING:])]
    for artist in near[near > 0]:
        spaced &= library.artist != artist
    new = fitting & fresh
    unknown, soon = "its language is not known", "the same artist again so soon"
    for mask, told in (
        (strict & new & spaced, ()),
        (new & spaced, (unknown,)),
        (strict & new, (soon,)),
        (new, (unknown, soon)),
    ):
        if mask.any():
            return Allowed(np.flatnonzero(mask), rivals, (*gave_way, *told))
    gave_way.append("all that fit were heard not long ago, this one longest ago")
    ages = np.full(len(library), np.inf)
    ages[recent] = recent_ages_s
    longest_ago = np.flatnonzero(fitting & (ages == ages[fitting].max()))
    return Allowed(longest_ago, rivals, tuple(gave_way))


def unsuitable(library: Library, past: Past, file: str, filters: Filters, fits: Floats) -> bool:
    """Whether a song that waits would not be chosen now, however fresh it were.

    Only where there is another one that would. `past` are the songs that play and wait.
    """
    row = library.row_of(file)
    if row is None:
        return False
    _, lenient, _ = _permitted(library, filters)
    others = lenient & _absent(library, past)
    if not others.any():
        return False
    others[row] = lenient[row]
    return not _fitting(fits, others)[row]


def _permitted(library: Library, filters: Filters) -> tuple[Mask, Mask, list[str]]:
    """By language strictly and leniently, within the limits, and what gave way."""
    gave_way = []
    strict, lenient = _languages(library, filters.languages)
    lenient[rows_of_songs(library, filters.gone)] = False
    liked = lenient.copy()
    liked[rows_of_songs(library, filters.disliked)] = False
    if liked.any():
        lenient = liked
    elif lenient.any():
        gave_way.append("all that may come are disliked")
    if lenient.any():
        lenient = _within(library, filters, lenient, gave_way)
    return strict & lenient, lenient, gave_way


def _absent(library: Library, past: Past) -> Mask:
    """Songs that do not wait."""
    absent = np.ones(len(library), dtype=bool)
    absent[library.rows(past.waiting)] = False
    return absent


def _fitting(fits: Floats, among: Mask) -> Mask:
    """Which of these songs fit the mood nearly as well as any of them."""
    fitting: Mask = among & (fits >= fits[among].max() - FITS_WITHIN)
    return fitting


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


def _within(library: Library, filters: Filters, among: Mask, gave_way: list[str]) -> Mask:
    """Songs within each of the limits, as far as there is any song within it."""
    inside = among.copy()
    for mask, told in _limits(library, filters, among):
        narrower = inside & mask
        if narrower.any():
            inside = narrower
        else:
            gave_way.append(told)
    return inside


def _limits(library: Library, filters: Filters, among: Mask) -> Iterator[tuple[Mask, str]]:
    """Each limit, and what to say where no song is within it."""
    limits = filters.limits
    if limits.most_arousal < 1:
        arousal = library.affect[:, 1].astype(np.float32)
        arousal[library.reliability == 0] = 1
        calm = arousal <= limits.most_arousal
        if not (calm & among).any():
            calm = arousal <= arousal[among].min() + _ALMOST
        yield calm, ""
    if limits.playlist:
        listed = np.zeros(len(library), dtype=bool)
        listed[library.rows(filters.playlists.get(limits.playlist, ()))] = True
        yield listed, f"nothing in the playlist {limits.playlist} may come"
    if limits.genre:
        of_it = np.array([holds_genre(name, limits.genre) for name in library.genre_names])
        yield of_it[library.genres].any(axis=1), f"no song of the genre {limits.genre} may come"
