"""The classes that music research knows, in the words of this house."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from edgemood.emotion import AFFECT_OF_EMOTION, EMOTIONS, Affect, Emotion, Scores, as_scores


class MusicClass(NamedTuple):
    """What a class of a data set says of a song."""

    scores: Scores
    affect: Affect


def _pure(emotion: Emotion) -> MusicClass:
    weights = [float(emotion == other) for other in EMOTIONS]
    return MusicClass(as_scores(weights), AFFECT_OF_EMOTION[emotion])


def _calm() -> MusicClass:
    """None of the seven emotions: pleasant and quiet, so mostly neutral and a little happy.

    Its place on the plane is that of ``relaxed`` in Russell's circumplex (1980).
    """
    weights = {Emotion.NEUTRAL: 0.75, Emotion.HAPPY: 0.25}
    return MusicClass(as_scores([weights.get(e, 0.0) for e in EMOTIONS]), Affect(0.5, -0.5))


QUADRANTS: Final = ("happy", "angry", "sad", "calm")
"""Russell's and Thayer's quadrants Q1 to Q4."""

CLASSES: Final[Mapping[str, MusicClass]] = MappingProxyType(
    {emotion.value: _pure(emotion) for emotion in Emotion} | {"calm": _calm()}
)


def mood_of(probabilities: Mapping[str, float]) -> MusicClass:
    """The scores and the affect expected under probabilities of `CLASSES`."""
    total = sum(probabilities.values())
    scores = sum(p * CLASSES[name].scores for name, p in probabilities.items())
    affect = sum(p * np.array(CLASSES[name].affect) for name, p in probabilities.items())
    valence, arousal = (np.asarray(affect) / total).tolist()
    return MusicClass(as_scores(scores), Affect(valence, arousal))


def certainty(probabilities: Mapping[str, float]) -> float:
    """How much calibrated probabilities know, in [0, 1]: 0 when all are equal, 1 when one is 1."""
    classes = len(probabilities)
    return max(0.0, (classes * max(probabilities.values()) - 1.0) / (classes - 1.0))
