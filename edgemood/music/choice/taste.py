"""What a listener will probably think of every song in one mood, from the deeds known so far.

Four levels, each a correction of the one before where there is evidence: songs that look alike, in
any mood and then in this one (ridge regressions on the song vectors), the artist, and the song
itself. The last is a Beta posterior whose prior is what the others expect.

How much evidence each level asks for is the variance of a single deed, about 0.25, over the
variance that the level explains in what people like: its empirical Bayes strength.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edgemood.music.choice.evidence import Counts
from edgemood.music.choice.rules import rows_of_songs
from edgemood.music.choice.vectors import SIZE
from edgemood.music.library import Library

PRIOR_STRENGTH = 8.0
"""deeds that the expectation from similar songs is worth beside those with the song itself"""
_EXPECTED = 0.6
"""share of fitting songs that listeners let play to the end, before anything is known of them"""
_BASE_STRENGTH = 10.0
_RIDGE, _RIDGE_OF_MOOD = 3.0, 6.0
"""deeds it takes to believe in a direction of the song vectors"""
_ARTIST_STRENGTH = 4.0
_MOST_DEEDS, _MOST_FOR_ARTIST = 6.0, 2.0
"""deeds with one song that count towards others: a favourite is not a whole taste"""
_LEAST, _MOST = 0.02, 0.98
"""nothing is ever certain, so everything can still be learned"""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """One profile in one mood, learned on the songs of one library."""

    direction: Floats
    """(28,): how the song vectors go with liking"""
    base: float
    artists: Floats
    """(artists + 1,): what is added for a song of this artist"""
    rows: NDArray[np.intp]
    """(k,) songs with evidence of their own"""
    good: Floats
    """(k,)"""
    bad: Floats
    """(k,)"""

    @classmethod
    def learned(
        cls, library: Library, matrix: Floats, counts: Counts, household: Self | None = None
    ) -> Self:
        """From counts of good and bad; songs that left the library are passed over.

        Where a person's own deeds are too few, the `household` speaks: who live together have some
        of their taste in common.
        """
        kept = np.isin(counts.songs, library.ids)
        rows = rows_of_songs(library, counts.songs[kept])
        seen, of = matrix[rows], library.artist[rows]
        number = int(library.artist.max(initial=0)) + 1
        direction = np.zeros(SIZE, np.float32) if household is None else household.direction
        artists = np.zeros(number, np.float32) if household is None else household.artists
        base = _EXPECTED if household is None else household.base
        rates, weights = _rates(counts.good_anywhere[kept], counts.bad_anywhere[kept])
        rates_here, weights_here = _rates(counts.good_here[kept], counts.bad_here[kept])

        surprise = rates - base - seen @ direction - artists[of]
        base += float(weights @ surprise / (weights.sum() + _BASE_STRENGTH))
        surprise = rates - base - seen @ direction - artists[of]
        direction = direction + _regressed(seen, surprise, weights, _RIDGE)
        surprise = rates_here - base - seen @ direction - artists[of]
        direction = direction + _regressed(seen, surprise, weights_here, _RIDGE_OF_MOOD)
        good, bad = (column[kept].astype(np.float32) for column in (counts.good, counts.bad))
        surprise = rates - base - seen @ direction - artists[of]
        weights = np.minimum(weights, _MOST_FOR_ARTIST)
        evidence = np.bincount(of, weights, number) + _ARTIST_STRENGTH
        artists = artists + np.bincount(of, weights * surprise, number) / evidence
        artists[0] = 0  # unknown artists have nothing in common
        return cls(direction, base, artists.astype(np.float32), rows, good, bad)

    def expected(self, along: Floats, library: Library) -> Floats:
        """The mean posterior of liking each song, (n,), in [0, 1].

        `along` is `matrix @ direction`, (n,); it is overwritten.
        """
        along += self.base
        along += self.artists[library.artist]
        np.clip(along, _LEAST, _MOST, out=along)
        known = along[self.rows] * PRIOR_STRENGTH + self.good
        along[self.rows] = known / (PRIOR_STRENGTH + self.good + self.bad)
        return along

    def deeds(self, number: int) -> Floats:
        """How many deeds are known of each song, (n,)."""
        deeds = np.zeros(number, dtype=np.float32)
        deeds[self.rows] = self.good + self.bad
        return deeds


def _rates(good: NDArray[Any], bad: NDArray[Any]) -> tuple[Floats, Floats]:
    """Shares of good deeds, and what each is worth, (k,) each."""
    deeds = good + bad
    rates = np.divide(good, deeds, out=np.full_like(good, _EXPECTED), where=deeds > 0)
    return rates.astype(np.float32), np.minimum(deeds, _MOST_DEEDS).astype(np.float32)


def _regressed(seen: Floats, values: Floats, weights: Floats, ridge: float) -> Floats:
    """The direction along which the vectors seen, (k, 28), go with the values, (k,)."""
    weighted = seen.T * weights
    strength = weighted @ seen + ridge * np.eye(SIZE, dtype=np.float32)
    direction: Floats = np.linalg.solve(strength, weighted @ values)
    return direction
