"""The support-vector machine on hand-made features, and its export for `KernelSvm`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import SVC

from edgemood.music.analysis.classes import QUADRANTS
from edgemood.music.analysis.kernel_svm import KernelSvm

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

SEED = 6
FOLDS = 6
ODDS = 3.0
"""log odds at the margin"""
SOFTNESS = (2.0, 4.0)
WIDTHS = (0.2, 0.3)
"""of the kernel, divided by the number of features"""


@dataclass(frozen=True, slots=True)
class Setting:
    """What cross-validation chooses."""

    softness: float
    width: float


def choose(values: Floats, quadrants: Labels, artists: Sequence[str]) -> tuple[Setting, float]:
    """The setting with the best accuracy on unseen artists, and what to sharpen its logits by."""
    found = {}
    for setting in (Setting(softness, width) for softness in SOFTNESS for width in WIDTHS):
        logits = cross_validated(setting, values, quadrants, artists)
        accuracy = float((logits.argmax(axis=1) == quadrants).mean())
        print(f"SVM, {setting}: cross-validated accuracy {accuracy:.3f}", flush=True)
        found[setting] = accuracy, logits
    best = max(found, key=lambda setting: found[setting][0])
    return best, sharpness(found[best][1], quadrants)


def cross_validated(
    setting: Setting, values: Floats, quadrants: Labels, artists: Sequence[str]
) -> Floats:
    """Logits, (n, 4), each from machines that saw no clip of the same artist."""
    logits = np.zeros((len(values), len(QUADRANTS)), dtype=np.float32)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(values, quadrants, artists):
        machine = fit(setting, values[seen], quadrants[seen])
        logits[unseen] = [machine.logits(row) for row in values[unseen]]
    return logits


def fit(setting: Setting, values: Floats, quadrants: Labels, sharp: float = 1.0) -> KernelSvm:
    """Fit one machine a pair of quadrants; the logits are multiplied by `sharp`."""
    mean = values.mean(axis=0)
    deviation = np.maximum(values.std(axis=0), 1e-6)
    standard = np.clip((values - mean) / deviation, -3.0, 3.0)
    width = setting.width / values.shape[1]
    pairs = list(combinations(range(len(QUADRANTS)), 2))
    coefficients = np.zeros((len(values), len(pairs)))
    bias = np.zeros(len(pairs))
    for number, pair in enumerate(pairs):
        about = np.flatnonzero(np.isin(quadrants, pair))
        machine = SVC(C=setting.softness, gamma=width)
        machine.fit(standard[about], quadrants[about] == pair[0])
        coefficients[about[machine.support_], number] = ODDS * machine.dual_coef_[0]
        bias[number] = ODDS * machine.intercept_[0]
    used = np.flatnonzero(np.abs(coefficients).sum(axis=1) > 0)
    return KernelSvm(
        mean.astype(np.float32),
        deviation.astype(np.float32),
        standard[used].astype(np.float32),
        coefficients[used].astype(np.float32),
        bias.astype(np.float32),
        np.array(width, dtype=np.float32),
        np.array(sharp, dtype=np.float32),
    )


def sharpness(logits: Floats, quadrants: Labels) -> float:
    """What to multiply logits by to make the truth likeliest (temperature scaling, inverted)."""

    def surprise(factor: float) -> float:
        scaled = logits * factor
        total = np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1))
        own = (scaled - scaled.max(axis=1, keepdims=True))[np.arange(len(scaled)), quadrants]
        return float((total - own).mean())

    factors: list[float] = np.geomspace(0.1, 10.0, 150).tolist()
    return min(factors, key=surprise)
