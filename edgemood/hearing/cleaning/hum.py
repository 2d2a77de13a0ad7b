"""Mains hum: 50 or 60 Hz and what rectifiers and cables make of it, taken out of the sound."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.microphones.block import BLOCK_S, BLOCK_SAMPLES

MAINS_HZ: Final = (50.0, 60.0)
HIGHEST_HZ: Final = 1_000.0
_PACE: Final = 0.04
"""Share of each block's difference that is learnt: hum stays for seconds (25 blocks), a voice's
pitch does not. The notches are about 0.1 Hz wide."""
_MEMORY_BLOCKS: Final = 20
"""What hums has been there for two seconds; what was louder for a moment is somebody's voice."""
_PHASE_PACE: Final = 0.02
_SMALLEST: Final = 1e-12
_MOST_TURN: Final = 2 * math.pi * 0.5 * BLOCK_S
"""A grid's frequency stays within 0.5 Hz."""


class HumFilter:
    """An adaptive notch at every harmonic of both mains frequencies (Widrow et al., 1975).

    Each block holds whole periods of both, so the harmonics of one do not disturb each other, and
    each of them is one bin of the block's spectrum. Where nothing hums, nothing is learnt, and
    nothing is taken out.
    """

    def __init__(self) -> None:
        self._combs = [_Comb(mains_hz) for mains_hz in MAINS_HZ]

    def push(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the next block (1600,); give it without the hum."""
        hum = np.zeros(BLOCK_SAMPLES // 2 + 1, dtype=np.complex128)
        for comb in self._combs:
            comb.add_to(hum)
        rest: NDArray[np.float64] = samples - np.fft.irfft(hum) * (BLOCK_SAMPLES / 2)
        missing = np.fft.rfft(rest) * (2 / BLOCK_SAMPLES)
        for comb in self._combs:
            comb.learn(missing, missing + hum)
        return rest


class _Comb:
    """The harmonics of one mains frequency, which all turn together as it wanders.

    Spectra are (801,) complex, scaled so that a bin is the strength and phase of a wave.
    """

    def __init__(self, mains_hz: float) -> None:
        self._numbers = np.arange(1, int(HIGHEST_HZ / mains_hz) + 1)
        self._bins = self._numbers * round(mains_hz * BLOCK_S)
        self._strengths = np.zeros(len(self._numbers), dtype=np.complex128)
        self._heard: deque[NDArray[np.float64]] = deque(maxlen=_MEMORY_BLOCKS)
        self._turn = 0.0
        """how far the first harmonic turns in a block beyond its nominal frequency, in radians"""

    def add_to(self, hum: NDArray[np.complex128]) -> None:
        """Add what the next block will hum to its spectrum."""
        self._strengths *= np.exp(1j * self._turn * self._numbers)
        hum[self._bins] += self._strengths

    def learn(self, rest: NDArray[np.complex128], heard: NDArray[np.complex128]) -> None:
        """Correct strengths, phases and frequency by what is left of what was heard.

        No more is learnt from a block than was there all the time, or is known to hum: a voice
        would hum on for seconds, softly, in its own pauses.
        """
        self._heard.append(np.abs(heard[self._bins]))
        if len(self._heard) < _MEMORY_BLOCKS:
            return
        most = np.maximum(np.min(self._heard, axis=0), np.abs(self._strengths))
        missing = rest[self._bins]
        missing = missing * np.minimum(1.0, most / np.maximum(np.abs(missing), _SMALLEST))
        moved = self._strengths * self._numbers  # by a radian of the first harmonic
        weight = float(np.vdot(moved, moved).real)
        if weight > 0.0:
            turn = min(1.0, max(-1.0, float(np.vdot(moved, missing).imag) / weight))
            turned = self._turn + _PHASE_PACE * _PACE * turn
            self._turn = min(_MOST_TURN, max(-_MOST_TURN, turned))
        self._strengths += _PACE * missing
