"""Log-mel frames of sound that comes in blocks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import BANDS, HOP_SAMPLES, WINDOW_SAMPLES, log_mel

_OVERLAP_SAMPLES: Final = WINDOW_SAMPLES - HOP_SAMPLES


class FrameStream:
    """Frames of sound that comes in blocks; equal to `log_mel` of the whole, bit by bit."""

    def __init__(self, together: int = 1) -> None:
        """Frames are given in multiples of `together`: in larger pieces they cost half."""
        self._together = together
        self._pending = np.empty(0, dtype=np.float32)

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples; give the frames (n, 64) in dB they complete, n ≥ 0."""
        self._pending = np.concatenate([self._pending, samples.astype(np.float32, copy=False)])
        complete = (len(self._pending) - _OVERLAP_SAMPLES) // HOP_SAMPLES
        done = complete // self._together * self._together * HOP_SAMPLES
        if done <= 0:
            return np.empty((0, BANDS), dtype=np.float32)
        fresh = log_mel(self._pending[: done + _OVERLAP_SAMPLES])
        self._pending = self._pending[done:]
        return fresh
