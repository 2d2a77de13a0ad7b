"""What a teacher who knows much more speech says of our clips: Whisper's layers two to four.

Linear judges of what these layers say of a clip recognise the emotions of strangers, in our three
languages, far better than any net the box can afford. They teach such a net twice: what the layers
say of every moment, in the 128 directions in which clips differ most, and how likely each emotion
of a clip is to judges that learned from other speakers only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.mel import log_mel as ears_log_mel
from edgemood.training import speech_data
from edgemood.training.speech_data import Recording
from edgemood.training.whisper import Encoder, log_mel

LAYERS: Final = slice(1, 4)
DIRECTIONS: Final = 128
FRAMES_TOGETHER: Final = 2
"""The teacher speaks every 20 ms, the box's ear every 10."""
PACES: Final = (1.0, 1.15)
"""Every clip is also heard faster and higher: another speaker."""
_LOUD_STEPS: Final = 0.75  # of Whisper's log-mel under its loud frames: 30 dB
_FOLDS: Final = 7
_PENALTY: Final = 0.001
_REPORT_S: Final = 60.0

Floats = NDArray[np.float32]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """From the three layers side by side, (n, 1536), to `DIRECTIONS` numbers of spread 1."""

    matrix: Tensor
    offset: Tensor

    def of(self, said: Tensor) -> NDArray[np.float16]:
        """(n, 128)."""
        numbers: NDArray[np.float16] = (said @ self.matrix + self.offset).numpy().astype(np.float16)
        return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A recording as its pupil hears it and as the teacher explains it."""

    recording: Recording
    frames: NDArray[np.float16]
    """(n, 64 + 128): the box's log-mel in dB, and what the teacher says of the same moment"""
    chances: Floats
    """(7,): how likely each emotion is to judges that do not know the speaker"""


def lessons(data: Path, cache: Path, encoder: Encoder) -> list[Lesson]:
    """Lessons from every clip of the train split at every pace; kept in `cache` once made."""
    recordings = [r for r in speech_data.speech(data) if r.split == "train"]
    directions, chances = _explained(encoder, recordings, cache / "speech_teacher.npz")
    given = []
    for pace in PACES:
        kept, ends = _told(encoder, recordings, directions, pace, cache)
        pieces = np.split(kept, ends[:-1])
        given += [Lesson(*each) for each in zip(recordings, pieces, chances, strict=True)]
    return given


def statistics(encoder: Encoder, sound: Floats) -> Floats:
    """Means and spreads of the layers over a clip's loud moments: (2, 1536)."""
    mel = log_mel(sound)
    said = _said(encoder, mel)
    level = mel[:, : FRAMES_TOGETHER * len(said)].mean(0).view(-1, FRAMES_TOGETHER).mean(1)
    loud = said[level > level.quantile(0.95) - _LOUD_STEPS]
    both: Floats = torch.stack([loud.mean(0), loud.std(0, unbiased=False)]).numpy()
    return both


def strangers_chances(said: Floats, emotions: NDArray[np.int_], whose: list[str]) -> Floats:
    """How likely each emotion of each clip is (n, 7) to a judge that never heard its speaker.

    `said`: (n, numbers); `whose`: corpus and speaker of each clip, with a space between them.
    """
    folds = _folds(whose)
    corpora = np.array([each.split()[0] for each in whose])
    level = StandardScaler().fit_transform(said).astype(np.float32)
    chances = np.zeros((len(said), len(EMOTIONS)), dtype=np.float32)
    for fold in np.unique(folds):
        judge = LogisticRegression(C=_PENALTY, max_iter=60, class_weight="balanced")
        judge.fit(level[folds != fold], emotions[folds != fold])
        chances[np.ix_(folds == fold, judge.classes_)] = judge.predict_proba(level[folds == fold])
    for corpus in np.unique(corpora):
        acted = np.isin(np.arange(len(EMOTIONS)), emotions[corpora == corpus])
        chances[corpora == corpus] *= acted
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def _folds(whose: list[str]) -> NDArray[np.int_]:
    """A number under seven for each clip, the same for all clips of a speaker."""
    corpora = {each.split()[0] for each in whose}
    places = {
        speaker: place % _FOLDS
        for corpus in corpora
        for place, speaker in enumerate(sorted({w for w in whose if w.split()[0] == corpus}))
    }
    return np.array([places[each] for each in whose])


def _explained(
    encoder: Encoder, recordings: list[Recording], kept: Path
) -> tuple[Directions, Floats]:
    if not kept.exists():
        progress = _Progress("what the teacher says of clips", len(recordings))
        said = np.stack(
            [progress.after(statistics(encoder, x)) for x in speech_data.sounds(recordings)]
        )
        whose = [f"{r.labels['corpus']} {r.labels['speaker']}" for r in recordings]
        emotions = np.array([r.emotion() for r in recordings])
        chances = strangers_chances(said.reshape(len(said), -1), emotions, whose)
        means = said[:, 0]
        spread = means.std(axis=0)
        found = PCA(DIRECTIONS, random_state=0).fit((means - means.mean(axis=0)) / spread)
        matrix = found.components_.T / np.sqrt(found.explained_variance_) / spread[:, np.newaxis]
        offset = -means.mean(axis=0) @ matrix
        np.savez(kept, chances=chances, matrix=matrix, offset=offset)
    with np.load(kept) as file:
        matrix, offset = (torch.as_tensor(file[name]).float() for name in ("matrix", "offset"))
        return Directions(matrix, offset), file["chances"]


def _told(
    encoder: Encoder, recordings: list[Recording], directions: Directions, pace: float, cache: Path
) -> tuple[NDArray[np.float16], NDArray[np.int_]]:
    """All frames one behind the other (n, 192), and where each recording's end."""
    frames_file, ends_file = (
        cache / f"speech_lessons_{pace:.2f}.{what}.npy" for what in ("frames", "ends")
    )
    if not ends_file.exists():
        progress = _Progress(f"lessons at pace {pace}", len(recordings))
        told = [
            progress.after(_frames(encoder, sound, directions, pace))
            for sound in speech_data.sounds(recordings)
        ]
        np.save(frames_file, np.concatenate(told))
        np.save(ends_file, np.cumsum([len(each) for each in told]))
    return np.load(frames_file, mmap_mode="r"), np.load(ends_file)


def _frames(
    encoder: Encoder, sound: Floats, directions: Directions, pace: float
) -> NDArray[np.float16]:
    if pace != 1.0:
        sound = soxr.resample(sound, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ / pace).astype(np.float32)
    heard = ears_log_mel(sound).astype(np.float16)
    said = directions.of(_said(encoder, log_mel(sound)))
    moments = np.minimum(np.arange(len(heard)) // FRAMES_TOGETHER, len(said) - 1)
    return np.concatenate([heard, said[moments]], axis=1)


def _said(encoder: Encoder, mel: Tensor) -> Tensor:
    return torch.cat(encoder.layers(mel, LAYERS.stop)[LAYERS], dim=1)


class _Progress:
    """A line a minute."""

    def __init__(self, what: str, wanted: int) -> None:
        self._what, self._wanted, self._done = what, wanted, 0
        self._said_s = time.monotonic()

    def after(self, result: Result) -> Result:
        """Count one more; gives the result through."""
        self._done += 1
        if time.monotonic() - self._said_s > _REPORT_S or self._done == self._wanted:
            self._said_s = time.monotonic()
            print(f"{self._what}: {self._done} of {self._wanted}", flush=True)
        return result
