"""What songs have in common, as far as it explains who likes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edgemood.music.library import Library
from edgemood.music.recommender.vectors import SIZE, SOUND, SOUND_AXES

_BASE, _GENRE, _ARTIST, _DECADE, _LANGUAGE, _SOUND = 0.005, 0.06, 0.02, 0.008, 0.005, 0.005
"""Variance that each kind of trait explains in how probably people let songs play. Fitted on the
simulated households 100 to 119 (`deploy.households`), none of which `make households` measures."""
_BEFORE, _DECADES = 1890, 16
"""decades that are told apart; a year that is not known counts as before them"""

Codes = NDArray[np.int64]
Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """The traits that songs of one library may have, numbered kind by kind."""

    deviations: Floats
    """(traits,): how far each trait may be expected to move the liking of a song"""
    genre: int
    artist: int
    decade: int
    language: int
    sound: int
    """where each kind begins; before them is the one trait that every song has"""

    @classmethod
    def of(cls, library: Library) -> Self:
        """The traits that its songs may have."""
        artists = int(library.artist.max(initial=0)) + 1
        sizes = (1, len(library.genre_names), artists, _DECADES, len(library.languages), SOUND_AXES)
        shares = (_BASE, _GENRE, _ARTIST, _DECADE, _LANGUAGE, _SOUND)
        begins = np.cumsum(sizes)[:-1].tolist()
        return cls(np.sqrt(np.repeat(shares, sizes)).astype(np.float32), *begins)

    def of_rows(self, library: Library, matrix: Floats, rows: Rows) -> tuple[Codes, Floats]:
        """Which traits some songs have, and how much of each, (k, 11) both.

        Of a label that is not known, a song has nothing.
        """
        labels = [(begin, codes[rows].astype(np.int64)) for begin, codes in self._labels(library)]
        codes = [np.zeros(len(rows), np.int64), *(begin + codes for begin, codes in labels)]
        amounts = [np.ones(len(rows)), *(codes > 0 for _, codes in labels)]
        codes += [np.full(len(rows), self.sound + axis) for axis in range(SOUND_AXES)]
        amounts += [matrix[rows, axis] for axis in range(SIZE)[SOUND]]
        which = np.column_stack(codes)
        return which, np.column_stack(amounts).astype(np.float32) * self.deviations[which]

    def direction(self, effects: Floats) -> Floats:
        """What the effects of traits, (traits,), say of sound, as a direction of song vectors."""
        direction = np.zeros(SIZE, np.float32)
        direction[SOUND] = effects[self.sound :]
        return direction

    def add_labels(self, effects: Floats, library: Library, liking: Floats) -> None:
        """Add the effects of all traits but sound to the liking of every song, (n,)."""
        liking += effects[0]
        for begin, codes in self._labels(library):
            liking += effects[begin:][codes]

    def _labels(self, library: Library) -> Iterator[tuple[int, NDArray[Any]]]:
        for genres in library.genres.T:
            yield self.genre, genres
        yield self.artist, library.artist
        yield self.decade, ((library.year - _BEFORE) // 10).clip(0, _DECADES - 1)
        yield self.language, library.language
