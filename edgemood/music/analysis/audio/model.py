"""From the sound of a song to its mood, and which seconds spoke for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import Emotion, strongest
from edgemood.music.analysis import npz
from edgemood.music.analysis.audio import features
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, Piece, audible, slice_starts
from edgemood.music.analysis.audio.kernel_svm import ARRAYS, KernelMachine, log_softmax
from edgemood.music.analysis.audio.mel import BANDS, HOP_SAMPLES, SLICE_FRAMES
from edgemood.music.analysis.audio.tagger import Tagger
from edgemood.music.analysis.classes import CLASSES, QUADRANTS, certainty, mood_of
from edgemood.music.song import Origin, SongMood
from edgemood.tflite import Model

Floats = NDArray[np.float32]

TAGGER: Final = "music_tagger.tflite"
_EXPECTED: Final = "a machine written by `make train-music`"
_KEPT_ROWS: Final = [features.NAMES.index(name) for name in features.KEPT]


@dataclass(frozen=True, slots=True)
class SliceSays:
    """What five seconds say."""

    start_s: float
    """where they begin in the song"""
    emotion: Emotion
    weight: float
    """how sure they are, in [0, 1]"""


@dataclass(frozen=True, slots=True, eq=False)
class SoundReading:
    """What was heard in a song."""

    mood: SongMood
    features: NDArray[np.float16]
    """`edgemood.music.analysis.audio.features.KEPT`, (16,), standardised over the training songs"""
    seconds: tuple[SliceSays, ...]
    """of each slice, in the song's order"""
    probabilities: Mapping[str, float]
    """of the quadrants"""


class SoundModel:
    """Judges pieces of a song: a network on its slices and a machine on its features, together."""

    def __init__(self, path: Path) -> None:
        """Load the network, and beside it the machine, ``.npz``, and the tagger that feeds it.

        Raises ModelError.
        """
        self._tagger = Tagger(path.with_name(TAGGER))
        self._net = Model(path, (SLICE_FRAMES, BANDS, 1), (len(QUADRANTS),))
        arrays = npz.read(
            path.with_suffix(".npz"), _EXPECTED, (*ARRAYS, "net_share", "total_sharpness")
        )
        self._machine = KernelMachine.of(arrays)
        self._net_share = float(arrays["net_share"])
        self._sharpness = float(arrays["total_sharpness"])

    def judge(self, pieces: Sequence[Piece]) -> SoundReading | None:
        """The mood of a song from stretches of it; None when all are shorter than a second."""
        pieces = audible(pieces)
        if not pieces:
            return None
        heard = features.hear(pieces, self._tagger)
        starts, slices = slices_of(pieces, heard.pictures)
        logits = np.stack([self._net(slice_[:, :, np.newaxis]) for slice_ in slices])
        probabilities = self.together(logits, self._machine.logits(heard.values[np.newaxis])[0])
        mood = mood_of(probabilities)
        return SoundReading(
            SongMood(mood.scores, mood.affect, Origin.SOUND, certainty(probabilities), "sound"),
            self._machine.standardised(heard.values)[_KEPT_ROWS].astype(np.float16),
            tuple(_says(start_s, row) for start_s, row in zip(starts, logits, strict=True)),
            probabilities,
        )

    def together(self, slice_logits: Floats, machine_logits: Floats) -> dict[str, float]:
        """Probabilities of the quadrants from the net's logits, (slices, 4), and the machine's.

        The slices' log probabilities are averaged, then both judges' weighted by their share.
        """
        net = log_softmax(slice_logits).mean(axis=0)
        both = self._net_share * net + (1.0 - self._net_share) * machine_logits
        sharpened = np.asarray(self._sharpness * both[np.newaxis], dtype=np.float32)
        shares = np.exp(log_softmax(sharpened)[0]).tolist()
        return dict(zip(QUADRANTS, shares, strict=True))


def slices_of(
    pieces: Sequence[Piece], pictures: Sequence[Floats]
) -> tuple[list[float], list[Floats]]:
    """Where the slices begin, in seconds of the song, and their pictures (313, 128).

    A piece shorter than a slice is repeated.
    """
    starts, slices = [], []
    for piece, picture in zip(pieces, pictures, strict=True):
        for start in slice_starts(len(piece.samples)):
            first = start // HOP_SAMPLES
            slice_ = picture[first : first + SLICE_FRAMES]
            starts.append(piece.start_s + start / SAMPLE_RATE_HZ)
            slices.append(np.resize(slice_, (SLICE_FRAMES, BANDS)))
    return starts, slices


def _says(start_s: float, logits: Floats) -> SliceSays:
    shares = dict(zip(QUADRANTS, np.exp(log_softmax(logits[np.newaxis])[0]).tolist(), strict=True))
    likeliest = max(shares, key=lambda name: shares[name])
    return SliceSays(start_s, strongest(CLASSES[likeliest].scores), certainty(shares))
