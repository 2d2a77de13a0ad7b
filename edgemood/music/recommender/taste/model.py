"""What each listener will probably think of every song in one mood, from the deeds known so far.

One mixed-effects model for the house: what a song's traits (`Traits`) do to its being let play is
a sum of what they do for everybody, for one listener, and for that listener in one mood. All
effects are estimated together, as their best linear unbiased predictions (Henderson, Biometrics
31, 1975): evidence goes where it explains most, and what is not known of a listener is what the
others like. The song itself comes last: a Beta posterior whose prior is what its traits expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.music.library import Library
from edgemood.music.recommender.candidates import rows_of_songs
from edgemood.music.recommender.taste.interactions import Evidence
from edgemood.music.recommender.taste.item_features import Traits
from edgemood.music.recommender.taste.store import HOUSEHOLD

PRIOR_STRENGTH = 12.0
"""deeds that the expectation from a song's traits is worth beside those with the song itself"""
_EXPECTED = 0.6
"""share of fitting songs that listeners let play to the end, before anything is known of them"""
_NOISE = 0.2
"""variance of one deed about its probability: 0.25 at most, less for the liked and the disliked"""
_FORGOTTEN = 0.02
"""of a deed; what is left of one after about five half-lives says nothing any more"""
_LISTENER, _IN_MOOD = 1.0, 0.25
"""variance of what is a listener's own, and what holds in one mood only, beside the common"""
_LEAST, _MOST = 0.02, 0.98
"""nothing is ever certain, so everything can still be learned"""
_PRECISION, _MOST_STEPS = 1e-3, 60
"""of the surprise left unexplained; a step costs about as much as reading the evidence once"""

_MOODS = len(EMOTIONS) + 1
"""and one more for opinions, which hold in all of them"""

Floats = NDArray[np.float32]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """One listener in one mood, learned on the songs of one library."""

    traits: Traits
    effects: Floats
    """(traits,): how far each moves the liking of a song"""
    direction: Floats
    """(28,): how the song vectors go with liking"""
    rows: NDArray[np.intp]
    """(k,) songs with evidence of their own"""
    good: Floats
    """(k,)"""
    bad: Floats
    """(k,)"""

    def expected(self, along: Floats, library: Library) -> Floats:
        """The mean posterior of liking each song, (n,), in [0, 1].

        `along` is `matrix @ direction`, (n,); it is overwritten.
        """
        along += _EXPECTED
        self.traits.add_labels(self.effects, library, along)
        np.clip(along, _LEAST, _MOST, out=along)
        known = along[self.rows] * PRIOR_STRENGTH + self.good
        along[self.rows] = known / (PRIOR_STRENGTH + self.good + self.bad)
        return along

    def deeds(self, number: int) -> Floats:
        """How many deeds are known of each song, (n,)."""
        deeds = np.zeros(number, dtype=np.float32)
        deeds[self.rows] = self.good + self.bad
        return deeds


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """All listeners' tastes, learned together on the songs of one library."""

    library: Library
    evidence: Mapping[str, Evidence]
    """by the names of the profiles, as it was when learned from"""
    traits: Traits
    effects: Floats
    """(levels, traits): everybody's, then each listener's, then each listener's in each mood"""

    @classmethod
    def learned(cls, library: Library, matrix: Floats, evidence: Mapping[str, Evidence]) -> Self:
        """From the evidence of every profile, by name; the household's holds that of all.

        Songs that left the library are passed over.
        """
        traits = Traits.of(library)
        listeners = len(evidence)
        cells = [_cells(evidence, name, listener) for listener, name in enumerate(evidence)]
        song, listener, mood, good, bad = np.concatenate(cells, axis=1)
        kept = np.isin(song, library.ids) & (good + bad >= _FORGOTTEN)
        song, listener, mood = (column[kept].astype(np.int64) for column in (song, listener, mood))
        deeds, good = (good + bad)[kept], good[kept]
        codes, amounts = traits.of_rows(library, matrix, rows_of_songs(library, song))
        levels = np.stack([0 * song, 1 + listener, 1 + listeners + listener * _MOODS + mood], 1)
        in_mood = np.where(mood < len(EMOTIONS), _IN_MOOD, 0)
        shares = np.sqrt(np.stack([np.ones(len(song)), np.full(len(song), _LISTENER), in_mood], 1))
        size = (1 + listeners + listeners * _MOODS, len(traits.deviations))
        known = _Known(
            np.hstack([level[:, None] * size[1] + codes for level in levels.T]),
            np.hstack([share[:, None] * amounts for share in shares.T]),
            _NOISE / deeds + _NOISE / PRIOR_STRENGTH,
            size[0] * size[1],
        )
        effects = known.effects(good / deeds - _EXPECTED).reshape(size) * traits.deviations
        return cls(library, dict(evidence), traits, effects.astype(np.float32))

    def of(self, name: str, emotion: Emotion) -> Taste:
        """One profile's taste in a mood."""
        listener = list(self.evidence).index(name)
        in_mood = 1 + len(self.evidence) + listener * _MOODS + EMOTIONS.index(emotion)
        effects = self.effects[0] + np.sqrt(_LISTENER) * self.effects[1 + listener]
        effects = (effects + np.sqrt(_IN_MOOD) * self.effects[in_mood]).astype(np.float32)
        counts = self.evidence[name].counts(emotion)
        kept = np.isin(counts.songs, self.library.ids)
        return Taste(
            self.traits,
            effects,
            self.traits.direction(effects),
            rows_of_songs(self.library, counts.songs[kept]),
            counts.good[kept].astype(np.float32),
            counts.bad[kept].astype(np.float32),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Deeds, each a sum of effects and some noise."""

    codes: Codes
    """(k, c) the effects in each"""
    amounts: Floats
    """(k, c) how much of each"""
    noise: NDArray[np.float64]
    """(k,) variance"""
    size: int
    """number of effects"""

    def effects(self, surprise: NDArray[np.float64]) -> NDArray[np.float64]:
        """The effects, (size,), that probably led to the surprise, (k,): conjugate gradients."""
        shares = np.zeros_like(surprise)  # of the surprise, as far as it is no noise
        left = surprise.copy()
        scale = self.noise + (self.amounts**2).sum(axis=1)
        towards = step = left / scale
        size = left @ step
        enough = _PRECISION**2 * size
        for _ in range(_MOST_STEPS):
            if size <= enough:
                break
            response = self._sums(towards) + self.noise * towards
            length = size / (towards @ response)
            shares += length * towards
            left -= length * response
            step = left / scale
            size, before = left @ step, size
            towards = step + size / before * towards
        return self._gathered(shares)

    def _gathered(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = (self.amounts * shares[:, None]).ravel()
        effects: NDArray[Any] = np.bincount(self.codes.ravel(), weights, self.size)
        return effects

    def _sums(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = (self.amounts * self._gathered(shares)[self.codes]).sum(axis=1)
        return sums


def _cells(evidence: Mapping[str, Evidence], name: str, listener: int) -> NDArray[np.float64]:
    """What is known of each song in each mood: song, listener, mood, good and bad, (5, k)."""
    others = [other for key, other in evidence.items() if key != HOUSEHOLD]
    mine = evidence[name]
    good, bad = mine.without(others) if name == HOUSEHOLD else mine.without([])
    rows, moods = np.nonzero(good + bad)
    listeners = np.full(len(rows), listener)
    return np.stack([mine.songs[rows], listeners, moods, good[rows, moods], bad[rows, moods]])
