"""Which of its two readings should the box use? `python -m edgemood.training.face.ablation_heads`.

Both, and mixtures of their logits, are compared on PublicTest and on photographs from another
collection with one observer's labels, which no model here learned from; each photograph is found,
cut out and judged as the box does it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from edgemood.tflite import Model
from edgemood.training.common.metrics import accuracy, calibration_error, recalls
from edgemood.training.common.paths import MODELS
from edgemood.training.face import checkpoint as face_files
from edgemood.training.face.data import PUBLIC_TEST, load_faces
from edgemood.training.face.photographs import load_photographs
from edgemood.training.face.robustness import two_readings
from edgemood.vision.expression import normalise

_VOTES_SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)

Labels = NDArray[np.int64]
Readings = NDArray[np.float32]


def _surprisal(scores: Readings, labels: Labels) -> float:
    """Mean negative log-likelihood of the known labels."""
    known = labels >= 0
    likelihood = scores[known, labels[known]]
    return float(-np.log(np.maximum(likelihood, 1e-9)).mean())


def main() -> None:
    """Print accuracy, mean recall, calibration error and surprisal of each mixture."""
    model, faces = two_readings(MODELS / face_files.INT8), load_faces(PUBLIC_TEST)
    crops, photo_labels = load_photographs()
    votes, label = (np.stack(r) for r in zip(*_read(model, faces.images), strict=True))
    photo_votes, photo_label = (np.stack(r) for r in zip(*_read(model, crops), strict=True))
    print(f"{len(crops)} photographs; accuracy, mean recall, calibration error, surprisal in nats")
    print("| votes' share | FER2013 | FER+ | photographs |\n| --- | --- | --- | --- |")
    for share in _VOTES_SHARES:
        known = softmax(share * votes + (1 - share) * label, axis=1)
        fresh = softmax(share * photo_votes + (1 - share) * photo_label, axis=1)
        cases = [(known, faces.labels), (known, faces.majority), (fresh, photo_labels)]
        cells = [
            f"{accuracy(s, truth):.1%}, {np.nanmean(recalls(s, truth)):.1%}, "
            f"{calibration_error(s, truth):.1%}, {_surprisal(s, truth):.2f}"
            for s, truth in cases
        ]
        print(f"| {share} | {' | '.join(cells)} |")


def _read(model: Model, crops: list[NDArray[np.uint8]] | NDArray[np.uint8]) -> list[list[Readings]]:
    return [model.readings(normalise(crop)) for crop in crops]


if __name__ == "__main__":
    main()
