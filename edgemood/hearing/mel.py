"""The ear: sound to log-mel frames, the same numbers in training and on the box."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 16_000
"""What every model here was trained on; microphones are resampled to it."""
WINDOW_SAMPLES: Final = 400
"""25 ms, the customary compromise for speech: a few pitch periods, one speech sound."""
HOP_SAMPLES: Final = 160
"""10 ms."""
FRAMES_PER_S: Final = SAMPLE_RATE_HZ // HOP_SAMPLES
BANDS: Final = 64
FLOOR_DB: Final = -100.0
"""What digital silence gives; 16-bit sound cannot say anything quieter."""

_FFT_SAMPLES: Final = 512
_LOWEST_HZ: Final = 80.0  # under it lie mains hum and handling noise
_HIGHEST_HZ: Final = 7_600.0
_PRE_EMPHASIS: Final = 0.97  # the classic first-order tilt that evens out the speech spectrum
_REFERENCE_HZ: Final = 1_000.0  # where pre-emphasis leaves the level alone


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel frames of a piece of sound.

    `samples`: mono at 16 kHz, in [-1, 1]; values that are not finite count as 0, louder ones are
    clipped. Gives (frames, 64) float32 in dB, where 0 dB is a full-scale sine at 1 kHz and
    `FLOOR_DB` the quietest; one frame for every 10 ms that has its 25 ms complete. Each frame
    depends on its own 400 samples only.
    """
    if len(samples) < WINDOW_SAMPLES:
        return np.empty((0, BANDS), dtype=np.float32)
    sound = np.nan_to_num(np.asarray(samples, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    views = np.lib.stride_tricks.sliding_window_view(np.clip(sound, -1.0, 1.0), WINDOW_SAMPLES)
    spectrum = np.fft.rfft(views[::HOP_SAMPLES] * _WINDOW, n=_FFT_SAMPLES, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    # One matrix-vector product a frame: a product of whole matrices may sum in another order for
    # another number of frames, and frames must not depend on how the sound was cut into blocks.
    bands = np.matmul(_FILTERS, power[:, :, np.newaxis])[:, :, 0]
    decibels: NDArray[np.float32] = _decibels(bands).astype(np.float32)
    return decibels


def level_db(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """The level of each log-mel frame over all bands: (n, 64) to (n,) float32, in dB."""
    power = np.power(10.0, frames.astype(np.float64) / 10.0).sum(axis=1)
    levels: NDArray[np.float32] = _decibels(power).astype(np.float32)
    return levels


def normalise(frames: NDArray[np.float32], depth_db: float) -> NDArray[np.float32]:
    """What a model sees of log-mel frames (n, 64): the shape of the sound without its loudness.

    Clipped `depth_db` under the loudest band, where lossy codecs leave holes and rooms leave noise,
    then zero mean and unit variance over the whole window. Gives (n, 64, 1) float32; a window
    without any contrast gives zeros.
    """
    clipped = np.maximum(frames, frames.max(initial=FLOOR_DB) - depth_db)
    centred = clipped - clipped.mean(dtype=np.float64) if clipped.size else clipped
    spread = float(centred.std(dtype=np.float64)) if clipped.size else 0.0
    scaled = centred / spread if spread > _LEAST_SPREAD_DB else np.zeros_like(clipped)
    return scaled[:, :, np.newaxis].astype(np.float32)


_LEAST_SPREAD_DB: Final = 1e-3


def _decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    decibels: NDArray[np.float64] = 10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DB / 10.0)))
    return decibels


def _hann_window() -> NDArray[np.float64]:
    """Periodic Hann window, scaled so that a full-scale sine has power 1 in its own bin."""
    phase = 2.0 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(phase)
    window *= 2.0 / window.sum()
    return window


def _mel_filters() -> NDArray[np.float64]:
    """Triangles of equal width in mel, peak 1, times the pre-emphasis: (bands, bins)."""
    bins_hz = np.fft.rfftfreq(_FFT_SAMPLES, 1.0 / SAMPLE_RATE_HZ)
    low, centre, high = _EDGES_HZ[:-2, None], _EDGES_HZ[1:-1, None], _EDGES_HZ[2:, None]
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return triangles * _emphasis_power(bins_hz) / _emphasis_power(np.array(_REFERENCE_HZ))


def _edges_hz() -> NDArray[np.float64]:
    """Where the triangles begin, peak and end, on O'Shaughnessy's mel scale as in HTK."""
    lowest, highest = 2595.0 * np.log10(1.0 + np.array([_LOWEST_HZ, _HIGHEST_HZ]) / 700.0)
    edges: NDArray[np.float64] = np.linspace(lowest, highest, BANDS + 2)
    return 700.0 * (10.0 ** (edges / 2595.0) - 1.0)


def _emphasis_power(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power response of the filter y[n] = x[n] - 0.97 x[n-1]."""
    angle = 2.0 * np.pi * frequency_hz / SAMPLE_RATE_HZ
    response: NDArray[np.float64] = 1.0 - 2.0 * _PRE_EMPHASIS * np.cos(angle) + _PRE_EMPHASIS**2
    return response


_EDGES_HZ: Final = _edges_hz()
_WINDOW: Final = _hann_window()
_FILTERS: Final = _mel_filters()

BAND_CENTRES_HZ: Final = _EDGES_HZ[1:-1]
"""Where the bands lie: (64,) in Hz."""
