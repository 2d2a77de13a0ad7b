"""A tenth of a second of sound in the form everything behind the microphone expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ

BLOCK_SAMPLES: Final = SAMPLE_RATE_HZ // 10
BLOCK_S: Final = BLOCK_SAMPLES / SAMPLE_RATE_HZ
FULL_SCALE: Final = 0.9999
"""Samples this loud count as clipped; 16-bit converters stop at 0.99997. A clean full-scale sine
spends 0.9 % of its time above it."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What a microphone heard in `BLOCK_S` seconds."""

    at_s: float
    """monotonic seconds of its end"""
    samples: NDArray[np.float32]
    """(1600,) mono at 16 kHz, finite, in [-1, 1]"""
    clipped: float
    """share of the microphone's own samples that stood at full scale lately, in [0, 1]"""
    leak: float | None = None
    """share of the power that is expected to be the box's own music, in [0, 1]; None: not known"""
    gain_db: float = 0.0
    """what the microphone was turned up by"""
    late_s: float = 0.0
    """how long cleaning held the samples back"""
    offset: float = 0.0
    """what the sound card added to every sample, and was taken out again, in [-1, 1]"""


class BlockCutter:
    """Turns sound of any rate, channels and piece size into blocks.

    The samples of the blocks do not depend on how the sound was cut into pieces.
    """

    def __init__(self) -> None:
        self._resampler: soxr.ResampleStream | None = None
        self._rate_hz = 0
        self._rest = np.float32(0.0)
        """around which the sound swings: to the resampler it begins without a step"""
        self._ready = np.empty(0, dtype=np.float32)
        self._clipped_samples = 0
        self._new_samples = 0
        self._clipped = 0.0

    def push(self, sound: NDArray[np.float32], rate_hz: int) -> None:
        """Take the next piece of sound: (n, channels), full scale at ±1.

        Channels are averaged; values that are not finite count as 0.
        """
        if rate_hz != self._rate_hz:
            self.flush()
            self._rate_hz = rate_hz
        finite = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
        self._clipped_samples += int((np.abs(finite) >= FULL_SCALE).any(axis=1).sum())
        self._new_samples += len(finite)
        mono = np.clip(finite, -1.0, 1.0).mean(axis=1, dtype=np.float32)
        if len(mono) == 0:
            return
        if self._resampler is None:
            self._resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, num_channels=1)
            self._rest = mono[0]
        self._keep(self._resampler.resample_chunk(mono - self._rest))

    def flush(self) -> None:
        """The sound ends here; what comes next is another one."""
        if self._resampler is not None:
            rest = np.empty(0, dtype=np.float32)
            self._keep(self._resampler.resample_chunk(rest, last=True))
            self._resampler = None

    def cut(self, at_s: float) -> Block | None:
        """The next block, with its time; None while there is not enough sound for one."""
        if len(self._ready) < BLOCK_SAMPLES:
            return None
        samples, self._ready = np.split(self._ready, [BLOCK_SAMPLES])
        if self._new_samples:
            self._clipped = self._clipped_samples / self._new_samples
            self._clipped_samples = self._new_samples = 0
        return Block(at_s, samples, self._clipped)

    def _keep(self, resampled: NDArray[np.float32]) -> None:
        """The resampler's filter overshoots next to clipped samples."""
        self._ready = np.append(self._ready, np.clip(resampled + self._rest, -1.0, 1.0))
