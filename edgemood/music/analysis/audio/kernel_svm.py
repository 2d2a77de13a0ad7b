"""Two judges of the same Gaussian kernel, in plain numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ARRAYS: Final = (
    *("mean", "deviation", "support", "width"),
    *("pair_coefficients", "pair_bias", "pair_sharpness", "word_coefficients", "word_bias"),
)


@dataclass(frozen=True, slots=True, eq=False)
class KernelMachine:
    """Judges features by how near they are to songs that it knows.

    One judge is a support-vector machine for each pair of classes; a class's logit is the sum of
    the log probabilities that it wins its pairs (pairwise coupling). The other was taught which
    mood words and genres people gave those songs, and what these say of the classes: two linear
    steps on the kernel, which are one. The mean of their log probabilities is the judgement.
    """

    mean: Floats
    """(features,): of the features in training"""
    deviation: Floats
    """(features,): their standard deviation"""
    support: Floats
    """(songs, features): standardised"""
    width: Floats
    """(): the kernel is exp(-width · squared distance)"""
    pair_coefficients: Floats
    """(songs, pairs): pairs in the order of `itertools.combinations`"""
    pair_bias: Floats
    """(pairs,)"""
    pair_sharpness: Floats
    """(): what calibrates the coupled logits"""
    word_coefficients: Floats
    """(songs, classes)"""
    word_bias: Floats
    """(classes,)"""

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> KernelMachine:
        """The machine in a file's `ARRAYS`."""
        return cls(*(arrays[name].astype(np.float32) for name in ARRAYS))

    def standardised(self, values: Floats) -> Floats:
        """Features (…, features) as the machine sees them, not more than 3 deviations off."""
        limited = np.clip((values - self.mean) / self.deviation, -3.0, 3.0)
        return np.asarray(limited, dtype=np.float32)

    def logits(self, values: Floats) -> Floats:
        """Log probabilities, (n, classes), of features (n, features)."""
        return np.float32(0.5) * (self.pair_logits(values) + self.word_logits(values))

    def pair_logits(self, values: Floats) -> Floats:
        """Log probabilities, (n, classes), by the pairs alone."""
        odds = self._kernel(values) @ self.pair_coefficients + self.pair_bias
        logits = np.zeros((len(odds), len(self.word_bias)), dtype=np.float32)
        pairs = combinations(range(logits.shape[1]), 2)
        for (first, second), each in zip(pairs, odds.T, strict=True):
            logits[:, first] -= np.logaddexp(0.0, -each)
            logits[:, second] -= np.logaddexp(0.0, each)
        return log_softmax(self.pair_sharpness * logits)

    def word_logits(self, values: Floats) -> Floats:
        """Log probabilities, (n, classes), by way of words alone."""
        return log_softmax(self._kernel(values) @ self.word_coefficients + self.word_bias)

    def _kernel(self, values: Floats) -> Floats:
        standard = self.standardised(values)
        lengths = (standard**2).sum(axis=1)[:, np.newaxis] + (self.support**2).sum(axis=1)
        kernel: Floats = np.exp(-self.width * (lengths - 2 * standard @ self.support.T))
        return kernel


def log_softmax(logits: Floats) -> Floats:
    """Log probabilities of rows of logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
