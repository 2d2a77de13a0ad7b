"""The ear's second picture: narrow bands in which a voice's single harmonics, its pitch, show."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import FLOOR_DB, HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES

HARMONIC_BANDS: Final = 64
SPAN_SAMPLES: Final = 1024
"""64 ms: long enough to keep the harmonics of a deep voice (80 Hz) apart, where the 25 ms of the
log-mel frames run them together."""

_LOWEST_HZ: Final = 70.0  # the deepest speaking voices
_HIGHEST_HZ: Final = 1_500.0  # the third harmonic of a screaming one
_FFT_SAMPLES: Final = 2 * SPAN_SAMPLES  # zeros between the bins' own places smooth the spectrum


def harmonics(samples: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels in bands of equal width in pitch, 0.8 of a semitone, beside each log-mel frame.

    `samples`: mono at 16 kHz, in [-1, 1], treated as in `log_mel`; `before`: the 624 samples that
    came before them. Gives (frames, 64) float32 in dB, as many frames as `log_mel`; frame i looks
    at the 1,024 samples up to the end of log-mel frame i. A voice that rises by a semitone moves
    all its harmonics by the same number of bands.
    """
    if len(samples) < WINDOW_SAMPLES:
        return np.empty((0, HARMONIC_BANDS), dtype=np.float32)
    sound = np.concatenate([before, samples]).astype(np.float64)
    finite = np.clip(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
    views = np.lib.stride_tricks.sliding_window_view(finite, SPAN_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(views * _WINDOW, n=_FFT_SAMPLES, axis=1)[:, : _BELOW[-1] + 2]
    power = spectrum.real**2 + spectrum.imag**2
    bands = power[:, _BELOW] * (1.0 - _PART) + power[:, _BELOW + 1] * _PART
    decibels = 10.0 * np.log10(np.maximum(bands, 10.0 ** (FLOOR_DB / 10.0)))
    levels: NDArray[np.float32] = decibels.astype(np.float32)
    return levels


def _hann_window() -> NDArray[np.float64]:
    """Periodic Hann window, scaled so that a full-scale sine has power 1 in its own bin."""
    phase = 2.0 * np.pi * np.arange(SPAN_SAMPLES) / SPAN_SAMPLES
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(phase)
    window *= 2.0 / window.sum()
    return window


HARMONIC_CENTRES_HZ: Final = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, HARMONIC_BANDS)
"""Where the bands lie: (64,) in Hz."""

_WINDOW: Final = _hann_window()
_BINS: Final = HARMONIC_CENTRES_HZ * _FFT_SAMPLES / SAMPLE_RATE_HZ
_BELOW: Final = np.floor(_BINS).astype(np.intp)
_PART: Final = _BINS - _BELOW
