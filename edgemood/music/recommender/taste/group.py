"""The tastes of several people in one room, and of those who are not there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.music.recommender.taste.interactions import Evidence

LEAST_MISERY = 0.3
"""How much the least pleased listener counts beyond the mean of all: people accept a group's choice
better when it spares everybody their misery (Masthoff, "Group modeling", User Modeling and
User-Adapted Interaction 14, 2004)."""
NEAREST = 3
"""profiles that recommend"""
_LEAST_SHARED = 3
"""songs and moods that two profiles must both know, before they can be said to be alike"""

Floats = NDArray[np.float32]


def blended(likings: Sequence[Floats]) -> Floats:
    """What everybody present will think of each song: the mean, leaning to the least pleased.

    Takes (n,) for each, in [0, 1]; the first is overwritten.
    """
    together, *others = likings
    if not others:
        return together
    worst = together.copy()
    for liking in others:
        np.minimum(worst, liking, out=worst)
        together += liking
    together *= (1 - LEAST_MISERY) / len(likings)
    together += LEAST_MISERY * worst
    return together


def likeness(one: Evidence, other: Evidence) -> float:
    """Cosine between two tastes over the songs and moods both know, in [-1, 1]; 0 for too few."""
    _, mine, theirs = np.intersect1d(one.songs, other.songs, return_indices=True)
    a, b = one.leanings()[mine], other.leanings()[theirs]
    both = (a != 0) & (b != 0)
    if both.sum() < _LEAST_SHARED:
        return 0.0
    return float(a[both] @ b[both] / (np.linalg.norm(a[both]) * np.linalg.norm(b[both])))


def neighbours_say(
    present: Sequence[Evidence], others: Mapping[str, Evidence], emotion: Emotion
) -> tuple[dict[int, float], dict[int, str]]:
    """How the nearest other profiles lean on songs in a mood, in [-1, 1], and whose word it is.

    Only profiles that are alike are asked, the `NEAREST` of them; each counts by its likeness.
    """
    near = {
        name: sum(likeness(one, other) for one in present) / max(len(present), 1)
        for name, other in others.items()
    }
    nearest = sorted((name for name in near if near[name] > 0), key=near.__getitem__)[-NEAREST:]
    total = sum(near[name] for name in nearest)
    says: dict[int, float] = {}
    who: dict[int, str] = {}
    mood = EMOTIONS.index(emotion)
    for name in nearest:  # the nearest comes last and is named
        leanings = others[name].leanings()[:, mood]
        for song, leaning in zip(others[name].songs.tolist(), leanings.tolist(), strict=True):
            if leaning:
                says[song] = says.get(song, 0.0) + near[name] / total * leaning
                who[song] = name
    return says, who
