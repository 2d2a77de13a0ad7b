"""Figures of a classifier that may abstain: over the share that is judged, and by class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.training.common.metrics import accuracy, calibration_error, recalls

_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 1.0)

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def over_coverage(scores: Floats, labels: Labels) -> list[dict[str, Any]]:
    """Accuracy, and mean recall of the emotions that occur, of the most confident samples."""
    scores, labels = scores[labels >= 0], labels[labels >= 0]
    order = np.argsort(-scores.max(axis=1), kind="stable")
    parts = [order[: max(1, round(share * len(order)))] for share in _SHARES]
    return [
        {
            "judged": share,
            "accuracy": accuracy(scores[part], labels[part]),
            "uar": float(np.nanmean(recalls(scores[part], labels[part]))),
        }
        for share, part in zip(_SHARES, parts, strict=True)
    ]


def by_class(scores: Floats, labels: Labels) -> list[dict[str, Any]]:
    """Of each emotion: recall, precision, and how far its score is the chance that it is true."""
    scores, labels = scores[labels >= 0], labels[labels >= 0]
    said, of_class = scores.argmax(axis=1), recalls(scores, labels)
    rows = []
    for number, emotion in enumerate(EMOTIONS):
        true, judged = labels == number, said == number
        score = scores[:, number]
        rows.append(
            {
                "emotion": str(emotion),
                "faces": int(true.sum()),
                "recall": float(of_class[number]),
                "precision": float(true[judged].mean()) if judged.any() else None,
                "confidence": float(score[judged].mean()) if judged.any() else None,
                "ece": calibration_error(np.stack([1 - score, score], axis=1), true.astype(int)),
            }
        )
    return rows
