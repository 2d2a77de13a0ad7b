"""What the speech-emotion model is shown in training: windows of spoken frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import BANDS, level_db
from edgemood.hearing.speech_emotion import HOP_FRAMES, LEAST_FRAMES, WINDOW_FRAMES, model_input
from edgemood.hearing.voice_gate import BLOCK_FRAMES, HANGOVER_BLOCKS

TYPICAL_DEPTH_DB = 32.0
"""Frames of clean speech this far below its loud ones are pauses."""
_BEFORE_FRAMES = 12
_AFTER_FRAMES = BLOCK_FRAMES * HANGOVER_BLOCKS
"""A block of the gate reaches a little before and after the voice in it."""


class Origin(NamedTuple):
    """Whose clip it is: corpus, speaker, and the acted emotion's place in `EMOTIONS`."""

    corpus: str
    speaker: str
    emotion: int


class Clip:
    """One recording with the levels that say where it is spoken.

    Its frames are 64 log-mel bands and whatever else goes with each moment: a teacher's words.
    """

    def __init__(self, frames: NDArray[np.float16], origin: Origin) -> None:
        self.frames = np.asarray(frames)
        self.origin = origin
        levels_db = level_db(self.frames[:, :BANDS].astype(np.float32))
        self._below_loud_db = np.percentile(levels_db, 95) - levels_db

    def spoken(self, depth_db: float) -> NDArray[np.float32]:
        """The frames (n, 64 or more) that the gate would pass, were its threshold at `depth_db`."""
        voiced = self._below_loud_db < depth_db
        reach = np.ones(_BEFORE_FRAMES + _AFTER_FRAMES + 1)
        near = np.convolve(voiced, reach)[_BEFORE_FRAMES : _BEFORE_FRAMES + len(voiced)] > 0
        return self.frames[near].astype(np.float32)

    def random_window(self, frames: int, draw: np.random.Generator) -> NDArray[np.float32]:
        """A crop (frames, 64 or more) at a random tempo; now and then of less speech, repeated."""
        spoken = self.spoken(draw.uniform(24.0, 40.0))
        wanted = round(frames * draw.uniform(0.82, 1.22))
        if draw.random() < 0.25:
            spoken = _crop(spoken, int(draw.integers(wanted // 2, wanted)), draw)
        window = np.resize(_crop(spoken, wanted, draw), (wanted, spoken.shape[1]))
        place = np.linspace(0.0, wanted - 1.0, frames)
        below = np.minimum(place.astype(int), wanted - 2)
        part = (place - below).astype(np.float32)[:, np.newaxis]
        picture: NDArray[np.float32] = window[below] * (1.0 - part) + window[below + 1] * part
        return picture

    def windows(self) -> list[NDArray[np.float32]]:
        """The windows (1 to 256, 64) that the box would judge while the clip is spoken."""
        spoken = self.spoken(TYPICAL_DEPTH_DB)[:, :BANDS]
        ends = [*range(LEAST_FRAMES, len(spoken), HOP_FRAMES), len(spoken)]
        return [spoken[max(0, end - WINDOW_FRAMES) : end] for end in ends]

    def pictures(self) -> NDArray[np.float32]:
        """What the nets see of them: (n, 256, 64, 1), level removed."""
        return np.stack([model_input(window) for window in self.windows()])


def acted_in(whose: Sequence[Origin]) -> NDArray[np.bool_]:
    """Which emotions the corpus of each clip has: (n, 7)."""
    has = {(origin.corpus, origin.emotion) for origin in whose}
    return np.array(
        [[(o.corpus, emotion) in has for emotion in range(len(EMOTIONS))] for o in whose]
    )


def shares(whose: Sequence[Origin]) -> NDArray[np.float64]:
    """How much each clip counts: (n,), sums to 1.

    Within a corpus every emotion counts the same, so that none is expected more than others; a
    corpus counts by the square root of its clips.
    """
    of_corpus = Counter(origin.corpus for origin in whose)
    of_group = Counter((origin.corpus, origin.emotion) for origin in whose)
    emotions = Counter(corpus for corpus, _ in of_group)
    weights = np.array(
        [
            of_corpus[o.corpus] ** 0.5 / emotions[o.corpus] / of_group[o.corpus, o.emotion]
            for o in whose
        ]
    )
    weights /= weights.sum()
    return weights


def _crop(
    frames: NDArray[np.float32], length: int, draw: np.random.Generator
) -> NDArray[np.float32]:
    start = int(draw.integers(0, max(1, len(frames) - length + 1)))
    return frames[start : start + length]
