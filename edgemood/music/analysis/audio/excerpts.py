"""Pieces of a song, and the slices of five seconds in which it is listened to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 16_000
"""What the sound model learned from: the data set's 16 kHz."""
SLICE_SAMPLES: Final = 5 * SAMPLE_RATE_HZ
SLICE_HOP_SAMPLES: Final = SLICE_SAMPLES // 2
SHORTEST_SAMPLES: Final = SAMPLE_RATE_HZ
"""Less than a second of sound has no mood."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of a song."""

    start_s: float
    """where it begins in the song"""
    samples: NDArray[np.float32]
    """mono at 16 kHz, shape (n,), in [-1, 1]"""


def audible(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces long enough to be judged, as finite numbers within [-1, 1]."""
    return [
        Piece(piece.start_s, np.clip(np.nan_to_num(piece.samples, posinf=0, neginf=0), -1, 1))
        for piece in pieces
        if len(piece.samples) >= SHORTEST_SAMPLES
    ]


def slice_starts(samples: int) -> Iterator[int]:
    """Where the slices of a piece of so many samples begin: five seconds each, half overlapping.

    A shorter piece has one slice; a remainder shorter than half a slice is not listened to.
    """
    yield from range(0, max(samples - SLICE_SAMPLES, 0) + 1, SLICE_HOP_SAMPLES)
