"""Fits the machine on a song's features: support vectors for pairs, and a way by mood words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import SVC

from edgemood.music.analysis.audio.kernel_svm import KernelMachine, log_softmax
from edgemood.music.analysis.classes import QUADRANTS

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Labels = NDArray[np.int64]

FOLDS = 8
SHUFFLES = 2
ODDS = 3.0
"""log odds at the margin"""
PLAINNESS = 0.01
"""the inverse penalty of what words say of quadrants"""
SOFTNESSES = (2.0, 4.0)
WIDTHS = (0.45, 0.6)
RIDGES = (0.15, 0.3)


@dataclass(frozen=True, slots=True)
class Setting:
    """What cross-validation chooses."""

    softness: float
    """of the margins between pairs"""
    width: float
    """of the kernel, divided by the number of features"""
    ridge: float
    """penalty of the regression onto words"""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Songs to learn from."""

    values: Floats
    """(n, features)"""
    quadrants: Labels
    """(n,)"""
    words: Floats
    """(n, words) what people said of the song: mood words, genres, weak affect"""
    artists: Sequence[str]

    def rows(self, chosen: Labels) -> Lesson:
        """Some of the songs."""
        artists = [self.artists[row] for row in chosen]
        return Lesson(self.values[chosen], self.quadrants[chosen], self.words[chosen], artists)


def choose(lesson: Lesson) -> tuple[Setting, float, float]:
    """The setting that makes unseen artists' quadrants likeliest, and both judges' sharpness."""
    found = {}
    for setting in (Setting(*each) for each in product(SOFTNESSES, WIDTHS, RIDGES)):
        pairs, words = cross_validated(setting, lesson)
        truth = np.tile(lesson.quadrants, SHUFFLES)
        sharp = sharpness(pairs, truth), sharpness(words, truth)
        by_pairs, by_words = log_softmax(sharp[0] * pairs), log_softmax(sharp[1] * words)
        both = log_softmax(np.float32(0.5) * (by_pairs + by_words))
        alone = f"pairs alone {_likely(by_pairs, truth):.3f}, words {_likely(by_words, truth):.3f}"
        right = float((both.argmax(axis=1) == truth).mean())
        likely = _likely(both, truth)
        print(f"{setting}: accuracy {right:.3f}, log likelihood {likely:.4f}, {alone}", flush=True)
        found[setting] = likely, sharp
    best = max(found, key=lambda setting: found[setting][0])
    return best, *found[best][1]


def cross_validated(setting: Setting, lesson: Lesson) -> tuple[Floats, Floats]:
    """Both judges' log probabilities, (shuffles · n, 4), of songs by artists they did not hear."""
    by_pairs, by_words = [], []
    for seed in range(SHUFFLES):
        pairs, words = np.zeros((2, len(lesson.values), len(QUADRANTS)), dtype=np.float32)
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        for seen, unseen in folds.split(lesson.values, lesson.quadrants, lesson.artists):
            machine = fit(setting, lesson.rows(seen))
            pairs[unseen] = machine.pair_logits(lesson.values[unseen])
            words[unseen] = machine.word_logits(lesson.values[unseen])
        by_pairs.append(pairs)
        by_words.append(words)
    return np.concatenate(by_pairs), np.concatenate(by_words)


def fit(setting: Setting, lesson: Lesson) -> KernelMachine:
    """Fit both judges; neither is calibrated yet."""
    mean = lesson.values.mean(axis=0)
    deviation = np.maximum(lesson.values.std(axis=0), 1e-6)
    standard = np.clip((lesson.values - mean) / deviation, -3.0, 3.0).astype(np.float64)
    width = setting.width / standard.shape[1]
    lengths = (standard**2).sum(axis=1)
    distances = lengths[:, np.newaxis] + lengths - 2 * standard @ standard.T
    kernel = np.exp(-width * distances)
    parts = (
        *(mean, deviation, standard, np.array(width)),
        *_pairs(kernel, lesson.quadrants, setting.softness),
        np.array(1.0),
        *_by_words(kernel, lesson.words, lesson.quadrants, setting.ridge),
    )
    return KernelMachine(*(part.astype(np.float32) for part in parts))


def calibrated(machine: KernelMachine, pairs: float, words: float) -> KernelMachine:
    """The machine with both judges' logits multiplied by their sharpness."""
    return replace(
        machine,
        pair_sharpness=np.array(pairs, dtype=np.float32),
        word_coefficients=machine.word_coefficients * np.float32(words),
        word_bias=machine.word_bias * np.float32(words),
    )


def _pairs(kernel: Doubles, quadrants: Labels, softness: float) -> tuple[Doubles, Doubles]:
    """Coefficients (n, pairs) and biases (pairs,) of a machine for each pair of quadrants."""
    pairs = list(combinations(range(len(QUADRANTS)), 2))
    coefficients, bias = np.zeros((len(kernel), len(pairs))), np.zeros(len(pairs))
    for number, pair in enumerate(pairs):
        about = np.flatnonzero(np.isin(quadrants, pair))
        machine = SVC(C=softness, kernel="precomputed")
        machine.fit(kernel[np.ix_(about, about)], quadrants[about] == pair[0])
        coefficients[about[machine.support_], number] = ODDS * machine.dual_coef_[0]
        bias[number] = ODDS * machine.intercept_[0]
    return coefficients, bias


def _by_words(
    kernel: Doubles, words: Floats, quadrants: Labels, ridge: float
) -> tuple[Doubles, Doubles]:
    """Coefficients (n, classes) and biases (classes,) of regression onto words, then quadrants.

    What words say of quadrants is learned from the words that the regression finds in each song
    when that song is left out (in closed form), because that is what it will be given.
    """
    usual = words.mean(axis=0)
    inverse = np.linalg.inv(kernel + ridge * np.eye(len(kernel)))
    weights = inverse @ (words - usual)
    left_out = words - weights / np.diag(inverse)[:, np.newaxis]
    centre, spread = left_out.mean(axis=0), left_out.std(axis=0)
    judge = LogisticRegression(C=PLAINNESS, max_iter=500)
    judge.fit((left_out - centre) / spread, quadrants)
    said = judge.coef_ / spread  # (classes, words)
    return weights @ said.T, judge.intercept_ + (usual - centre) @ said.T


def sharpness(logits: Floats, quadrants: Labels) -> float:
    """What to multiply logits by to make the truth likeliest (temperature scaling, inverted)."""
    factors: list[float] = np.geomspace(0.1, 10.0, 150).tolist()
    return max(factors, key=lambda factor: _likely(log_softmax(factor * logits), quadrants))


def _likely(log_probabilities: Floats, truth: Labels) -> float:
    """The mean log probability of the truth."""
    return float(log_probabilities[np.arange(len(truth)), truth].mean())
