"""The face model's part of the scorecard: the int8 file behind the device's pre-processing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from edgemood.emotion import EMOTIONS
from edgemood.training.common import charts
from edgemood.training.common.metrics import (
    accuracy,
    calibration_error,
    confusion,
    coverage_curve,
    recalls,
    reliability_bins,
)
from edgemood.training.common.near_duplicates import seen_in
from edgemood.training.face import checkpoint as face_files
from edgemood.training.face.coverage import by_class, over_coverage
from edgemood.training.face.data import PRIVATE_TEST, TRAINING, Faces, load_faces
from edgemood.training.face.model import multiply_adds
from edgemood.training.face.photographs import load_photographs
from edgemood.training.face.robustness import EVERY, Seen, rungs, see, two_readings
from edgemood.vision.expression import SIDE, normalise

_LEAST_JUDGED = 0.01  # share of faces judged from which their accuracy says something

Pictures = NDArray[np.uint8]
Scores = NDArray[np.float32]


def measure(models: Path, data: Path) -> dict[str, Any]:
    """Every figure of `face_emotion.tflite` on PrivateTest; draws its charts beside it.

    Raises MissingDataError when FER2013 is not in `data` and ModelError for a bad model file.
    """
    faces = load_faces(PRIVATE_TEST, data)
    votes, scores = _readings(models, faces.images)
    of_class = recalls(scores, faces.labels)
    fresh = ~seen_in(faces.images, load_faces(TRAINING, data).images)
    right = accuracy(scores, faces.labels)
    curve = coverage_curve(scores, faces.labels)
    votes_recalls = recalls(votes, faces.majority)
    votes_curve = coverage_curve(votes, faces.majority)
    network = face_files.load_float(models)
    float_votes, float_scores = _float_readings(network, faces.images)
    losses = [
        accuracy(float_scores, faces.labels) - right,
        accuracy(float_votes, faces.majority) - accuracy(votes, faces.majority),
    ]
    charts.confusion(models / "face_confusion.svg", confusion(scores, faces.labels))
    charts.reliability(models / "face_reliability.svg", reliability_bins(votes, faces.majority))
    charts.coverage(models / "face_coverage.svg", curve)
    ladder = _ladder(models, faces)
    charts.ladder(models / "face_light.svg", [rung for rung in ladder if rung["seen"] == "light"])
    crops, photo_labels = load_photographs(data)
    photographed, _ = _readings(models, crops)
    figures = {
        "fer2013_private": {
            "accuracy": right,
            "uar": float(of_class.mean()),
            "min_recall": float(of_class.min()),
            "recalls": {str(e): float(r) for e, r in zip(EMOTIONS, of_class, strict=True)},
            "accuracy_without_duplicates": accuracy(scores[fresh], faces.labels[fresh]),
            "duplicates": int((~fresh).sum()),
            "accuracy_at_half_coverage": float(curve[len(curve) // 2 - 1]),
            "ece": calibration_error(scores, faces.labels),
        },
        "ferplus_private": {
            "accuracy": accuracy(votes, faces.majority),
            "uar": float(votes_recalls.mean()),
            "min_recall": float(votes_recalls.min()),
            "accuracy_without_duplicates": accuracy(votes[fresh], faces.majority[fresh]),
            "accuracy_at_half_coverage": float(votes_curve[len(votes_curve) // 2 - 1]),
        },
        "ece": calibration_error(votes, faces.majority),
        "photographs": {
            "faces": len(photographed),
            "accuracy": accuracy(photographed, photo_labels),
            "ece": calibration_error(photographed, photo_labels),
        },
        "int8_loss_points": 100 * max(losses),
        "size_bytes": (models / face_files.INT8).stat().st_size,
        "macs": multiply_adds(network, torch.zeros(1, 1, SIDE, SIDE)),
        "coverage": over_coverage(votes, faces.majority),
        "emotions": by_class(votes, faces.majority),
        "ladder": ladder,
    }
    return {"face": figures}


def _ladder(models: Path, faces: Faces) -> list[dict[str, Any]]:
    """A row for every way and degree of seeing faces worse; undisturbed ones first."""
    model = two_readings(models / face_files.INT8)
    images, majority = faces.images[::EVERY], faces.majority[::EVERY]
    labels = faces.labels[::EVERY]
    views = [("light", "all", images)]
    views += ((rung.kind, str(rung), rung.change(images)) for rung in rungs())
    return [
        {"seen": kind, "level": level} | _rung(see(model, pictures), majority, labels)
        for kind, level, pictures in views
    ]


def _rung(
    seen: Seen, majority: NDArray[np.int64], labels: NDArray[np.int64]
) -> dict[str, float | None]:
    """Accuracies of judging everything, of what the box judges, and of its trust in that."""
    known = majority >= 0
    right = (seen.votes.argmax(axis=1) == majority)[known]
    judged, trust = seen.judged[known], seen.trust[known]
    some = judged.mean() >= _LEAST_JUDGED
    return {
        "fer2013": accuracy(seen.label, labels),
        "ferplus": float(right.mean()),
        "judged": float(judged.mean()),
        "fer2013_judged": accuracy(seen.label[seen.judged], labels[seen.judged]) if some else None,
        "ferplus_judged": float(right[judged].mean()) if some else None,
        "ferplus_weighted": float(np.average(right[judged], weights=trust[judged]))
        if some
        else None,
        "trust": float(trust[judged].mean()) if some else None,
    }


def _readings(models: Path, pictures: Pictures | list[Pictures]) -> tuple[Scores, Scores]:
    """Scores of both readings, (n, 7) each: FER+'s votes, which the box uses, and FER2013's label.

    Raises ValueError for a model with one output.
    """
    model = two_readings(models / face_files.INT8)
    votes, label = zip(*(model.readings(normalise(picture)) for picture in pictures), strict=True)
    return softmax(np.stack(votes), axis=1), softmax(np.stack(label), axis=1)


def _float_readings(network: torch.nn.Module, pictures: Pictures) -> tuple[Scores, Scores]:
    inputs = torch.from_numpy(np.stack([normalise(picture) for picture in pictures]))
    with torch.no_grad():
        batches = [network(batch) for batch in inputs.permute(0, 3, 1, 2).split(256)]
    votes, label = (torch.cat(parts).numpy() for parts in zip(*batches, strict=True))
    return votes, label
