"""How something is said, in numbers: melody, loudness, rhythm and colour of a window of speech.

Such functionals of a voice's contours carry over to voices never heard better than pictures of
frames do (Eyben et al., "The Geneva minimalistic acoustic parameter set", IEEE Trans. Affective
Computing 7(2), 2016; for this box, `make trials-speech`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.frames import HARMONICS, MEL
from edgemood.hearing.harmonics import HARMONIC_BANDS
from edgemood.hearing.mel import BAND_CENTRES_HZ, BANDS, FRAMES_PER_S, level_db
from edgemood.hearing.melody import SEMITONES_PER_BAND, melody

DEPTH_DB: Final = 55.0
"""How far under the window's peak the log-mel bands are looked into."""
HARMONIC_DEPTH_DB: Final = 45.0
CLEAR_DB: Final = 2.0
"""A loud frame with a pitch clearer than this counts as voiced; most hiss is too soft to."""
LOUD_DB: Final = 25.0
"""Voiced frames lie less than this under the window's loud ones."""

_LEAST_VOICED: Final = 8
_CEPSTRUM: Final = 13
_RATES_HZ: Final = (0.5, 1.5, 3.0, 5.0, 7.0, 10.0, 20.0)  # phrases, words, syllables, tremor

Floats = NDArray[np.float64]


def prosody(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a window of spoken frames (n, 128) in dB, n ≥ 1, sounds like: (`NUMBERS`,) float32.

    None of the numbers depends on the level; all are finite.
    """
    mel = _under_peak(frames[:, MEL], DEPTH_DB)
    harmonics = _under_peak(frames[:, HARMONICS], HARMONIC_DEPTH_DB)
    level = level_db(frames[:, MEL]).astype(np.float64)
    level -= np.percentile(level, 95)
    pitch, clearness = melody(harmonics)
    is_loud = level > -LOUD_DB
    is_voiced = is_loud & (clearness > CLEAR_DB)
    voiced = np.flatnonzero(is_voiced)
    if len(voiced) < _LEAST_VOICED:
        voiced = np.sort(np.argsort(clearness)[-_LEAST_VOICED:])
    contours = np.column_stack(
        [pitch, clearness, level, _tilts(mel), _first_harmonics(harmonics, pitch), mel @ _DCT]
    )
    numbers = [
        _course(contours[voiced], voiced / len(frames)),
        _loudness(level),
        _rhythm(level, is_voiced, is_loud),
        _colour(mel[voiced]),
        _colour(mel[is_loud & ~is_voiced] if (is_loud & ~is_voiced).sum() > 3 else mel),
    ]
    return np.concatenate(numbers).astype(np.float32)


def _under_peak(frames: NDArray[np.float32], depth_db: float) -> NDArray[np.float32]:
    return np.maximum(frames, frames.max() - np.float32(depth_db))


def _tilts(mel: NDArray[np.float32]) -> Floats:
    """How dark each frame sounds: (n, 5).

    Low against high power, peaks below and above 2 kHz, slopes below 1 kHz, from 0.5 to 1.5 kHz
    and above 1 kHz.
    """
    power = np.power(10.0, mel.astype(np.float64) / 10.0)
    below = _decibels(power[:, _BELOW_1_KHZ].sum(axis=1))
    above = _decibels(power[:, ~_BELOW_1_KHZ].sum(axis=1))
    peaks = mel[:, _BELOW_2_KHZ].max(axis=1) - mel[:, _2_TO_5_KHZ].max(axis=1)
    return np.column_stack([below - above, peaks, mel @ _SLOPES])


def _first_harmonics(harmonics: NDArray[np.float32], pitch: Floats) -> Floats:
    """The first harmonic's level against the second's and the third's: (n, 2).

    It stands out in breathy voices and sinks in pressed ones.
    """
    levels = []
    for number in (1, 2, 3):
        place = (pitch + 12 * np.log2(number)) / SEMITONES_PER_BAND
        place = np.clip(place, 0.0, HARMONIC_BANDS - 1.001)
        low, frame = place.astype(int), np.arange(len(pitch))
        part = place - low
        levels.append(harmonics[frame, low] * (1.0 - part) + harmonics[frame, low + 1] * part)
    return np.column_stack([levels[0] - levels[1], levels[0] - levels[2]])


def _course(contours: Floats, time: Floats) -> Floats:
    """Mean, spread, tenths, unrest, slope, bend and bond with the level of each contour: (8 · k,).

    `time` of each frame in [0, 1).
    """
    mean, spread = contours.mean(axis=0), contours.std(axis=0)
    low, high = np.percentile(contours, (10, 90), axis=0) - mean
    unrest = np.abs(np.diff(contours, axis=0)).sum(axis=0) / max(1, len(contours) - 1)
    around = contours - mean
    slope = _projected(around, 2.0 * time - 1.0)
    bend = _projected(around, 6.0 * time**2 - 6.0 * time + 1.0)
    with_level = (around * around[:, 2:3]).mean(axis=0) / (spread * spread[2] + 1e-3)
    return np.concatenate([mean, spread, low, high, unrest, slope, bend, with_level])


def _projected(around: Floats, shape: Floats) -> Floats:
    shape = shape - shape.mean()
    projected: Floats = shape @ around / (float(shape @ shape) + 1e-3)
    return projected


def _loudness(level: Floats) -> Floats:
    """Of all frames: how deep the level goes, how fast it moves, how it goes over the window."""
    change = np.diff(level, append=level[-1])
    thirds = [part.mean() if len(part) else 0.0 for part in np.array_split(level, 3)]
    return np.concatenate(
        [
            np.percentile(level, (5, 20, 50, 80)),
            np.percentile(change, (5, 25, 75, 95)),
            [level.std(), np.abs(change).mean()],
            thirds,
        ]
    )


def _rhythm(level: Floats, is_voiced: NDArray[np.bool_], is_loud: NDArray[np.bool_]) -> Floats:
    """How fast the level swings, how much is voiced, how long and many the voiced stretches are."""
    swing = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)), 512)) ** 2
    rate_hz = np.fft.rfftfreq(512, 1.0 / FRAMES_PER_S)
    shares = np.histogram(rate_hz, _RATES_HZ, weights=swing)[0]
    shares = np.log(shares / (shares.sum() + 1e-9) + 1e-3)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_voiced, [0]]).astype(int)))
    stretches = (edges[1::2] - edges[::2]) / FRAMES_PER_S
    stretches = stretches[stretches >= 0.04] if (stretches >= 0.04).any() else np.zeros(1)
    seconds = len(level) / FRAMES_PER_S
    middle = level[1:-1]
    peaks = (middle > level[:-2]) & (middle >= level[2:]) & (middle > -20.0)
    voiced_share = [is_voiced.mean(), is_voiced.sum() / max(1, int(is_loud.sum()))]
    lengths = [stretches.mean(), stretches.std(), stretches.max()]
    counts = [len(stretches) / seconds, peaks.sum() / seconds]
    return np.concatenate([shares, voiced_share, lengths, counts])


def _colour(mel: NDArray[np.float32]) -> Floats:
    """Mean and spread of sixteen wide bands against their frame's mean: (32,)."""
    wide = mel.reshape(len(mel), 16, BANDS // 16).mean(axis=2)
    wide = wide - wide.mean(axis=1, keepdims=True)
    numbers: Floats = np.concatenate([wide.mean(axis=0), wide.std(axis=0)]).astype(np.float64)
    return numbers


def _decibels(power: Floats) -> Floats:
    decibels: Floats = 10.0 * np.log10(np.maximum(power, 1e-12))
    return decibels


def _slopes() -> Floats:
    """Weights (64, 3) of the bands that give the slope in dB an octave over three ranges."""
    octave = np.log2(BAND_CENTRES_HZ / 1_000.0)
    ranges = (_BELOW_1_KHZ, (octave >= -1.0) & (octave < np.log2(1.5)), ~_BELOW_1_KHZ)
    columns = []
    for inside in ranges:
        centred = np.where(inside, octave - octave[inside].mean(), 0.0)
        columns.append(centred / (centred @ centred))
    return np.column_stack(columns)


_BELOW_1_KHZ: Final = BAND_CENTRES_HZ < 1_000
_BELOW_2_KHZ: Final = BAND_CENTRES_HZ < 2_000
_2_TO_5_KHZ: Final = (BAND_CENTRES_HZ >= 2_000) & (BAND_CENTRES_HZ < 5_000)
_SLOPES: Final = _slopes()
_DCT: Final = np.sqrt(2 / BANDS) * np.cos(
    np.pi * (np.arange(BANDS)[:, None] + 0.5) * np.arange(1, _CEPSTRUM + 1) / BANDS
)
NUMBERS: Final = 8 * (10 + _CEPSTRUM) + 13 + 13 + 2 * 32
"""How many numbers describe a window."""
