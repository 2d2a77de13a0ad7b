"""Tempo, pulse and onsets, from log-mel frames."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.mel import FRAMES_PER_S

Floats = NDArray[np.float32]

_SLOWEST_BPM: Final = 45.0
_FASTEST_BPM: Final = 200.0
_USUAL_BPM: Final = 110.0
_OCTAVES: Final = 0.9
"""A tempo this many octaves off the usual one is less likely by a factor of 0.6 (as in Ellis,
Journal of New Music Research 36, 2007)."""

NAMES: Final = (
    "tempo_octaves",
    "pulse_clarity",
    "onset_strength",
    "onset_spread",
    "onset_rate",
    "fast_modulation",
    "slow_modulation",
)


def rhythm(frames: Floats) -> Floats:
    """What `NAMES` says of log-mel frames under their peak, (n, 128), of one piece."""
    onsets = np.maximum(np.diff(frames, axis=0), 0.0).mean(axis=1)
    if len(onsets) < FRAMES_PER_S:
        return np.zeros(len(NAMES), dtype=np.float32)
    centred = onsets - onsets.mean()
    power = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    correlation = np.fft.irfft(power)[: len(centred)]
    correlation /= correlation[0] + 1e-9
    lags = np.arange(int(60 * FRAMES_PER_S / _FASTEST_BPM), int(60 * FRAMES_PER_S / _SLOWEST_BPM))
    lags = lags[lags < len(correlation)]
    octaves = np.log2(60.0 * FRAMES_PER_S / lags / _USUAL_BPM)
    likely = correlation[lags] * np.exp(-0.5 * (octaves / _OCTAVES) ** 2)
    best = int(likely.argmax())
    is_peak = (onsets[1:-1] > onsets[:-2]) & (onsets[1:-1] >= onsets[2:])
    strong = onsets[1:-1] > onsets.mean() + onsets.std()
    spectrum = power[: len(power) // 2]
    half = len(spectrum)
    total = spectrum.sum() + 1e-9
    values = [
        octaves[best],
        max(0.0, float(correlation[lags[best]])),
        onsets.mean(),
        onsets.std() / (onsets.mean() + 1e-6),
        (is_peak & strong).sum() * FRAMES_PER_S / len(onsets),
        spectrum[half // 4 :].sum() / total,
        spectrum[: half // 16].sum() / total,
    ]
    return np.array(values, dtype=np.float32)
