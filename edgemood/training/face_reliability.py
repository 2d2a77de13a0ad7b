"""Fit the reliability of a judged face: `python -m edgemood.training.face_reliability`.

Faces of PublicTest are seen through random darkness, distance and blur, alone and together. A
logistic regression whose weights are not negative then says how likely the box's judgement is that
of most of ten people. The constants printed stand in `edgemood/vision/quality.py` and `light.py`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from edgemood.training import face_files
from edgemood.training.datasets import MODELS
from edgemood.training.face_augment import dim
from edgemood.training.face_data import PUBLIC_TEST, load_faces
from edgemood.training.face_ladder import EVERY, Seen, rungs, see, two_readings
from edgemood.training.metrics import accuracy, calibration_error

_GROUPS = 60  # of faces that are seen through the same darkness, distance and blur
_PASSES = 2  # over the faces
_NAMES = ("light", "width", "sharpness", "confidence")

Floats = NDArray[np.float64]


def fit(grounds: Floats, right: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Bias and weights (k,) of the most likely logistic model with no weight below zero.

    `grounds` is (n, k), `right` (n,).
    """
    signs = np.where(right, 1.0, -1.0)

    def loss(values: Floats) -> tuple[float, Floats]:
        margins = signs * (values[0] + grounds @ values[1:])
        slopes = -signs / (1 + np.exp(margins)) / len(signs)
        gradient = np.concatenate([[slopes.sum()], slopes @ grounds])
        return float(np.logaddexp(0, -margins).mean()), gradient

    count = grounds.shape[1]
    bounds = [(None, None)] + [(0.0, None)] * count
    found = minimize(loss, np.zeros(1 + count), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), found.x[1:]


def _worsened(pictures: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each of blur, distance and darkness befalls half of the groups."""
    if random.random() < 0.5:
        sigma_px = random.uniform(0.3, 3.0)
        pictures = np.stack([cv2.GaussianBlur(p, (0, 0), sigma_px) for p in pictures])
    if random.random() < 0.5:
        size = (int(random.integers(12, 48)),) * 2
        pictures = np.stack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures])
    if random.random() < 0.5:
        pictures = dim(pictures, float(np.exp(random.uniform(np.log(8), np.log(2000)))))
    return pictures


def _right(seen: Seen, majority: NDArray[np.int64]) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = seen.votes.argmax(axis=1) == majority
    return right


def main() -> None:
    """Print the constants, and the ladder from which the thresholds are read."""
    faces, model = load_faces(PUBLIC_TEST), two_readings(MODELS / face_files.INT8)
    random = np.random.default_rng(0)
    known = np.flatnonzero(faces.majority >= 0)
    groups = [
        group
        for _ in range(_PASSES)
        for group in np.array_split(random.permutation(known), _GROUPS)
    ]
    views = [(see(model, _worsened(faces.images[group], random)), group) for group in groups]
    grounds = np.concatenate([seen.grounds for seen, _ in views])
    right = np.concatenate([_right(seen, faces.majority[group]) for seen, group in views])
    bias, weights = fit(grounds, right)
    chance = 1 / (1 + np.exp(-(bias + grounds @ weights)))
    both = np.stack([1 - chance, chance], axis=1).astype(np.float32)
    error = calibration_error(both, right.astype(np.int64))
    print(f"bias {bias:.2f}, weights", dict(zip(_NAMES, weights.round(2).tolist(), strict=True)))
    print(f"{len(right):,} views, {right.mean():.1%} right, calibration error {error:.1%}")
    images, majority = faces.images[::EVERY], faces.majority[::EVERY]
    labels = faces.labels[::EVERY]
    print("| kind | level | FER+ | FER2013 | light 10, 50, 90 % | sharpness 10, 50, 90 % |")
    for rung in rungs():
        seen = see(model, rung.change(images))
        spread = np.percentile([seen.light, seen.sharpness], [10, 50, 90], axis=1).round(3).T
        print(
            f"| {rung.kind} | {rung} | {accuracy(seen.votes, majority):.1%} "
            f"| {accuracy(seen.label, labels):.1%} | {spread[0]} | {spread[1]} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
