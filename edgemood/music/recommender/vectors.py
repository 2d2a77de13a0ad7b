"""Songs as vectors: mood, labels and sound side by side, compared by one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, NO_IDEA
from edgemood.music.library import FEATURES, Library
from edgemood.music.recommender.content import profile, unit
from edgemood.music.recommender.label_hashing import AXES, Labels
from edgemood.music.recommender.strategy import Target

SOUND_AXES = 4
"""Principal components kept of the 16 audio features, which say much the same in many ways."""

_MIDDLE = 0.35
"""Height of the valence–arousal plane above the point it is seen from: angles between points then
grow like distances, and the middle of the plane is a direction of its own. At 0.35 neutral is as
far from sad as fear is."""
_LEAST_TRUST = 0.8
"""what the mood of a song counts that is a mere assumption"""
_SONGS_AT_ONCE = 8192
"""bounds the memory that building takes"""

_SCORES = slice(0, len(EMOTIONS))
_PLANE = slice(_SCORES.stop, _SCORES.stop + 3)
_LABELS = slice(_PLANE.stop, _PLANE.stop + AXES)
SOUND = slice(_LABELS.stop, _LABELS.stop + SOUND_AXES)
SIZE = SOUND.stop
"""28 numbers a song: in float32 they are multiplied ten times as fast as twice as many halves"""

_WEIGHTS = ((_SCORES, 0.3), (_PLANE, 0.3), (_LABELS, 0.2), (SOUND, 0.2))
"""What the nearness of each block counts where all are known. Mood is what the box is for; sound
finds songs of a mood better than genres do (`make choice`), but genres are known of more songs."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SongVectors:
    """One row for each song of a library; every block of it has length one, or zero if unknown.

    The less the mood of a song is known, the nearer its mood is to `NO_IDEA`, and the shorter.
    """

    matrix: Floats
    """(n, 28): scores, plane, labels, sound"""

    @classmethod
    def of(cls, library: Library) -> Self:
        """The vectors of all songs; 100,000 take a tenth of a second on a PC's core."""
        labels, sound = Labels.of(library), _principal_axes(library.features)
        matrix = np.empty((len(library), SIZE), dtype=np.float32)
        for start in range(0, len(library), _SONGS_AT_ONCE):
            part = slice(start, start + _SONGS_AT_ONCE)
            rows = matrix[part]
            known = library.reliability[part].astype(np.float32)[:, None]
            trust = _LEAST_TRUST + (1 - _LEAST_TRUST) * known
            rows[:, _SCORES] = trust * unit(NO_IDEA + known * (library.scores[part] - NO_IDEA))
            rows[:, _PLANE] = trust * _on_sphere(known * library.affect[part])
            rows[:, _LABELS] = unit(labels.rows(library, part))
            rows[:, SOUND] = unit(library.features[part].astype(np.float32) @ sound)
        return cls(matrix)

    def query(self, target: Target, typical: Sequence[int] = ()) -> Floats:
        """The direction of the songs wanted, (28,): `matrix @ query` is how well each fits.

        That is the weighted mean of the cosines of the blocks, over those blocks that the target
        says something of. `typical` are the rows of songs typical of the target's mood.
        """
        wanted = np.zeros(SIZE, dtype=np.float32)
        wanted[_SCORES] = unit(np.asarray(target.scores, dtype=np.float32))
        wanted[_PLANE] = _on_sphere(np.array([target.affect], dtype=np.float32))[0]
        example = profile(self.matrix[list(typical)])
        wanted[_LABELS], wanted[SOUND] = unit(example[_LABELS]), unit(example[SOUND])
        said = [(block, weight) for block, weight in _WEIGHTS if wanted[block].any()]
        for block, weight in said:
            wanted[block] *= weight / sum(weight for _, weight in said)
        return wanted


def _on_sphere(affect: Floats) -> Floats:
    """Points of the plane as directions, (n, 3)."""
    return unit(np.column_stack([affect, np.full(len(affect), _MIDDLE, dtype=np.float32)]))


def _principal_axes(features: NDArray[np.float16]) -> Floats:
    """The directions in which the library's songs differ most, (16, 4)."""
    spread = np.zeros((FEATURES, FEATURES), dtype=np.float32)
    for start in range(0, len(features), _SONGS_AT_ONCE):
        part = features[start : start + _SONGS_AT_ONCE].astype(np.float32)
        spread += part.T @ part
    axes: Floats = np.linalg.eigh(spread)[1][:, : -SOUND_AXES - 1 : -1]
    return axes
