"""Music to log-mel pictures, the same numbers in training and on the box.

16 kHz, FFT of 512 samples, hop of 256, 128 bands: five seconds are a picture of 313 × 128.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, SLICE_SAMPLES

FFT_SAMPLES: Final = 512
HOP_SAMPLES: Final = 256
FRAMES_PER_S: Final = SAMPLE_RATE_HZ / HOP_SAMPLES
BANDS: Final = 128
SLICE_FRAMES: Final = 1 + SLICE_SAMPLES // HOP_SAMPLES
"""Frames are centred on their time, so that five seconds have 313."""
FLOOR_DB: Final = -100.0
"""What digital silence gives; 16-bit sound cannot say anything quieter."""
DEPTH_DB: Final = 50.0
"""How far under a song's peak the models look. Lossy codecs leave holes further down: features
that see them lose up to 22 points on re-encoded songs (`make scorecard` measures what is left)."""
PEAK_PERCENTILE: Final = 99.5
"""Of all bands of all frames: steadier than the one loudest."""

_LOWEST_HZ: Final = 30.0
_HIGHEST_HZ: Final = SAMPLE_RATE_HZ / 2
_FRAMES_AT_ONCE: Final = 64
"""of which the spectra, in double precision, fit a processor's cache: half the time, no memory"""
_DECIBELS: Final = np.float32(10.0 / np.log(10.0))


def power_spectrum(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in (frames, 257) bins, one frame every 256 samples, centred; (n,) samples, n ≥ 257.

    A full-scale sine has power 1 in its own bin.
    """
    centred = np.pad(samples, FFT_SAMPLES // 2, mode="reflect")
    views = np.lib.stride_tricks.sliding_window_view(centred, FFT_SAMPLES)[::HOP_SAMPLES]
    power = np.empty((len(views), FFT_SAMPLES // 2 + 1), dtype=np.float32)
    for first in range(0, len(views), _FRAMES_AT_ONCE):
        here = slice(first, first + _FRAMES_AT_ONCE)
        spectrum = np.fft.rfft(views[here] * _WINDOW, axis=1)
        power[here] = spectrum.real**2 + spectrum.imag**2
    return power


def log_mel(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel frames (frames, 128) in dB of a power spectrum (frames, 257), not below -100 dB."""
    bands = power @ _FILTERS
    audible = np.maximum(bands, 10.0 ** (FLOOR_DB / 10.0))
    decibels: NDArray[np.float32] = np.log(audible) * _DECIBELS  # log10 takes twice as long
    return decibels


def peak_db(frames: NDArray[np.float32]) -> float:
    """The level that counts as a song's peak, from all its log-mel frames (n, 128)."""
    return float(np.percentile(frames, PEAK_PERCENTILE))


def under_peak(frames: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    """Log-mel frames relative to the peak, without what lies too deep: from 1 down to 0."""
    relative: NDArray[np.float32] = np.maximum((frames - peak) / DEPTH_DB + 1.0, 0.0)
    return relative.astype(np.float32, copy=False)


def _hann_window() -> NDArray[np.float32]:
    """Periodic Hann window, scaled so that a full-scale sine has power 1 in its own bin."""
    phase = 2.0 * np.pi * np.arange(FFT_SAMPLES) / FFT_SAMPLES
    window = 0.5 - 0.5 * np.cos(phase)
    scaled: NDArray[np.float32] = (window * 2.0 / window.sum()).astype(np.float32)
    return scaled


def _mel_filters() -> NDArray[np.float32]:
    """Triangles of equal width in mel, (257, 128).

    Under 1 kHz the bands lie closer than the bins of the FFT; there a triangle is as wide as two
    bins, and so interpolates between them, where a narrower one would often hold none.
    """
    bins_hz = np.fft.rfftfreq(FFT_SAMPLES, 1.0 / SAMPLE_RATE_HZ)[:, np.newaxis]
    edges_hz = _edges_hz()
    centre = edges_hz[1:-1]
    spacing_hz = SAMPLE_RATE_HZ / FFT_SAMPLES
    rise_hz = np.maximum(centre - edges_hz[:-2], spacing_hz)
    fall_hz = np.maximum(edges_hz[2:] - centre, spacing_hz)
    triangles = np.minimum(1.0 - (centre - bins_hz) / rise_hz, 1.0 - (bins_hz - centre) / fall_hz)
    filters: NDArray[np.float32] = np.maximum(triangles, 0.0).astype(np.float32)
    return filters


def _edges_hz() -> NDArray[np.float64]:
    """Where the triangles begin, peak and end, on O'Shaughnessy's mel scale as in HTK."""
    lowest, highest = 2595.0 * np.log10(1.0 + np.array([_LOWEST_HZ, _HIGHEST_HZ]) / 700.0)
    edges: NDArray[np.float64] = np.linspace(lowest, highest, BANDS + 2)
    return 700.0 * (10.0 ** (edges / 2595.0) - 1.0)


_WINDOW: Final = _hann_window()
_FILTERS: Final = _mel_filters()

BAND_CENTRES_HZ: Final = _edges_hz()[1:-1]
"""Where the bands lie: (128,) in Hz."""
