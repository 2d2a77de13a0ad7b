"""What the echo filter leaves of the music, estimated and suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.cleaning.echo_filter import Parted

HOP_SAMPLES: Final = 320
_FRAME_SAMPLES: Final = 2 * HOP_SAMPLES
_WINDOW: Final = np.sin(np.pi * (np.arange(_FRAME_SAMPLES) + 0.5) / _FRAME_SAMPLES)
_BAND_EDGES: Final = np.unique(np.round(np.geomspace(4, 321, 17)).astype(int) - 4)[:-1]
"""First bins (25 Hz apart) of the bands in which the leakage is learnt, wider towards the top."""
_BAND_WIDTHS: Final = np.diff(np.append(_BAND_EDGES, HOP_SAMPLES + 1))
_SLOW: Final = 0.1
"""The leakage is learnt over the last second: ten calls of 0.1 s."""
_BEST_CASE: Final = 10.0**-1.8
"""No residue is believed to lie more than 18 dB under the echo: what is left of a song that was
cancelled well still sounds like a singer, only far away."""
_CAUTION: Final = 2.0
"""How much more than the expected residue is taken away."""
_QUIETEST: Final = 0.05
"""Nothing is suppressed by more than this factor of its amplitude, 26 dB."""
_TAIL: Final = 0.7
"""Of the echo's power lives on from hop to hop in the room: 60 dB in 0.8 s."""
_SMALLEST: Final = 1e-12

Powers = NDArray[np.float64]
"""(frames, bins) or (frames, bands)"""


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """The microphone's sound without the box's own music."""

    samples: NDArray[np.float64]
    """(n,), `HOP_SAMPLES` late"""
    leak: float
    """share of its power that is still expected to be music, in [0, 1]"""


class ResidueSuppressor:
    """Finds out how much of the echo still leaks through, and turns down where that dominates.

    The leakage is the regression of the rest's power on the echo's, band by band, over time: people
    who talk do not talk in step with the music (Valin, "On adjusting the learning rate in
    frequency domain echo cancellation with double-talk", 2007).
    """

    def __init__(self) -> None:
        bands = len(_BAND_EDGES)
        # of the rest and of the echo
        self._hop = np.zeros((2, 1, HOP_SAMPLES))
        self._mean = np.zeros((2, bands))
        # of each with the echo, about the mean
        self._product = np.stack([np.zeros(bands), np.full(bands, _SMALLEST)])
        self._overlap = np.zeros(HOP_SAMPLES)
        self._tail = np.zeros(HOP_SAMPLES + 1)

    def push(self, parted: Parted) -> Cleaned:
        """Take the next samples, a multiple of `HOP_SAMPLES`; give as many."""
        sounds = np.concatenate([parted.rest, parted.echo]).reshape(2, -1, HOP_SAMPLES)
        hops = np.concatenate([self._hop, sounds], axis=1)
        self._hop = sounds[:, -1:]
        frames = np.concatenate([hops[:, :-1], hops[:, 1:]], axis=2)
        spectra = np.fft.rfft(frames * _WINDOW)
        powers = np.square(spectra.real) + np.square(spectra.imag)
        rest, echo = powers
        residue = self._residue(powers)
        kept = np.maximum(1.0 - _CAUTION * residue / (rest + _SMALLEST), _QUIETEST**2)
        cleaned: Powers = np.fft.irfft(spectra[0] * np.sqrt(kept)) * _WINDOW
        left = float(np.vdot(rest, kept))
        music = max(float(np.vdot(residue, kept)), _BEST_CASE * float(echo.sum()))
        return Cleaned(self._join(cleaned), min(1.0, music / (left + _SMALLEST)))

    def _residue(self, powers: Powers) -> Powers:
        """The expected power of music in each frame of the rest, (frames, bins).

        `powers`: (2, frames, bins), of the rest and of the echo.
        """
        bands = np.add.reduceat(powers, _BAND_EDGES, axis=2)
        self._mean += _SLOW * (bands.mean(axis=1) - self._mean)
        more = bands - self._mean[:, np.newaxis]
        self._product += _SLOW * ((more * more[1]).mean(axis=1) - self._product)
        together, echo_alone = self._product
        leakage = np.clip(together / (echo_alone + _SMALLEST**2), 0.0, 1.0)
        expected: Powers = np.repeat(leakage, _BAND_WIDTHS) * self._with_tail(powers[1])
        return expected

    def _with_tail(self, echo: Powers) -> Powers:
        """Each frame's echo, and what lives on in the room of those before it."""
        decay = _TAIL ** np.arange(1, len(echo) + 1)[:, np.newaxis]
        before = np.concatenate([self._tail[np.newaxis], echo / decay])
        lasting: Powers = np.maximum.accumulate(before, axis=0)[1:] * decay
        self._tail = lasting[-1]
        return lasting

    def _join(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """Overlap and add."""
        halves = frames.reshape(len(frames), 2, HOP_SAMPLES)
        before = np.concatenate([self._overlap[np.newaxis], halves[:-1, 1]])
        self._overlap = halves[-1, 1]
        joined: NDArray[np.float64] = (before + halves[:, 0]).reshape(-1)
        return joined
