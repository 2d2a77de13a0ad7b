"""A person's own resting face: some people look sad, or cross, when they are neutral.

While a face stays in view, the slow mean of what it says at rest is kept. Where it leans more to an
emotion at rest than most faces do, that emotion is taken for granted a little less. Rest is what
reads as neutral, and the first seconds of a face in view. Two bounds keep expressions from being
hidden: one that is more than e ** `SHIFT_MAX` times as likely as neutral is always told, and one
that lasts for `LASTING_S` without a break is told from then on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion, Scores, softmax
from edgemood.vision.fitted import RESTING

SHIFT_MAX = 0.7
"""Most by which the log-odds of an emotion against neutral are lowered."""

LASTING_S = 45.0
"""For so long an expression that is never interrupted may be taken for somebody's rest."""

FIRST_S = 15.0
"""For how long in view everything that a face says is taken for its rest."""

SLOW_S = 60.0
"""Time constant of the mean; at first it is the plain mean."""

DOUBT_S = 10.0
"""So many seconds of rest count as much as the assumption that a face rests as most do."""

_LONGEST_S = 1.0  # that one look stands for
_LEAST = 1e-3  # of a score, whose logarithm counts
_NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)

LogOdds = NDArray[np.float64]


@dataclass(slots=True)
class _Rest:
    """What one face says at rest, and what it says at present."""

    mean: LogOdds
    """(7,): log-odds against neutral"""
    at_s: float
    says: int
    """the emotion of the last look, before anything is taken off"""
    says_since_s: float
    learned_s: float = 0.0
    seen_s: float = 0.0
    """how long the face has been in view, gaps left out"""


class RestingFaces:
    """The resting face of each track."""

    def __init__(self) -> None:
        self._rests: dict[int, _Rest] = {}

    def judge(self, number: int, scores: Scores, at_s: float) -> Scores:
        """What a track says at `at_s` beyond its rest, and learn from it. Time never runs back."""
        says = int(scores.argmax())
        if number not in self._rests:
            self._rests[number] = _Rest(np.array(RESTING), at_s, says, at_s)
        rest = self._rests[number]
        if says != rest.says:
            rest.says, rest.says_since_s = says, at_s
        odds = log_odds(scores)
        judged = softmax(odds - _shift(rest, at_s))
        passed_s = min(at_s - rest.at_s, _LONGEST_S)
        rest.at_s = at_s
        rest.seen_s += passed_s
        if rest.seen_s <= FIRST_S or judged.argmax() == _NEUTRAL:
            rest.learned_s += passed_s
            weight = 1 - math.exp(-passed_s / min(SLOW_S, max(rest.learned_s, _LEAST)))
            rest.mean += weight * (odds - rest.mean)
        return judged

    def keep(self, numbers: frozenset[int]) -> None:
        """Forget all other tracks."""
        self._rests = {number: rest for number, rest in self._rests.items() if number in numbers}


def log_odds(scores: Scores) -> LogOdds:
    """Of each emotion against neutral, (7,)."""
    logarithms: LogOdds = np.log(np.maximum(scores, _LEAST)).astype(np.float64)
    against_neutral: LogOdds = logarithms - logarithms[_NEUTRAL]
    return against_neutral


def _shift(rest: _Rest, at_s: float) -> LogOdds:
    belief = rest.learned_s / (rest.learned_s + DOUBT_S)
    shift: LogOdds = np.clip(belief * (rest.mean - np.array(RESTING)), 0.0, SHIFT_MAX)
    if at_s - rest.says_since_s >= LASTING_S:
        shift[rest.says] = 0.0
    return shift
