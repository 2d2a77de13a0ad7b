"""Lessons for the voice's net: speech as the box hears it, and what the teacher says of it.

Made once and kept: the acted clips of the train split at two paces, and voices whose emotion
nobody told, package by package.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.mel import log_mel as ears_log_mel
from edgemood.training import speech_data
from edgemood.training.speech_data import Recording
from edgemood.training.speech_teacher import (
    FRAMES_TOGETHER,
    Directions,
    Floats,
    Judge,
    Said,
    said,
    strangers_chances,
)
from edgemood.training.speech_windows import Origin
from edgemood.training.voices import PACKAGES, VOICES, voices
from edgemood.training.whisper import Encoder

PACES: Final = (1.0, 1.15)
"""Every acted clip is also heard faster and higher: another speaker."""
_FEW: Final = 4
"""Of every so many clips, one tells in which directions they differ."""
_REPORT_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Something said, as the pupil hears it and as the teacher explains it."""

    origin: Origin
    """where nobody told the emotion, the one that is likeliest to the teacher"""
    frames: NDArray[np.float16]
    """(n, 64 + 128): the box's log-mel in dB, and what the teacher says of the same moment"""
    chances: Floats
    """(7,): how likely each emotion is to judges that do not know the speaker"""


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """Sounds one behind the other."""

    frames: NDArray[np.float16]
    """(n, 192)"""
    ends: NDArray[np.int_]
    statistics: Floats
    """(sounds, 3072)"""

    def pieces(self) -> list[NDArray[np.float16]]:
        """The frames of each sound."""
        return np.split(self.frames, self.ends[:-1])


class Lessons:
    """Makes lessons, or finds those that were made; needs the unpacked `VOICES`."""

    def __init__(self, data: Path, cache: Path, encoder: Encoder) -> None:
        self._cache, self._encoder = cache, encoder
        self._recordings = [r for r in speech_data.speech(data) if r.split == "train"]
        self._origins = [origin_of(recording) for recording in self._recordings]
        self._directions = self._between(cache / "speech_directions.npy")

    def acted(self, without: str = "") -> list[Lesson]:
        """Every acted clip at every pace, pace by pace; of no speaker of the corpus `without`."""
        places, said_of_clips = self._learned(without)
        origins = [self._origins[place] for place in places]
        likely = strangers_chances(said_of_clips, origins)
        given = []
        for pace in PACES:
            pieces = self._acted(pace).pieces()
            kept = [pieces[place] for place in places]
            given += [Lesson(*each) for each in zip(origins, kept, likely, strict=True)]
        return given

    def overheard(self, without: str = "") -> list[Lesson]:
        """Voices whose emotion nobody told; its judges never heard the corpus `without`."""
        places, said_of_clips = self._learned(without)
        judge = Judge(said_of_clips, np.array([self._origins[at].emotion for at in places]))
        given = []
        for package in PACKAGES:
            heard = self._heard(package.name, voices(package, VOICES))
            likely = judge.chances(heard.statistics)
            origins = [Origin(package.name, "somebody", int(each.argmax())) for each in likely]
            given += [Lesson(*each) for each in zip(origins, heard.pieces(), likely, strict=True)]
        return given

    def _learned(self, without: str) -> tuple[NDArray[np.int_], Floats]:
        """Which clips the judges learn from, and what the teacher says of these."""
        places = np.flatnonzero([origin.corpus != without for origin in self._origins])
        return places, self._acted(1.0).statistics[places]

    def _acted(self, pace: float) -> _Heard:
        sounds = speech_data.sounds(self._recordings)
        return self._heard(f"acted_{pace:.2f}", (_at_pace(sound, pace) for sound in sounds))

    def _between(self, kept: Path) -> Directions:
        if not kept.exists():
            some = speech_data.sounds(self._recordings[::_FEW])
            told = [said(self._encoder, sound).statistics[0] for sound in _counted("clips", some)]
            np.save(kept, np.stack(told))
        return Directions.between(np.load(kept))

    def _heard(self, name: str, sounds: Iterable[Floats]) -> _Heard:
        frames_file, rest_file = (
            self._cache / f"speech_lessons_{name}.{end}" for end in ("frames.npy", "npz")
        )
        if not rest_file.exists():
            frames, statistics = [], []
            for sound in _counted(f"lessons: {name}", sounds):
                heard = said(self._encoder, sound)
                frames.append(self._frames(sound, heard))
                statistics.append(heard.statistics.ravel())
            np.save(frames_file, np.concatenate(frames))
            ends = np.cumsum([len(each) for each in frames])
            np.savez(rest_file, ends=ends, statistics=np.stack(statistics))
        with np.load(rest_file) as rest:
            return _Heard(np.load(frames_file, mmap_mode="r"), rest["ends"], rest["statistics"])

    def _frames(self, sound: Floats, heard: Said) -> NDArray[np.float16]:
        frames = ears_log_mel(sound).astype(np.float16)
        words = self._directions.of(heard.moments)
        moments = np.minimum(np.arange(len(frames)) // FRAMES_TOGETHER, len(words) - 1)
        return np.concatenate([frames, words[moments]], axis=1)


def _at_pace(sound: Floats, pace: float) -> Floats:
    if pace == 1.0:
        return sound
    resampled: Floats = soxr.resample(sound, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ / pace)
    return resampled.astype(np.float32)


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
