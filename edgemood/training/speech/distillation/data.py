"""Examples for the voice's net: speech as the box hears it, and the teacher's embedding of it.

Made once and kept: the acted clips of the train split, and voices whose emotion nobody told,
package by package.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import BANDS
from edgemood.hearing.mel import log_mel as ears_log_mel
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.data import Recording
from edgemood.training.speech.distillation.teacher import (
    DIRECTIONS,
    FRAMES_TOGETHER,
    Directions,
    Embedding,
    Floats,
    Judge,
    embed,
    held_out_probabilities,
)
from edgemood.training.speech.distillation.unlabelled_data import PACKAGES, VOICES, voices
from edgemood.training.speech.distillation.whisper import Encoder
from edgemood.training.speech.windows import Origin, acted_in

_FEW: Final = 4
"""Of every so many clips, one tells in which directions they differ."""
_REPORT_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Some speech, as the student hears it, with the teacher's embedding and judgement."""

    origin: Origin
    """where nobody told the emotion, the one that is likeliest to the teacher"""
    frames: NDArray[np.float16]
    """(n, 64 + 128): the box's log-mel in dB, and the teacher's embedding of the same moment"""
    probabilities: Floats
    """(7,): how likely each emotion is to judges that do not know the speaker"""
    possible: NDArray[np.bool_]
    """(7,): which emotions its corpus has; all where nobody told"""


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """Some sounds."""

    frames: list[NDArray[np.float16]]
    """(n, 192) of each"""
    statistics: Floats
    """(sounds, 3072)"""


class DistillationSet:
    """Makes examples, or finds those that were made; needs the unpacked `VOICES`."""

    def __init__(self, data: Path, cache: Path, encoder: Encoder) -> None:
        self._cache, self._encoder = cache, encoder
        self._recordings = {
            "acted": _learned_from(speech_data.speech(data)),
            "more": _learned_from(speech_data.more_speech(data)),
        }
        self._origins = [origin_of(r) for some in self._recordings.values() for r in some]
        self._directions = self._between(cache / "speech_directions.npy")

    def acted(self, without: str = "") -> list[Example]:
        """Every acted clip; of no speaker of the corpus `without`."""
        places, heard = self._learned(without)
        origins = [self._origins[place] for place in places]
        likely = held_out_probabilities(heard.statistics, origins)
        return [
            Example(*each)
            for each in zip(origins, heard.frames, likely, acted_in(origins), strict=True)
        ]

    def unlabelled(self, without: str = "") -> list[Example]:
        """Voices whose emotion nobody told; its judges never heard the corpus `without`."""
        places, labelled = self._learned(without)
        judge = Judge(labelled.statistics, [self._origins[place] for place in places])
        anything = np.ones(len(EMOTIONS), dtype=np.bool_)
        given = []
        for package in PACKAGES:
            heard = self._heard(package.name, voices(package, VOICES))
            likely = judge.probabilities(heard.statistics)
            origins = [Origin(package.name, "somebody", int(each.argmax())) for each in likely]
            given += [
                Example(*each, anything) for each in zip(origins, heard.frames, likely, strict=True)
            ]
        return given

    def _learned(self, without: str) -> tuple[NDArray[np.int_], _Heard]:
        """Which clips the judges learn from, and these."""
        heard = [
            self._heard(name, speech_data.sounds(recordings))
            for name, recordings in self._recordings.items()
        ]
        frames = [frames for each in heard for frames in each.frames]
        statistics = np.concatenate([each.statistics for each in heard])
        places = np.flatnonzero([origin.corpus != without for origin in self._origins])
        return places, _Heard([frames[place] for place in places], statistics[places])

    def _between(self, kept: Path) -> Directions:
        if not kept.exists():
            everybody = [r for recordings in self._recordings.values() for r in recordings]
            some = speech_data.sounds(everybody[::_FEW])
            told = [embed(self._encoder, sound).statistics[0] for sound in _counted("clips", some)]
            np.save(kept, np.stack(told))
        return Directions.between(np.load(kept))

    def _heard(self, name: str, sounds: Iterable[Floats]) -> _Heard:
        frames_file, rest_file = (
            self._cache / f"speech_lessons_{name}.{end}" for end in ("frames.npy", "npz")
        )
        if not rest_file.exists():
            frames, statistics = [], []
            for sound in _counted(f"examples: {name}", sounds):
                heard = embed(self._encoder, sound)
                frames.append(self._frames(sound, heard))
                statistics.append(heard.statistics.ravel())
            none = np.empty((0, BANDS + DIRECTIONS), dtype=np.float16)
            np.save(frames_file, np.concatenate([none, *frames]))
            ends = np.cumsum([len(each) for each in frames])
            np.savez(rest_file, ends=ends, statistics=np.stack(statistics))
        with np.load(rest_file) as rest:
            kept = np.load(frames_file, mmap_mode="r")
            return _Heard(np.split(kept, rest["ends"][:-1]), rest["statistics"])

    def _frames(self, sound: Floats, heard: Embedding) -> NDArray[np.float16]:
        frames = ears_log_mel(sound).astype(np.float16)
        embedding = self._directions.of(heard.moments)
        moments = np.minimum(np.arange(len(frames)) // FRAMES_TOGETHER, len(embedding) - 1)
        return np.concatenate([frames, embedding[moments]], axis=1)


def _learned_from(recordings: list[Recording]) -> list[Recording]:
    return [recording for recording in recordings if recording.split == "train"]


def origin_of(recording: Recording) -> Origin:
    """Whose it is."""
    return Origin(recording.labels["corpus"], recording.labels["speaker"], recording.emotion())


def _counted(what: str, sounds: Iterable[Floats]) -> Iterator[Floats]:
    """The sounds, and a line a minute that tells how many there were."""
    told_s, count = time.monotonic(), 0
    for count, sound in enumerate(sounds, start=1):
        yield sound
        if time.monotonic() - told_s > _REPORT_S:
            told_s = time.monotonic()
            print(f"{what}: {count}", flush=True)
    print(f"{what}: {count}, all", flush=True)
