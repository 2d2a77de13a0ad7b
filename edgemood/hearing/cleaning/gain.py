"""Automatic gain: a quiet microphone is turned up, slowly."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.microphones.block import BLOCK_S

MOST_GAIN_DB: Final = 36.0
FLOOR_DBFS: Final = -66.0
"""Where the room's noise is taken to: just above what the voice gate calls silence anywhere."""
HEADROOM_DBFS: Final = -15.0
"""No peak of the last half minute is taken higher."""
_FLOOR_MEMORY_BLOCKS: Final = round(10.0 / BLOCK_S)
"""The quietest tenth of a second in ten is the room's own noise (minimum statistics)."""
_PEAK_MEMORY_BLOCKS: Final = round(30.0 / BLOCK_S)
_RISE_DB: Final = 6.0 * BLOCK_S
"""At most 6 dB a second, so that a sentence keeps its shape."""
_SILENCE: Final = 1e-6


class AutomaticGain:
    """Follows the noise floor and the peaks of the sound."""

    def __init__(self) -> None:
        self._floors_db: deque[float] = deque(maxlen=_FLOOR_MEMORY_BLOCKS)
        self._peaks_db: deque[float] = deque(maxlen=_PEAK_MEMORY_BLOCKS)
        self.gain_db = 0.0
        """what the next block is turned up by, in [0, `MOST_GAIN_DB`]"""

    def push(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the next block (n,); give it turned up by `gain_db` and never beyond full scale.

        Digital silence says nothing of the room and changes nothing.
        """
        around_offset = samples - samples.mean()
        power = float(around_offset @ around_offset) / len(samples)
        if power > _SILENCE**2:
            peak = max(float(samples.max()), -float(samples.min()))
            self._floors_db.append(10.0 * math.log10(power))
            self._peaks_db.append(20.0 * math.log10(peak))
            wanted_db = min(
                MOST_GAIN_DB,
                FLOOR_DBFS - min(self._floors_db),
                HEADROOM_DBFS - max(self._peaks_db),
            )
            self.gain_db = max(0.0, min(self.gain_db + _RISE_DB, wanted_db))
        louder: NDArray[np.float64] = np.clip(samples * 10.0 ** (self.gain_db / 20.0), -1.0, 1.0)
        return louder
