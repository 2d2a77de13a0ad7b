"""Figures of the hearing models, from the int8 files through the box's own front end and gate.

`python -m edgemood.training.speech_score --split val` prints what choices may be based on; the
scorecard (`make scorecard`) measures the test split.
"""

from __future__ import annotations

import argparse
import json
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
    Utterance,
    model_input,
)
from edgemood.training import metrics, speech_data, voice_score
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech_files import EMOTION_INT8, float_emotion_net
from edgemood.training.speech_net import MelNet, multiply_adds


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the box made of one clip: mean scores of the int8 model and of the float one."""

    recording: speech_data.Recording
    int8: Scores | None
    """None when the gate let no window pass"""
    float32: Scores | None


def measure(models: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Every figure of the hearing models in `models`, nested as in the scorecard."""
    return {
        "speech": _measure_speech(models, data, split),
        "voice_gate": voice_score.measure(models, data, split),
    }


def _measure_speech(models: Path, data: Path, split: str) -> dict[str, Any]:
    net = float_emotion_net(models)
    model = SpeechEmotionModel(models / EMOTION_INT8)
    recordings = [r for r in speech_data.speech(data) if r.split == split]
    judged = [
        _judge(recording, _windows(models, sound), model, net)
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
    return {name: _recognition(row) for name, row in rows.items()} | {
        "recalls": {str(e): float(r) for e, r in zip(EMOTIONS, recalls, strict=True)},
        "aroused_recall": _aroused_recall(scores, labels),
        "abstained": float(np.mean([j.int8 is None for j in judged])),
        "ece": metrics.calibration_error(scores, labels),
        "int8_loss_points": 100.0 * float(loss),
        "size_bytes": (models / EMOTION_INT8).stat().st_size,
        "macs_per_s": work * FRAMES_PER_S // HOP_FRAMES,
    }


def _windows(models: Path, sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The windows of spoken frames that the box would judge, hearing only this sound."""
    utterance = Utterance()
    heard = voice_score.readings(models, voice_score.in_stillness(sound))
    windows = [utterance.push(reading) for reading in heard]
    return [window for window in windows if window is not None]


def _judge(
    recording: speech_data.Recording,
    windows: list[NDArray[np.float32]],
    model: SpeechEmotionModel,
    net: MelNet,
) -> _Judgement:
    if not windows:
        return _Judgement(recording, None, None)
    pictures = torch.from_numpy(np.stack([model_input(window)[:, :, 0] for window in windows]))
    with torch.no_grad():
        float_logits = net(pictures[:, None]).numpy()
    return _Judgement(
        recording,
        np.mean([model.scores(window) for window in windows], axis=0),
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


_AROUSED = np.array([e in {"angry", "fear", "happy", "surprise"} for e in EMOTIONS])


def _aroused_recall(scores: NDArray[np.float32], labels: NDArray[np.int_]) -> float:
    """UAR of the two arousal halves: angry, fear, happy, surprise against the rest."""
    halves = np.stack([scores[:, ~_AROUSED].sum(axis=1), scores[:, _AROUSED].sum(axis=1)], axis=1)
    return float(np.nanmean(metrics.recalls(halves, _AROUSED[labels].astype(np.int64))))


def main() -> None:
    """Print the figures of one split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["val", "test"], default="val")
    arguments = parser.parse_args()
    print(json.dumps(measure(MODELS, data_folder(), arguments.split), indent=2))


if __name__ == "__main__":
    main()
