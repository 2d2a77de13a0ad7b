"""What one profile's listeners did with songs, counted per mood; old deeds fade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion

HALF_LIFE = 1500
"""Deeds after which one counts half: about three months of four hours a day. Counted in deeds, not
in days: a box without a clock of its own, or on holiday, forgets nothing meanwhile."""
OTHER_MOODS = 0.2
"""What a deed in another mood says about this one: skipped when the room is sad is hardly disliked
when it is happy."""
_LIKED, _DISLIKED = 8.0, 24.0
"""plays and skips that an opinion is worth: who says *never again* says it once"""

NEVER_AGAIN = -0.99
"""an opinion as low as that of a *dislike*, or of no star at all"""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What is known of some songs in one mood."""

    songs: NDArray[np.int64]
    """(k,) numbers in the index, ascending"""
    good: Floats
    """(k,) plays in this mood, a little of those in others, and what likes are worth"""
    bad: Floats
    """(k,) skips and dislikes, likewise"""


class Evidence:
    """One profile's counts of good and bad for each song and mood, and its opinions of songs.

    Counts decay forward (Cormode et al., "Forward decay", ICDE 2009): a deed enters the larger the
    later it comes, so that nothing stored ever has to be touched again; `at` is the number of
    deeds so far and the scale that counts are read by.
    """

    def __init__(self) -> None:
        self.at = 0
        self.version = 0
        """grows with every change"""
        self._songs = np.zeros(0, dtype=np.int64)
        self._good = np.zeros((0, len(EMOTIONS)))
        self._bad = np.zeros((0, len(EMOTIONS)))
        self._opinion = np.zeros(0)

    def __len__(self) -> int:
        return len(self._songs)

    def deed(self, song: int, emotion: Emotion, *, good: float = 0, bad: float = 0) -> None:
        """Count one deed."""
        self.at += 1
        row, mood = self._row(song), EMOTIONS.index(emotion)
        self._good[row, mood] += good * self.scale
        self._bad[row, mood] += bad * self.scale
        self.version += 1

    def opine(self, song: int, opinion: float) -> None:
        """Replace the opinion of a song, from -1 (never again) to 1; it holds in every mood."""
        row = self._row(song)  # which may replace the arrays
        self._opinion[row] = opinion
        self.version += 1

    def opinion(self, song: int) -> float:
        """The opinion of a song, from -1 to 1; 0 where there is none."""
        row = int(np.searchsorted(self._songs, song))
        there = row < len(self._songs) and self._songs[row] == song
        return float(self._opinion[row]) if there else 0.0

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Songs have other numbers now; one that takes another's place takes its deeds' too."""
        moved = np.array([numbers.get(song, song) for song in self._songs.tolist()], dtype=np.int64)
        given = np.isin(self._songs, np.fromiter(numbers, np.int64, len(numbers)))
        kept = given | ~np.isin(moved, moved[given])
        _, first = np.unique(moved[kept], return_index=True)
        order = np.flatnonzero(kept)[first]
        self._songs = moved[order]
        self._good, self._bad = self._good[order], self._bad[order]
        self._opinion = self._opinion[order]
        self.version += 1

    @property
    def scale(self) -> float:
        """What the next deed enters with."""
        return float(2 ** (self.at / HALF_LIFE))

    def stored(self, song: int, emotion: Emotion) -> tuple[float, float]:
        """Good and bad of a song in a mood, on the scale that `restore` takes."""
        row, mood = self._row(song), EMOTIONS.index(emotion)
        return float(self._good[row, mood]), float(self._bad[row, mood])

    def restore(self, song: int, emotion: Emotion, good: float, bad: float) -> None:
        """Put back what `stored` gave; `at` is the caller's to set."""
        row, mood = self._row(song), EMOTIONS.index(emotion)
        self._good[row, mood], self._bad[row, mood] = good, bad
        self.version += 1

    def counts(self, emotion: Emotion) -> Counts:
        """What counts in one mood."""
        mood = EMOTIONS.index(emotion)
        good_here, bad_here = self._good[:, mood] / self.scale, self._bad[:, mood] / self.scale
        good, bad = self._good.sum(axis=1) / self.scale, self._bad.sum(axis=1) / self.scale
        liked, disliked = self._liked()
        return Counts(
            songs=self._songs,
            good=OTHER_MOODS * good + (1 - OTHER_MOODS) * good_here + liked,
            bad=OTHER_MOODS * bad + (1 - OTHER_MOODS) * bad_here + disliked,
        )

    def table(self) -> Floats:
        """Good and bad of each song in each mood, and by opinion of it, (2, k, 8)."""
        liked, disliked = self._liked()
        good, bad = self._good / self.scale, self._bad / self.scale
        return np.stack([np.column_stack([good, liked]), np.column_stack([bad, disliked])])

    def without(self, others: Iterable[Evidence]) -> Floats:
        """What of the `table` is in none of the others, (2, k, 8)."""
        rest = self.table()
        for other in others:
            _, mine, theirs = np.intersect1d(self.songs, other.songs, return_indices=True)
            rest[:, mine] -= other.table()[:, theirs]
        return rest.clip(min=0)

    def leanings(self) -> Floats:
        """How far each song and mood is liked, (k, 7), in [-1, 1]; for comparing profiles."""
        liked, disliked = self._liked()
        good = self._good / self.scale + liked[:, None]
        bad = self._bad / self.scale + disliked[:, None]
        leanings: Floats = (good - bad) / (good + bad + 1)
        return leanings

    @property
    def songs(self) -> NDArray[np.int64]:
        """(k,) numbers of the songs that something is known of, ascending."""
        return self._songs

    def disliked(self) -> NDArray[np.int64]:
        """(k,) numbers of the songs of which it was said: never again."""
        return self._songs[self._opinion <= NEVER_AGAIN]

    def _liked(self) -> tuple[Floats, Floats]:
        """Plays and skips that the opinions are worth, (k,) each."""
        return _LIKED * self._opinion.clip(min=0), -_DISLIKED * self._opinion.clip(max=0)

    def _row(self, song: int) -> int:
        row = int(np.searchsorted(self._songs, song))
        if row == len(self._songs) or self._songs[row] != song:
            self._songs = np.insert(self._songs, row, song)
            self._good = np.insert(self._good, row, 0, axis=0)
            self._bad = np.insert(self._bad, row, 0, axis=0)
            self._opinion = np.insert(self._opinion, row, 0)
        return row
