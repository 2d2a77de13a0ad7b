"""Figures of the speech-emotion model, from the int8 file through the box's own front end and gate.

`python -m edgemood.training.speech.evaluate --split val` prints what choices may be based on; the
scorecard (`make scorecard`) measures the test split.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Scores, softmax
from edgemood.hearing.mel import BANDS, FRAMES_PER_S
from edgemood.hearing.speech_emotion import (
    HOP_FRAMES,
    WINDOW_FRAMES,
    SpeechEmotionModel,
    model_input,
)
from edgemood.training.common import charts, metrics
from edgemood.training.common.cli import print_figures
from edgemood.training.speech import data as speech_data
from edgemood.training.speech import leave_one_corpus_out
from edgemood.training.speech import robustness_noise as speech_ladder
from edgemood.training.speech import robustness_voices as speech_unusual
from edgemood.training.speech.checkpoint import EMOTION_INT8, float_emotion_net
from edgemood.training.speech.frontend import GateWindow, in_stillness, listen
from edgemood.training.speech.model import EmotionNet, multiply_adds


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the box made of one clip: mean scores of the int8 model and of the float one."""

    recording: speech_data.Recording
    int8: Scores | None
    """None when the gate let no window pass"""
    float32: Scores | None


def measure(models: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Every figure of `speech_emotion.tflite` in `models`; draws its pictures beside it."""
    net = float_emotion_net(models)
    model = SpeechEmotionModel(models / EMOTION_INT8)
    recordings = [r for r in speech_data.speech(data) if r.split == split]
    judged = [
        _judge(recording, listen(models, in_stillness(sound)), model, net)
        for recording, sound in zip(recordings, speech_data.sounds(recordings), strict=True)
    ]
    rows = {
        "ravdess": [j for j in judged if j.recording.labels["corpus"] == "ravdess"],
        "nemo": [j for j in judged if j.recording.labels["corpus"] == "nemo"],
        "ased": [j for j in judged if j.recording.labels["corpus"] == "ased"],
        "ased_common": [j for j in judged if j.recording.labels["sentence"].startswith("common")],
        "pooled": judged,
    }
    labels = np.array([j.recording.emotion() for j in judged])
    scores = np.stack([_scores(j.int8, j.recording) for j in judged])
    float_scores = np.stack([_scores(j.float32, j.recording) for j in judged])
    recalls = metrics.recalls(scores, labels)
    loss = np.nanmean(metrics.recalls(float_scores, labels)) - np.nanmean(recalls)
    work = multiply_adds(net, torch.zeros(1, 1, WINDOW_FRAMES, BANDS))
    curve = metrics.coverage_curve(scores, labels)
    charts.confusion(models / "speech_confusion.svg", metrics.confusion(scores, labels))
    charts.reliability(models / "speech_calibration.svg", metrics.reliability_bins(scores, labels))
    charts.coverage(models / "speech_coverage.svg", curve)
    figures = {name: _recognition(row) for name, row in rows.items()} | {
        "recalls": {str(e): float(r) for e, r in zip(EMOTIONS, recalls, strict=True)},
        "arousal": {
            name: _halves(row, metrics.AROUSED)
            for name, row in rows.items()
            if name != "ased_common"
        },
        "unsure": _unsure(judged),
        "accuracy_at_half_coverage": float(curve[len(curve) // 2 - 1]),
        "abstained": float(np.mean([j.int8 is None for j in judged])),
        "ece": metrics.calibration_error(scores, labels),
        "int8_loss_points": 100.0 * float(loss),
        "size_bytes": (models / EMOTION_INT8).stat().st_size,
        "macs_per_s": work * FRAMES_PER_S // HOP_FRAMES,
        "snr": speech_ladder.measure(models, data, split),
        "unusual": speech_unusual.measure(models, data, split),
        "left_out": leave_one_corpus_out.kept(models),
        "without_words": speech_unusual.without_words(models, data),
    }
    return {"speech": figures}


def _judge(
    recording: speech_data.Recording,
    windows: list[GateWindow],
    model: SpeechEmotionModel,
    net: EmotionNet,
) -> _Judgement:
    if not windows:
        return _Judgement(recording, None, None)
    pictures = torch.from_numpy(np.stack([model_input(each.frames) for each in windows]))
    with torch.no_grad():
        float_logits = net(pictures.permute(0, 3, 1, 2)).numpy()
    return _Judgement(
        recording,
        np.mean([model.scores(each.frames) for each in windows], axis=0),
        np.mean([softmax(logits) for logits in float_logits], axis=0),
    )


def _scores(scores: Scores | None, recording: speech_data.Recording) -> Scores:
    """A clip that the gate kept out counts as wrong, whatever its emotion."""
    if scores is not None:
        return scores
    wrong = np.full(len(EMOTIONS), 1.0 / (len(EMOTIONS) - 1), dtype=np.float32)
    wrong[recording.emotion()] = 0.0
    return wrong


def _recognition(judged: list[_Judgement]) -> dict[str, float]:
    scores = np.stack([_scores(j.int8, j.recording) for j in judged])
    labels = np.array([j.recording.emotion() for j in judged])
    return {
        "uar": float(np.nanmean(metrics.recalls(scores, labels))),
        "accuracy": metrics.accuracy(scores, labels),
    }


def _halves(judged: list[_Judgement], half: NDArray[np.bool_]) -> float:
    """UAR of two halves of the emotions: whether one of `half` is acted."""
    scores = np.stack([_scores(j.int8, j.recording) for j in judged])
    labels = np.array([j.recording.emotion() for j in judged])
    sums = np.stack([scores[:, ~half].sum(axis=1), scores[:, half].sum(axis=1)], axis=1)
    return float(np.nanmean(metrics.recalls(sums, half[labels].astype(np.int64))))


def _unsure(judged: list[_Judgement]) -> dict[str, float]:
    """Of clips to whose emotion the box gives less than a half: how many, and what it knows."""
    unsure = [j for j in judged if _scores(j.int8, j.recording).max() < 0.5]
    return {
        "share": len(unsure) / len(judged),
        "uar": _recognition(unsure)["uar"],
        "arousal": _halves(unsure, metrics.AROUSED),
    }


if __name__ == "__main__":
    print_figures(__doc__, measure)
