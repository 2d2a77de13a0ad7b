"""The face model's part of the scorecard: the int8 file behind the device's pre-processing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.training import charts, face_files
from edgemood.training.face_augment import dim
from edgemood.training.face_data import PRIVATE_TEST, TRAINING, load_faces
from edgemood.training.face_net import multiply_adds
from edgemood.training.metrics import (
    accuracy,
    calibration_error,
    confusion,
    coverage_curve,
    recalls,
    reliability_bins,
)
from edgemood.training.near_duplicates import seen_in
from edgemood.vision.expression import SIDE, ExpressionModel, normalise

_ELECTRONS = (200, 60, 20)  # caught in white: a lit room, a dim one, one where faces just show

Pictures = NDArray[np.uint8]
Scores = NDArray[np.float32]


def measure(models: Path, data: Path) -> dict[str, Any]:
    """Every figure of `face_emotion.tflite` on PrivateTest; draws its charts beside it.

    Raises MissingDataError when FER2013 is not in `data` and ModelError for a bad model file.
    """
    faces = load_faces(PRIVATE_TEST, data)
    model = ExpressionModel(models / face_files.INT8)
    scores = _judge(model, faces.images)
    of_class = recalls(scores, faces.labels)
    fresh = ~seen_in(faces.images, load_faces(TRAINING, data).images)
    right = accuracy(scores, faces.labels)
    curve = coverage_curve(scores, faces.labels)
    network = face_files.load_float(models)
    float_right = accuracy(_judge_float(network, faces.images), faces.labels)
    charts.confusion(models / "face_confusion.svg", confusion(scores, faces.labels))
    charts.reliability(models / "face_reliability.svg", reliability_bins(scores, faces.labels))
    charts.coverage(models / "face_coverage.svg", curve)
    figures = {
        "fer2013_private": {
            "accuracy": right,
            "min_recall": float(of_class.min()),
            "recalls": {str(e): float(r) for e, r in zip(EMOTIONS, of_class, strict=True)},
            "accuracy_without_duplicates": accuracy(scores[fresh], faces.labels[fresh]),
            "duplicates": int((~fresh).sum()),
            "accuracy_at_half_coverage": float(curve[len(curve) // 2 - 1]),
            "accuracy_by_electrons": {
                str(electrons): accuracy(_judge(model, dim(faces.images, electrons)), faces.labels)
                for electrons in _ELECTRONS
            },
        },
        "ferplus_private": {
            "accuracy": accuracy(scores, faces.majority),
            "min_recall": float(recalls(scores, faces.majority).min()),
        },
        "ece": calibration_error(scores, faces.labels),
        "int8_loss_points": 100 * (float_right - right),
        "size_bytes": (models / face_files.INT8).stat().st_size,
        "macs": multiply_adds(network, torch.zeros(1, 1, SIDE, SIDE)),
    }
    return {"face": figures}


def _judge(model: ExpressionModel, pictures: Pictures) -> Scores:
    return np.stack([model.scores(picture) for picture in pictures])


def _judge_float(network: torch.nn.Module, pictures: Pictures) -> Scores:
    inputs = torch.from_numpy(np.stack([normalise(picture) for picture in pictures]))
    with torch.no_grad():
        batches = [network(batch) for batch in inputs.permute(0, 3, 1, 2).split(256)]
    logits: Scores = torch.cat(batches).numpy()
    return logits
