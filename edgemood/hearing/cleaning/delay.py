"""How much later the microphone hears what the player sends to the loudspeaker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ

_LOWEST_HZ: Final = 150.0
_HIGHEST_HZ: Final = 6_000.0
"""Small loudspeakers say nothing below, lossy codecs nothing above."""
_AUDIBLE_DB: Final = 50.0
"""Bins this far below the loudest of what is played hold only a codec's noise."""
_CLEAR: Final = 8.0
"""A peak so many times the standard deviation of everything else is no accident: of 30,000 normal
values the highest is at about 4."""
_SMALLEST: Final = 1e-30


@dataclass(frozen=True, slots=True)
class Delay:
    """One look at the delay."""

    samples: int
    """at 16 kHz; negative when the microphone hears the music before the player tells of it"""
    clearness: float
    """height of the peak over the standard deviation of all other delays"""

    @property
    def is_clear(self) -> bool:
        """Whether the microphone hears the music at all."""
        return self.clearness >= _CLEAR


def find_delay(played: NDArray[np.float64], heard: NDArray[np.float64], earliest: int) -> Delay:
    """The delay at which what was heard fits best to what was played, by GCC-PHAT.

    `heard`: (n,) at 16 kHz, some seconds. `played`: (n + m,), beginning so much earlier and ending
    so much later that it covers the delays from `earliest` (samples, may be negative) to
    `earliest` + m: its sample `m + earliest` was sent as the first of `heard` was taken.
    Quickest where n + m has small prime factors only.
    Whitened after Knapp & Carter, "The generalized correlation method for estimation of time
    delay", 1976: room and loudspeaker colour the sound, its phase tells the time.
    """
    length = len(played)
    played_spectrum = np.fft.rfft(played)
    power = np.square(played_spectrum.real) + np.square(played_spectrum.imag)
    audible = power > power.max() * 10.0 ** (-_AUDIBLE_DB / 10.0)
    audible[: math.ceil(_LOWEST_HZ / SAMPLE_RATE_HZ * length)] = False
    audible[math.ceil(_HIGHEST_HZ / SAMPLE_RATE_HZ * length) :] = False
    cross = np.fft.rfft(heard, length).conj()[audible] * played_spectrum[audible]
    strength = np.abs(cross)
    phase = np.zeros_like(played_spectrum)
    phase[audible] = cross / np.maximum(strength, _SMALLEST)
    # heard[i] = played[i + s], so the fit is best at s
    by_start = np.fft.irfft(phase, length)[: length - len(heard) + 1]
    best = int(by_start.argmax())
    spread = float(by_start.std())
    clearness = float(by_start[best]) / spread if spread > 0.0 else 0.0
    return Delay(length - len(heard) + earliest - best, clearness)
