"""What the echo filter leaves of the music, estimated and suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.echo_filter import Parted

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
        self._rest = np.zeros(HOP_SAMPLES)
        self._echo = np.zeros(HOP_SAMPLES)
        self._overlap = np.zeros(HOP_SAMPLES)
        bands = len(_BAND_EDGES)
        self._rest_mean, self._echo_mean = np.zeros(bands), np.zeros(bands)
        self._together, self._echo_alone = np.zeros(bands), np.full(bands, _SMALLEST)
        self._tail = np.zeros(HOP_SAMPLES + 1)

    def push(self, parted: Parted) -> Cleaned:
        """Take the next samples, a multiple of `HOP_SAMPLES`; give as many."""
        rest = np.concatenate([self._rest, parted.rest])
        echo = np.concatenate([self._echo, parted.echo])
        self._rest, self._echo = rest[-HOP_SAMPLES:], echo[-HOP_SAMPLES:]
        rest_spectra, echo_spectra = _spectra(rest), _spectra(echo)
        rest_power = np.square(np.abs(rest_spectra))
        echo_power = np.square(np.abs(echo_spectra))
        residue = self._residue(rest_power, echo_power)
        gain = np.maximum(1.0 - _CAUTION * residue / (rest_power + _SMALLEST), 0.0)
        gain = np.maximum(np.sqrt(gain), _QUIETEST)
        frames: Powers = np.fft.irfft(rest_spectra * gain, axis=1) * _WINDOW
        left = (rest_power * np.square(gain)).sum()
        at_least = _BEST_CASE * echo_power.sum()
        music = max(float((residue * np.square(gain)).sum()), at_least)
        return Cleaned(self._join(frames), float(min(1.0, music / (left + _SMALLEST))))

    def _residue(self, rest: Powers, echo: Powers) -> Powers:
        """The expected power of music in each frame of the rest, (frames, bins)."""
        rest_bands = np.add.reduceat(rest, _BAND_EDGES, axis=1)
        echo_bands = np.add.reduceat(echo, _BAND_EDGES, axis=1)
        self._rest_mean += _SLOW * (rest_bands.mean(axis=0) - self._rest_mean)
        self._echo_mean += _SLOW * (echo_bands.mean(axis=0) - self._echo_mean)
        more_rest, more_echo = rest_bands - self._rest_mean, echo_bands - self._echo_mean
        self._together += _SLOW * ((more_rest * more_echo).mean(axis=0) - self._together)
        self._echo_alone += _SLOW * (np.square(more_echo).mean(axis=0) - self._echo_alone)
        leakage = np.clip(self._together / (self._echo_alone + _SMALLEST**2), 0.0, 1.0)
        expected: Powers = np.repeat(leakage, _BAND_WIDTHS) * self._with_tail(echo)
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


def _spectra(sound: NDArray[np.float64]) -> NDArray[np.complex128]:
    views = np.lib.stride_tricks.sliding_window_view(sound, _FRAME_SAMPLES)[::HOP_SAMPLES]
    spectra: NDArray[np.complex128] = np.fft.rfft(views * _WINDOW, axis=1)
    return spectra
