"""How the room changes the box's own music on its way from the player to the microphone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Spectra = NDArray[np.complex128]

_FORGETTING: Final = 0.99
"""How much of the room's echo is the same 0.1 s later: people walk about."""
_UNKNOWN_PATH: Final = 1.0
"""The power of an echo path that nothing is known about: as loud as what is played."""
_SMALLEST: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """What the microphone hears, parted in two."""

    echo: NDArray[np.float64]
    """what the loudspeaker adds to it, (n,)"""
    rest: NDArray[np.float64]
    """everything else, (n,)"""


class EchoFilter:
    """An adaptive filter in the frequency domain, a Kalman filter for every bin.

    It knows how sure it is of every part of the echo path and how loud everything else is, so that
    people who talk over the music hardly disturb it and no step size has to be chosen (Enzner &
    Vary, 2006; in partitions after Kuech, Mabande & Enzner, ICASSP 2014).
    """

    def __init__(self, block_samples: int, blocks: int) -> None:
        """An echo of `blocks` times `block_samples`; `part` takes that many samples at a time."""
        bins = block_samples + 1
        self._samples = block_samples
        self._played = np.zeros(2 * block_samples)
        self._spectra: Spectra = np.zeros((blocks, bins), dtype=np.complex128)
        self._powers = np.zeros(self._spectra.shape)  # of what is played, as the spectra
        self._path: Spectra = np.zeros_like(self._spectra)
        self._doubt = np.full(self._path.shape, _UNKNOWN_PATH)
        self._rest_power = np.zeros(bins)
        self._next = 0  # the partition whose end is cut off next: one at a time is enough

    @property
    def path(self) -> Spectra:
        """The echo path as it is now, in partitions: (blocks, block_samples + 1)."""
        return self._path.copy()

    def part(self, played: NDArray[np.float64], heard: NDArray[np.float64]) -> Parted:
        """Part the next block (n,) of the microphone's sound, given what was played."""
        n = self._samples
        self._played = np.concatenate([self._played[n:], played])
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = np.fft.rfft(self._played)
        self._powers[1:] = self._powers[:-1]
        self._powers[0] = _power(self._spectra[0])
        echo = np.fft.irfft((self._spectra * self._path).sum(axis=0))[n:]
        rest = heard - echo
        if self._powers.any():
            self._learn(rest)
        return Parted(echo, rest)

    def _learn(self, rest: NDArray[np.float64]) -> None:
        error = np.fft.rfft(np.concatenate([np.zeros(self._samples), rest]))
        self._rest_power += 0.5 * (_power(error) - self._rest_power)
        unsure = self._powers * self._doubt
        # half of each frame is zeros, so its power counts twice
        expected = unsure.sum(axis=0) + 2.0 * self._rest_power + _SMALLEST
        correction = self._doubt / expected * (self._spectra.conj() * error)
        self._doubt *= _FORGETTING**2 * (1.0 - 0.5 * unsure / expected)
        self._doubt += (1.0 - _FORGETTING**2) * _power(self._path)
        self._path += correction
        self._next = (self._next + 1) % len(self._path)
        response = np.fft.irfft(self._path[self._next])
        response[self._samples :] = 0.0
        self._path[self._next] = np.fft.rfft(response)


def _power(spectra: Spectra) -> NDArray[np.float64]:
    power: NDArray[np.float64] = np.square(spectra.real) + np.square(spectra.imag)
    return power
