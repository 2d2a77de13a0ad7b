"""The features of a song: one vector, hand-made and learned, from all its pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio import harmony, rhythm, timbre
from edgemood.music.analysis.audio.excerpts import Piece
from edgemood.music.analysis.audio.mel import log_mel, peak_db, power_spectrum, under_peak
from edgemood.music.analysis.audio.tagger import Tagger

Floats = NDArray[np.float32]

NAMES: Final = (*harmony.NAMES, *rhythm.NAMES, *timbre.NAMES)

KEPT: Final = (
    "tempo_octaves",
    "pulse_clarity",
    "onset_strength",
    "onset_rate",
    "mean_centroid_octaves",
    "mean_rolloff_octaves",
    "mean_flatness",
    "spread_level",
    "level_range",
    "mean_zero_crossings",
    "roughness",
    "key_clarity",
    "major_minus_minor",
    "chroma_change",
    "mean_mfcc_2",
    "mean_mfcc_3",
)
"""The sixteen by which songs are compared: rhythm, brightness, dynamics, harmony, colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the front end makes of a song."""

    pictures: tuple[Floats, ...]
    """of each piece, log-mel frames under the song's peak: (frames, 128), 0 to about 1"""
    values: Floats
    """the hand-made features `NAMES`, the mean over the pieces weighted by their length, and then
    the tagger's 200"""


def hear(pieces: Sequence[Piece], tagger: Tagger) -> Heard:
    """The log-mel pictures and features of a song's audible pieces, at least one."""
    pictures, learned = _seen(pieces, tagger)
    rows = [_values(piece, picture) for piece, picture in zip(pieces, pictures, strict=True)]
    values = np.average(rows, axis=0, weights=[len(piece.samples) for piece in pieces])
    return Heard(pictures, np.concatenate([values, learned]).astype(np.float32))


def _seen(pieces: Sequence[Piece], tagger: Tagger) -> tuple[tuple[Floats, ...], Floats]:
    """The pictures, and the tagger's features; the spectra, which are large, end here."""
    powers = [power_spectrum(piece.samples) for piece in pieces]
    mels = [log_mel(power) for power in powers]
    peak = peak_db(np.concatenate(mels))
    return tuple(under_peak(mel, peak) for mel in mels), tagger.hear(powers, peak)


def _values(piece: Piece, picture: Floats) -> Floats:
    return np.concatenate(
        [
            harmony.harmony(piece.samples),
            rhythm.rhythm(picture),
            timbre.timbre(piece.samples, picture),
        ]
    )
