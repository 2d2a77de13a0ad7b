"""The constant that cheap sound cards add to every sample, taken out of the sound."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.level import MUTED_SWING

_PACE: Final = 0.5
"""Share of each block's difference that is learned: a jump is gone within a second, and nothing
that is heard, above 20 Hz, has a mean over blocks of a tenth of a second."""


class OffsetFilter:
    """A running mean of the blocks, subtracted.

    The first block tells its own mean at once, and so does the first after digital silence: sound
    cards begin with zeros.
    """

    def __init__(self) -> None:
        self._is_known = False
        self.offset = 0.0
        """what was added to the last samples, as a share of full scale, in [-1, 1]"""

    def push(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the next block (n,); give it without its offset and never beyond full scale."""
        mean = float(samples.mean())
        is_flat = float(np.ptp(samples)) <= MUTED_SWING
        before = self.offset if self._is_known and not is_flat else mean
        self.offset = before + _PACE * (mean - before)
        self._is_known = not is_flat
        around: NDArray[np.float64] = samples - np.linspace(before, self.offset, len(samples))
        return np.clip(around, -1.0, 1.0)
