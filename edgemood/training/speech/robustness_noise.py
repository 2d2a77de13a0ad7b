"""The speech-emotion model over the ratio of speech to the room's noise and music."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from edgemood.emotion import Scores
from edgemood.hearing.speech_emotion import SpeechEmotionModel
from edgemood.training.common import charts, metrics
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.checkpoint import EMOTION_INT8
from edgemood.training.speech.data import Recording
from edgemood.training.speech.frontend import Sound, in_front_of, listen

RUNGS_DB: Final = (20, 10, 5, 0, -5)
CLIP_STEP: Final = 12  # every twelfth clip: 161 of the test split


def measure(models: Path, data: Path, split: str) -> list[dict[str, Any]]:
    """UAR of the clips of which the gate passes something, and their share; draws the picture.

    One row for each background and ratio.
    """
    clips = [r for r in speech_data.speech(data) if r.split == split][::CLIP_STEP]
    model = SpeechEmotionModel(models / EMOTION_INT8)
    indoors = [r for r in speech_data.noise(data) if r.labels["room_plausible"] == "1"]
    rungs = []
    for background, recordings in (("noise", indoors), ("music", speech_data.music(data))):
        behind = list(speech_data.sounds([r for r in recordings if r.split == split]))
        for snr_db in RUNGS_DB:
            found = _rung(models, model, clips, behind, snr_db)
            rungs.append({"background": background, "snr_db": snr_db} | found)
    charts.noise_ladder(models / "speech_ladder.svg", rungs)
    return rungs


def clip_scores(models: Path, model: SpeechEmotionModel, sound: Sound) -> Scores | None:
    """The mean scores of what the box would judge of a sound; None when it judges nothing."""
    windows = listen(models, sound)
    if not windows:
        return None
    scores: Scores = np.mean([model.scores(each.frames) for each in windows], axis=0)
    return scores


def _rung(
    models: Path,
    model: SpeechEmotionModel,
    clips: list[Recording],
    behind: list[Sound],
    snr_db: float,
) -> dict[str, float]:
    scores, labels = [], []
    for clip, mixture in zip(clips, _mixtures(clips, behind, snr_db), strict=True):
        judged = clip_scores(models, model, mixture)
        if judged is not None:
            scores.append(judged)
            labels.append(clip.emotion())
    recalls = metrics.recalls(np.stack(scores), np.array(labels))
    return {"uar": float(np.nanmean(recalls)), "judged": len(scores) / len(clips)}


def _mixtures(clips: list[Recording], behind: list[Sound], snr_db: float) -> Iterator[Sound]:
    order = np.random.default_rng(0).permutation(len(behind)).tolist()
    for speech, place in zip(speech_data.sounds(clips), itertools.cycle(order), strict=False):
        yield in_front_of(behind[place], speech, snr_db)
