"""What the hearing models see of sound: log-mel bands and harmonics, side by side, every 10 ms."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.harmonics import (
    HARMONIC_BANDS,
    HARMONIC_CENTRES_HZ,
    SPAN_SAMPLES,
    harmonics,
)
from edgemood.hearing.mel import (
    BAND_CENTRES_HZ,
    BANDS,
    HOP_SAMPLES,
    WINDOW_SAMPLES,
    log_mel,
)

COLUMNS: Final = BANDS + HARMONIC_BANDS
MEL: Final = slice(0, BANDS)
HARMONICS: Final = slice(BANDS, COLUMNS)
COLUMN_CENTRES_HZ: Final = np.concatenate([BAND_CENTRES_HZ, HARMONIC_CENTRES_HZ])
"""Where the columns lie: (128,) in Hz."""

_MEMORY_SAMPLES: Final = SPAN_SAMPLES - WINDOW_SAMPLES
_OVERLAP_SAMPLES: Final = WINDOW_SAMPLES - HOP_SAMPLES


class FrameStream:
    """Frames of sound that comes in blocks; equal to `frames` of the whole, bit by bit."""

    def __init__(self, together: int = 1) -> None:
        """Frames are given in multiples of `together`: in larger pieces they cost half."""
        self._together = together
        self._memory = np.zeros(_MEMORY_SAMPLES, dtype=np.float32)
        self._pending = np.empty(0, dtype=np.float32)

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples; give the frames (n, 128) they complete, n ≥ 0.

        Needs as many samples as `log_mel` for a frame: its harmonics look back, not ahead.
        """
        self._pending = np.concatenate([self._pending, samples.astype(np.float32, copy=False)])
        complete = (len(self._pending) - _OVERLAP_SAMPLES) // HOP_SAMPLES
        done = complete // self._together * self._together * HOP_SAMPLES
        if done <= 0:
            return np.empty((0, COLUMNS), dtype=np.float32)
        piece = self._pending[: done + _OVERLAP_SAMPLES]
        fresh = np.concatenate([log_mel(piece), harmonics(piece, self._memory)], axis=1)
        self._memory = np.concatenate([self._memory, piece[:done]])[-_MEMORY_SAMPLES:]
        self._pending = self._pending[done:]
        return fresh


def frames(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The frames (n, 128) float32 in dB of a whole sound: `log_mel`, then `harmonics`."""
    return FrameStream().push(samples)
