"""A support-vector machine with a Gaussian kernel, in plain numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ARRAYS: Final = ("mean", "deviation", "support", "coefficients", "bias", "width")


@dataclass(frozen=True, slots=True, eq=False)
class KernelSvm:
    """One machine a class, each against the rest, over the same support vectors."""

    mean: Floats
    """(features,): of the features in training"""
    deviation: Floats
    """(features,): their standard deviation"""
    support: Floats
    """(vectors, features): standardised"""
    coefficients: Floats
    """(vectors, classes)"""
    bias: Floats
    """(classes,)"""
    width: Floats
    """(): the kernel is exp(-width · squared distance)"""

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
        logits: Floats = np.exp(-self.width * distance) @ self.coefficients + self.bias
        return logits
