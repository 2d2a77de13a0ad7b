"""Mains hum: 50 or 60 Hz and what rectifiers and cables make of it, taken out of the sound."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.block import BLOCK_SAMPLES
from edgemood.hearing.mel import SAMPLE_RATE_HZ

MAINS_HZ: Final = (50.0, 60.0)
HIGHEST_HZ: Final = 1_000.0
_PACE: Final = 0.04
"""Share of each block's difference that is learnt: hum stays for seconds (25 blocks), a voice's
pitch does not. The notches are about 0.1 Hz wide."""
_PHASE_PACE: Final = 0.02
_MOST_TURN: Final = 2 * np.pi * 0.5 * BLOCK_SAMPLES / SAMPLE_RATE_HZ
"""A grid's frequency stays within 0.5 Hz."""


class HumFilter:
    """An adaptive notch at every harmonic of both mains frequencies (Widrow et al., 1975).

    Each block holds whole periods of both, so the harmonics of one do not disturb each other. Where
    nothing hums, nothing is learnt, and nothing is taken out.
    """

    def __init__(self) -> None:
        self._combs = [_Comb(mains_hz) for mains_hz in MAINS_HZ]

    def push(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the next block (1600,); give it without the hum."""
        hums = [comb.hum() for comb in self._combs]
        rest: NDArray[np.float64] = samples - sum(hums)
        for comb in self._combs:
            comb.learn(rest)
        return rest


class _Comb:
    """The harmonics of one mains frequency, which all turn together as it wanders."""

    def __init__(self, mains_hz: float) -> None:
        self._numbers = np.arange(1, int(HIGHEST_HZ / mains_hz) + 1)
        turns = np.outer(self._numbers * mains_hz / SAMPLE_RATE_HZ, np.arange(BLOCK_SAMPLES))
        self._waves = np.exp(2j * np.pi * turns)
        self._strengths = np.zeros(len(self._numbers), dtype=np.complex128)
        self._turn = 0.0
        """how far the first harmonic turns in a block beyond its nominal frequency, in radians"""

    def hum(self) -> NDArray[np.float64]:
        """What the next block will hum, (1600,)."""
        self._strengths *= np.exp(1j * self._turn * self._numbers)
        hum: NDArray[np.float64] = (self._strengths @ self._waves).real
        return hum

    def learn(self, rest: NDArray[np.float64]) -> None:
        """Correct strengths, phases and frequency by what is left."""
        missing = (self._waves.conj() @ rest) * (2.0 / BLOCK_SAMPLES)
        agreement = (self._strengths.conj() * missing) * self._numbers
        weight = float((np.square(np.abs(self._strengths)) * np.square(self._numbers)).sum())
        if weight > 0.0:
            turn = float(np.clip(agreement.imag.sum() / weight, -1.0, 1.0))
            self._turn = float(
                np.clip(self._turn + _PHASE_PACE * _PACE * turn, -_MOST_TURN, _MOST_TURN)
            )
        self._strengths += _PACE * missing
