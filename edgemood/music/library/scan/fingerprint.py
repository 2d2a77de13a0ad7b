"""A short fingerprint of a song's sound, by which a file that moved is known again.

After Haitsma & Kalker, "A highly robust audio fingerprinting system", ISMIR 2002: whether the
energy of neighbouring bands differs more or less than a moment before; here coarse in time, over
the pieces that are decoded anyway. Another bit rate turns over a few bits, another song about half.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, Piece

BYTES: Final = 32
SAME_BITS: Final = 40
"""Fingerprints that differ in no more of their 256 bits are of the same recording. Bits of two
songs agree by chance: 40 or fewer of 256 differ in fewer than one of 10²⁹ pairs."""

_BANDS: Final = 17
_MOMENTS: Final = 17
_LOWEST_HZ, _HIGHEST_HZ = 300.0, 2000.0
"""as in the paper: what every codec keeps"""
_FRAME: Final = 2048
_FRAMES_AT_ONCE: Final = 64
"""All at once, their spectra were the largest memory of a song's analysis."""


def fingerprint(pieces: Sequence[Piece]) -> bytes:
    """32 bytes of the sound of these pieces, which last at least a second together."""
    samples = np.concatenate([piece.samples for piece in pieces])
    energy = _energies(samples)
    across = np.diff(energy, axis=1)
    bits = np.diff(across, axis=0) > 0
    return np.packbits(bits).tobytes()


def differing_bits(one: bytes, other: bytes) -> int:
    """In how many of 256 bits two fingerprints differ."""
    differing = np.frombuffer(one, np.uint8) ^ np.frombuffer(other, np.uint8)
    return int(np.unpackbits(differing).sum())


def _energies(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log energies, shape (moments, bands)."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    firsts = range(0, len(frames), _FRAMES_AT_ONCE)
    bands = np.concatenate([_in_bands(frames[n : n + _FRAMES_AT_ONCE]) for n in firsts])
    times = np.linspace(0, len(frames), _MOMENTS + 1).astype(int)
    moments = [bands[start : max(end, start + 1)].mean(axis=0) for start, end in pairwise(times)]
    energies: NDArray[np.float64] = np.log(np.maximum(moments, 1e-10))
    return energies


def _in_bands(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """The power of each frame, (n, 2048), in each band: (n, bands)."""
    edges_hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)
    edges = np.round(edges_hz * _FRAME / SAMPLE_RATE_HZ).astype(int)
    spectrum = np.fft.rfft(frames * np.hanning(_FRAME), axis=1)[:, : edges[-1]]
    power = spectrum.real**2 + spectrum.imag**2
    return np.stack([power[:, low:high].sum(axis=1) for low, high in pairwise(edges)], axis=1)
