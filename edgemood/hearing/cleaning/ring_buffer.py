"""The last seconds of a sound, to be read at any place and a little faster or slower."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_REACH: Final = 16
"""Samples to either side that make one in between; flat within 0.1 dB up to 7 kHz."""
_NEIGHBOURS: Final = np.arange(-_REACH, _REACH + 1)
_SLOPE: Final = 0.5 * np.pi / (_REACH + 2)


class Tape:
    """Remembers the end of a mono sound; places are counted in samples since its beginning."""

    def __init__(self, samples: int, end: int = 0) -> None:
        """`samples`: how many are remembered; `end`: the place where the sound begins."""
        self._samples = samples
        self._buffer = np.zeros(2 * samples)  # shifted only when it is full
        self._filled = samples
        self.end = end
        """the place behind the last sample"""

    def append(self, sound: NDArray[np.float32]) -> None:
        """Remember (n,) more samples."""
        self.end += len(sound)
        sound = sound[-self._samples :]
        if self._filled + len(sound) > len(self._buffer):
            self._buffer[: self._samples] = self._buffer[
                self._filled - self._samples : self._filled
            ]
            self._filled = self._samples
        self._buffer[self._filled : self._filled + len(sound)] = sound
        self._filled += len(sound)

    def cut(self, start: int, samples: int) -> NDArray[np.float64]:
        """The samples (n,) from `start` on; silence where none are remembered."""
        cut = np.zeros(samples)
        first, last = max(start, self.end - self._samples), min(start + samples, self.end)
        if first < last:
            begin = self._filled - self.end
            cut[first - start : last - start] = self._buffer[begin + first : begin + last]
        return cut

    def read(self, place: float, samples: int, speed: float = 1.0) -> NDArray[np.float64]:
        """As `cut`, from a place between two samples, and `speed` samples of tape for each one.

        The speed must be so near to 1 that `samples` of them go astray by less than one.
        """
        first = int(np.floor(place))
        taken = self.cut(first - _REACH, samples + 2 * _REACH)
        begins, ends = place - first, place - first + samples * (speed - 1.0)
        at_start, at_end = _between(np.array([begins, ends]))
        read = np.correlate(taken, at_start, "valid")
        if ends != begins:
            drifting = np.correlate(taken, at_end - at_start, "valid")
            read += np.arange(samples) * (drifting / samples)
        return read


def _between(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of the neighbours of places (n,) behind a sample: windowed sincs, (n, 33)."""
    away = _NEIGHBOURS - fractions[:, np.newaxis]
    weights: NDArray[np.float64] = np.sinc(away) * np.square(np.cos(_SLOPE * away))
    return weights
