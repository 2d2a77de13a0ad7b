"""How high a voice speaks, read off the ear's harmonics."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.harmonics import HARMONIC_BANDS, HARMONIC_CENTRES_HZ

Floats = NDArray[np.float64]

SEMITONES_PER_BAND: Final = float(12 * np.log2(HARMONIC_CENTRES_HZ[1] / HARMONIC_CENTRES_HZ[0]))

_PITCHES: Final = 45  # bands from 70 to 600 Hz: deep voices to screams
_NEIGHBOURHOOD: Final = 13  # bands, an octave less a bit: what a harmonic has to rise above
_LARGEST_RISE_DB: Final = 12.0  # one harmonic alone, or a whistle, is not a voice
_FADING: Final = 0.85  # weight from one harmonic to the next
_SMOOTHING: Final = np.array([0.25, 0.5, 1.0, 0.5, 0.25]) / 2.5  # folds change little in 50 ms


def melody(
    harmonics: NDArray[np.float32],
) -> tuple[Floats, Floats]:
    """Pitch and clearness of every frame of `edgemood.hearing.harmonics`, (n, 64) in dB.

    Gives the pitch in semitones above 70 Hz, (n,), whether there is a voice or not; and how far
    its first six harmonics rise above what lies between them, (n,) in dB: steady voices come out at
    8 to 20, hiss at 3 to 6. Above some 350 Hz, in screams, the pitch may come out an octave too
    low. A comb on a logarithmic axis, with teeth that bite between the harmonics so that half the
    pitch does not fit as well (Camacho & Harris, SWIPE, JASA 124(3), 2008).
    """
    fit = _smoothed(np.clip(_rise(harmonics), -_LARGEST_RISE_DB, _LARGEST_RISE_DB) @ _COMBS)
    wanted = fit + _usual(fit)
    best = np.clip(wanted.argmax(axis=1), 1, _PITCHES - 2)
    frame = np.arange(len(fit))
    below, top, above = (wanted[frame, best + step] for step in (-1, 0, 1))
    bend = below - 2.0 * top + above
    between = np.where(bend < -1e-3, 0.5 * (below - above) / np.minimum(bend, -1e-3), 0.0)
    return (best + np.clip(between, -0.5, 0.5)) * SEMITONES_PER_BAND, fit[frame, best]


def _rise(harmonics: NDArray[np.float32]) -> Floats:
    """How far each band lies above its neighbourhood."""
    reach = _NEIGHBOURHOOD // 2
    padded = np.pad(harmonics.astype(np.float64), ((0, 0), (reach + 1, reach)), mode="edge")
    padded[:, 0] = 0.0
    sums = padded.cumsum(axis=1)
    mean: Floats = (sums[:, _NEIGHBOURHOOD:] - sums[:, :-_NEIGHBOURHOOD]) / _NEIGHBOURHOOD
    return harmonics - mean


def _smoothed(fit: Floats) -> Floats:
    reach = len(_SMOOTHING) // 2
    padded = np.pad(fit, ((reach, reach), (0, 0)), mode="edge")
    shifted = [weight * padded[i : i + len(fit)] for i, weight in enumerate(_SMOOTHING)]
    total: Floats = np.sum(shifted, axis=0)
    return total


def _usual(fit: Floats) -> Floats:
    """A preference of up to a decibel for pitches near those that fit the whole window."""
    overall = np.convolve(np.pad(fit.clip(min=0.0).mean(axis=0), 5, "edge"), np.ones(11), "valid")
    preference: Floats = overall / max(float(overall.max()), 1e-9) - 1.0
    return preference


def _comb(offset: float) -> Floats:
    """Reads, for each pitch, the band `offset` bands above it: (64, pitches)."""
    place = np.arange(_PITCHES) + offset
    distance = np.abs(np.arange(HARMONIC_BANDS)[:, None] - place)
    teeth: Floats = np.maximum(0.0, 1.0 - distance)
    return teeth * (place <= HARMONIC_BANDS - 1)


def _combs() -> Floats:
    """What weights (64, pitches) bands get to tell how well each pitch fits."""
    total: Floats = np.zeros((HARMONIC_BANDS, _PITCHES))
    weights = _FADING ** np.arange(6)
    for number, weight in enumerate(weights, start=1):
        for multiple, sign in ((number, 1.0), (number - 0.5, -0.5), (number + 0.5, -0.5)):
            offset = 12 * float(np.log2(multiple)) / SEMITONES_PER_BAND
            total += sign * weight * _comb(offset)
    return total / float(weights.sum())


_COMBS: Final = _combs()
