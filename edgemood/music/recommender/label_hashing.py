"""The label row of every song: genres and instruments, its time, its language; on a few axes.

A library knows hundreds of genres and most songs have one to three. The commonest genres of the
library have an axis of their own; the others share axes by a signed hash (Weinberger et al.,
"Feature hashing for large scale multitask learning", ICML 2009), so that two of them hardly ever
look alike. Years lie on a quarter of a circle, so that neighbouring ones are alike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemood.music.library import Library
from edgemood.music.recommender.candidates import NO_WORDS

GENRE_AXES, TIME_AXES, LANGUAGE_AXES = 10, 2, 2
AXES = GENRE_AXES + TIME_AXES + LANGUAGE_AXES

_FIRST_YEAR, _LAST_YEAR = 1950, 2030
_TIME_WEIGHT = _LANGUAGE_WEIGHT = 0.7
"""beside one genre, which says more"""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Where each label of one library lies; the rows are codes, zeros for none."""

    genres: Floats
    """(genre names, 10); genre tags name instruments, too"""
    years: Floats
    """(years from 1950 to 2030, and one row more for an unknown year, 2)"""
    languages: Floats
    """(languages, 2)"""

    @classmethod
    def of(cls, library: Library) -> Labels:
        """Codes for the labels of a library."""
        genres = np.stack([_hashed_genre(name) for name in library.genre_names])
        counts = np.bincount(library.genres.ravel(), minlength=len(genres))[: len(genres)]
        counts[0] = 0  # none
        commonest = np.argsort(-counts, kind="stable")[:GENRE_AXES]
        commonest = commonest[counts[commonest] > 0]
        genres[commonest] = np.eye(GENRE_AXES, dtype=np.float32)[: len(commonest)]
        angles = np.linspace(0, np.pi / 2, _LAST_YEAR - _FIRST_YEAR + 1)
        years = np.zeros((len(angles) + 1, TIME_AXES), dtype=np.float32)
        years[:-1] = _TIME_WEIGHT * np.column_stack([np.cos(angles), np.sin(angles)])
        languages = np.stack([_language(name) for name in library.languages])
        return cls(genres, years, languages)

    def rows(self, library: Library, part: slice) -> Floats:
        """The codes of these songs' labels, (songs, 14)."""
        genres = np.zeros((len(library.ids[part]), GENRE_AXES), dtype=np.float32)
        for column in library.genres[part].T:
            genres += self.genres[column]
        year = library.year[part]
        known = year.clip(_FIRST_YEAR, _LAST_YEAR) - _FIRST_YEAR
        years = self.years[np.where(year > 0, known, -1)]
        return np.column_stack([genres, years, self.languages[library.language[part]]])


def _hashed_genre(name: str) -> Floats:
    """A code of two axes with signs; zeros for no genre."""
    code = np.zeros(GENRE_AXES, dtype=np.float32)
    if name:
        place, sign, step, other_sign = _digest(name)
        code[place % GENRE_AXES] = 1 if sign & 1 else -1
        other = place + 1 + step % (GENRE_AXES - 1)
        code[other % GENRE_AXES] = 1 if other_sign & 1 else -1
        code /= np.sqrt(2)
    return code


def _language(name: str) -> Floats:
    """Music without words lies opposite all languages, which point somewhat apart."""
    if not name:
        return np.zeros(LANGUAGE_AXES, dtype=np.float32)
    angle = np.pi if name == NO_WORDS else np.pi / 2 * (_digest(name)[0] / 255 - 0.5)
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * _LANGUAGE_WEIGHT


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.casefold().encode(), digest_size=4).digest()
