"""A support-vector machine with a Gaussian kernel, in plain numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ARRAYS: Final = ("mean", "deviation", "support", "coefficients", "bias", "width", "sharpness")


@dataclass(frozen=True, slots=True, eq=False)
class KernelSvm:
    """One machine for each pair of classes, over the same support vectors.

    A class's logit is the sum of the log probabilities that it wins its pairs (pairwise coupling).
    """

    mean: Floats
    """(features,): of the features in training"""
    deviation: Floats
    """(features,): their standard deviation"""
    support: Floats
    """(vectors, features): standardised"""
    coefficients: Floats
    """(vectors, pairs): pairs in the order of `itertools.combinations`"""
    bias: Floats
    """(pairs,)"""
    width: Floats
    """(): the kernel is exp(-width · squared distance)"""
    sharpness: Floats
    """(): what calibrates the logits"""

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> KernelSvm:
        """The machine in a file's `ARRAYS`."""
        return cls(*(arrays[name].astype(np.float32) for name in ARRAYS))

    def standardised(self, values: Floats) -> Floats:
        """Features (features,) as the machine sees them, not more than 3 deviations off."""
        return np.clip((values - self.mean) / self.deviation, -3.0, 3.0).astype(np.float32)

    def logits(self, values: Floats) -> Floats:
        """Calibrated logits, (classes,), of features (features,)."""
        distance = ((self.support - self.standardised(values)) ** 2).sum(axis=1)
        odds = np.exp(-self.width * distance) @ self.coefficients + self.bias
        logits = np.zeros(int((1 + np.sqrt(1 + 8 * len(odds))) / 2), dtype=np.float32)
        for (first, second), each in zip(combinations(range(len(logits)), 2), odds, strict=True):
            logits[first] -= np.logaddexp(0.0, -each)
            logits[second] -= np.logaddexp(0.0, each)
        return logits * self.sharpness
