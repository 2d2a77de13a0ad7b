"""Brightness, dynamics and the colour of sound, from log-mel frames and samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.mel import BAND_CENTRES_HZ, BANDS, DEPTH_DB, HOP_SAMPLES

Floats = NDArray[np.float32]

_COEFFICIENTS: Final = 13
_BRIGHT_HZ: Final = 1_500.0
_GROUP: Final = 4
"""bands taken together in the picture's statistics"""
_GROUPS: Final = BANDS // _GROUP

_DEPTH: Final = np.float32(DEPTH_DB / 10.0 * np.log(10.0))
"""of a picture, in powers of e, which are five times as fast as those of 10"""

NAMES: Final = (
    *(f"{of}_{what}" for of in ("mean", "spread") for what in (
        "centroid_octaves", "rolloff_octaves", "brightness", "flatness", "level", "zero_crossings"
    )),
    "low_energy_share",
    "level_range",
    *(f"{of}_mfcc_{n}" for of in ("mean", "spread") for n in range(1, _COEFFICIENTS + 1)),
    *(f"{of}_band_{n}" for of in ("mean", "spread", "change") for n in range(_GROUPS)),
)  # fmt: skip


def timbre(samples: Floats, frames: Floats) -> Floats:
    """What `NAMES` says of mono samples (n,) and their log-mel frames under the peak (m, 128)."""
    power = np.exp((frames - 1.0) * _DEPTH)
    total = power.sum(axis=1) + 1e-9
    level = np.log10(total)
    rising = np.cumsum(power, axis=1) / total[:, None]
    courses = np.stack(
        [
            power @ _OCTAVES / total,
            _OCTAVES[(rising < 0.85).sum(axis=1).clip(max=BANDS - 1)],
            power[:, _BRIGHT].sum(axis=1) / total,
            frames.mean(axis=1) - np.log10(power.mean(axis=1) + 1e-9),
            level,
            _zero_crossings(samples, len(frames)),
        ]
    )
    cepstrum = frames @ _COSINES
    groups = frames @ _GROUPING
    change = np.abs(np.diff(groups, axis=0)).mean(axis=0) if len(groups) > 1 else groups[0] * 0
    parts = [
        *(courses.mean(axis=1), courses.std(axis=1)),
        [(total < total.mean()).mean(), np.subtract(*np.percentile(level, [95, 5]))],
        *(cepstrum.mean(axis=0), cepstrum.std(axis=0)),
        *(groups.mean(axis=0), groups.std(axis=0), change),
    ]
    values: Floats = np.concatenate(parts).astype(np.float32)
    return values


def _zero_crossings(samples: Floats, frames: int) -> Floats:
    """Sign changes a sample, a number a frame."""
    changes = np.diff(np.signbit(samples)).astype(np.float32)
    whole = np.resize(changes, frames * HOP_SAMPLES)
    shares: Floats = whole.reshape(frames, HOP_SAMPLES).mean(axis=1)
    return shares


_OCTAVES: Final = np.log2(BAND_CENTRES_HZ / 1_000.0).astype(np.float32)
_GROUPING: Final = (np.repeat(np.eye(_GROUPS), _GROUP, axis=0) / _GROUP).astype(np.float32)
"""(bands, groups): as a product, the mean of each group takes a fifth of the time"""
_BRIGHT: Final = BAND_CENTRES_HZ >= _BRIGHT_HZ
_COSINES: Final = np.cos(
    np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * np.arange(1, _COEFFICIENTS + 1)
).astype(np.float32)
