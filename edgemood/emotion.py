"""The vocabulary: seven emotions, score vectors over them, and the valence–arousal plane."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Emotion(StrEnum):
    """One of seven classes, in the order of FER2013 (Goodfellow et al., 2013)."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)
"""All emotions; the index of an emotion here is its index in every score vector."""

Scores = NDArray[np.float32]
"""A probability vector over `EMOTIONS`: shape (7,), float32, sums to 1, calibrated."""


class Affect(NamedTuple):
    """A point on Russell's plane; both coordinates lie in [-1, 1]."""

    valence: float
    """unpleasant (-1) to pleasant (1)"""
    arousal: float
    """calm (-1) to excited (1)"""


AFFECT_OF_EMOTION: dict[Emotion, Affect] = {
    Emotion.ANGRY: Affect(-0.51, 0.59),
    Emotion.DISGUST: Affect(-0.60, 0.35),
    Emotion.FEAR: Affect(-0.64, 0.60),
    Emotion.HAPPY: Affect(0.81, 0.51),
    Emotion.SAD: Affect(-0.63, -0.27),
    Emotion.SURPRISE: Affect(0.40, 0.67),
    Emotion.NEUTRAL: Affect(0.0, 0.0),
}
"""Mean pleasure and arousal ratings of the emotion terms: Russell & Mehrabian, "Evidence for a
three-factor theory of emotions", Journal of Research in Personality 11, 1977, table 2."""

_AFFECT_ROWS = np.array([AFFECT_OF_EMOTION[emotion] for emotion in EMOTIONS], dtype=np.float32)


def as_scores(weights: ArrayLike) -> Scores:
    """Normalise non-negative weights over `EMOTIONS`, shape (7,), to scores.

    Raises ValueError when the shape is wrong, a weight is negative or not finite, or all are zero.
    """
    vector = np.asarray(weights, dtype=np.float64)
    if vector.shape != (len(EMOTIONS),):
        raise ValueError(f"expected {len(EMOTIONS)} emotion weights, got shape {vector.shape}")
    if not np.isfinite(vector).all() or (vector < 0).any():
        raise ValueError(f"emotion weights must be finite and not negative, got {vector.tolist()}")
    total = vector.sum()
    if total == 0:
        raise ValueError("emotion weights are all zero")
    scores: Scores = (vector / total).astype(np.float32)
    return scores


def softmax(logits: ArrayLike) -> Scores:
    """Turn a model's calibrated logits, shape (7,), into scores."""
    shifted = np.asarray(logits, dtype=np.float64)
    exponentials = np.exp(shifted - shifted.max())
    return as_scores(exponentials)


def one_hot(emotion: Emotion) -> Scores:
    """Scores that are certain of one emotion."""
    scores = np.zeros(len(EMOTIONS), dtype=np.float32)
    scores[EMOTIONS.index(emotion)] = 1.0
    return scores


def strongest(scores: Scores) -> Emotion:
    """The emotion with the highest score."""
    return EMOTIONS[int(np.argmax(scores))]


def affect_of(scores: Scores) -> Affect:
    """The expected valence and arousal under the scores."""
    valence, arousal = (scores @ _AFFECT_ROWS).tolist()
    return Affect(valence, arousal)


NO_IDEA: Scores = as_scores([4 if emotion is Emotion.NEUTRAL else 1 for emotion in EMOTIONS])
"""Where nothing is known: flat, leaning to neutral; near the origin of the plane."""
NO_IDEA.setflags(write=False)
