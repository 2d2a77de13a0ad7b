"""Chroma, key, mode and roughness."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ

Floats = NDArray[np.float32]

_WINDOW_SAMPLES: Final = 4096
"""0.26 s: bins of 3.9 Hz, which tell semitones apart from 65 Hz on."""
_LOWEST_HZ: Final = 65.4
_HIGHEST_HZ: Final = 2_100.0
_C_HZ: Final = 261.63
_PEAKS: Final = 12
"""the strongest partials of a moment, which make nearly all of its roughness"""

MAJOR_PROFILE: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well each semitone fits a key, from its tonic up (Krumhansl & Kessler, 1982)."""

NAMES: Final = (
    "key_clarity",
    "major_minus_minor",
    "chroma_concentration",
    "chroma_change",
    "roughness",
    *(f"chroma_{step}" for step in range(12)),
)


def harmony(samples: Floats) -> Floats:
    """What `NAMES` says of mono sound at 16 kHz, (n,); chroma counts from the tonic of its key."""
    amplitude = _amplitudes(samples)
    chroma = np.sqrt(amplitude[:, _TONAL] @ _PITCH_CLASSES)
    chroma /= chroma.sum(axis=1, keepdims=True) + 1e-9
    mean = chroma.mean(axis=0).astype(np.float32)
    tonic, major, minor = _key(mean)
    change = np.abs(np.diff(chroma, axis=0)).sum(axis=1).mean() if len(chroma) > 1 else 0.0
    values = [
        max(major, minor),
        major - minor,
        float(mean.max() - np.median(mean)) * 12.0,
        float(change),
        _roughness(amplitude),
        *np.roll(mean, -tonic).tolist(),
    ]
    return np.array(values, dtype=np.float32)


def _amplitudes(samples: Floats) -> Floats:
    padded = np.pad(samples, (0, max(0, _WINDOW_SAMPLES - len(samples))))
    views = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::_WINDOW_SAMPLES]
    spectrum = np.fft.rfft(views * _HANN, axis=1).astype(np.complex64)
    amplitude: Floats = np.sqrt(spectrum.real**2 + spectrum.imag**2)
    return amplitude


def _key(chroma: Floats) -> tuple[int, float, float]:
    """The likeliest tonic (0 is C), and how well the best major and minor key fit, in [-1, 1]."""
    fits = (_KEYS @ _unit(chroma)).reshape(2, 12)
    major, minor = fits.max(axis=1).tolist()
    return int(fits.argmax() % 12), major, minor


def _unit(values: NDArray[Any]) -> NDArray[np.float64]:
    """Without mean and with length 1, so that products are correlations."""
    centred = values - values.mean(axis=-1, keepdims=True)
    unit: NDArray[np.float64] = centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + 1e-9)
    return unit


def _roughness(amplitude: Floats) -> float:
    """Mean sensory dissonance of the strongest partials (Sethares, JASA 94, 1993), per energy."""
    strongest = np.argpartition(amplitude, -_PEAKS, axis=1)[:, -_PEAKS:]
    strength = np.take_along_axis(amplitude, strongest, axis=1)
    frequency = strongest * (SAMPLE_RATE_HZ / _WINDOW_SAMPLES)
    apart = np.abs(frequency[:, :, None] - frequency[:, None, :])
    lower = np.minimum(frequency[:, :, None], frequency[:, None, :])
    scaled = 0.24 * apart / (0.021 * lower + 19.0)
    beating = np.exp(-3.5 * scaled) - np.exp(-5.75 * scaled)
    together = strength[:, :, None] * strength[:, None, :]
    return float((beating * together).sum() / (together.sum() + 1e-9))


def _pitch_classes(bins_hz: NDArray[np.float64]) -> Floats:
    """Which pitch class a bin belongs to, (bins, 12)."""
    classes = np.round(12.0 * np.log2(bins_hz / _C_HZ)).astype(int) % 12
    one_hot: Floats = np.eye(12, dtype=np.float32)[classes]
    return one_hot


_BINS_HZ: Final = np.fft.rfftfreq(_WINDOW_SAMPLES, 1.0 / SAMPLE_RATE_HZ)
_TONAL: Final = (_BINS_HZ >= _LOWEST_HZ) & (_BINS_HZ <= _HIGHEST_HZ)
_PITCH_CLASSES: Final = _pitch_classes(_BINS_HZ[_TONAL])
_HANN: Final = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
_KEYS: Final = _unit(
    np.array([np.roll(profile, k) for profile in (MAJOR_PROFILE, MINOR_PROFILE) for k in range(12)])
)
"""(24, 12) how well the pitch classes fit each major and then each minor key"""
