"""Figures of a classifier, from its scores (n, classes) and the true labels (n,).

A label below 0 means that the truth is not known; such samples are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

AROUSED = np.array([e in {"angry", "fear", "happy", "surprise"} for e in EMOTIONS])
"""Which emotions are acted with more, not less, than an even voice."""
_BINS = 15  # of the expected calibration error, as in Guo et al., 2017


def accuracy(scores: Floats, labels: Labels) -> float:
    """Share of samples whose highest score is that of the true class."""
    return float(_right(*_known(scores, labels)).mean())


def confusion(scores: Floats, labels: Labels) -> NDArray[np.int64]:
    """How often the class of the row was judged to be that of the column, (classes, classes)."""
    scores, labels = _known(scores, labels)
    classes = scores.shape[1]
    pairs = labels * classes + scores.argmax(axis=1)
    counts = np.bincount(pairs, minlength=classes**2).astype(np.int64)
    return counts.reshape(classes, classes)


def recalls(scores: Floats, labels: Labels) -> NDArray[np.float64]:
    """Share of each class that is recognised, (classes,); NaN for a class without samples."""
    counts = confusion(scores, labels)
    totals = counts.sum(axis=1)
    shares = np.full(len(counts), np.nan)
    np.divide(np.diag(counts), totals, out=shares, where=totals > 0)
    return shares


def reliability_bins(scores: Floats, labels: Labels) -> list[tuple[float, float, int]]:
    """(mean confidence, accuracy, samples) of 15 equal ranges of confidence that are not empty."""
    scores, labels = _known(scores, labels)
    confidence, right = scores.max(axis=1), _right(scores, labels)
    places = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        (float(confidence[inside].mean()), float(right[inside].mean()), int(inside.sum()))
        for inside in (places == place for place in range(_BINS))
        if inside.any()
    ]


def calibration_error(scores: Floats, labels: Labels) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over the bins."""
    bins = reliability_bins(scores, labels)
    samples = sum(count for _, _, count in bins)
    return sum(abs(confidence - right) * count for confidence, right, count in bins) / samples


def coverage_curve(scores: Floats, labels: Labels) -> NDArray[np.float64]:
    """Accuracy of the most confident 1, 2, … n samples, (n,)."""
    scores, labels = _known(scores, labels)
    order = np.argsort(-scores.max(axis=1), kind="stable")
    right = _right(scores, labels)[order]
    curve: NDArray[np.float64] = np.cumsum(right) / np.arange(1, len(right) + 1)
    return curve


def _known(scores: Floats, labels: Labels) -> tuple[Floats, Labels]:
    known = labels >= 0
    if not known.any():
        raise ValueError("no sample has a known label")
    return scores[known], labels[known]


def _right(scores: Floats, labels: Labels) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = scores.argmax(axis=1) == labels
    return right
