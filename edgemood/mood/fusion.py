"""Evidence of a few seconds joined to one opinion, weighted by reliability and age.

*Within* a sense, scores are averaged (a linear opinion pool), first those of several faces in one
picture, then those of the window. Neighbouring frames show the same
face in the same light and err together; multiplying them would count one error many times, and the
sum rule is the one that bears wrong estimates best (Kittler et al., "On combining classifiers",
IEEE PAMI 20(3), 1998).

*Across* senses, opinions are multiplied (the independent opinion pool): given the emotion, what a
camera and a microphone get wrong has little in common, so two weak opinions that agree are a
stronger one, which an average can never be (Genest & Zidek, "Combining probability distributions",
Statistical Science 1(1), 1986). A product lets one sense veto the other; therefore each opinion is
first discounted towards "no idea" by how far its sense can be trusted (Shafer, "A mathematical
theory of evidence", 1976, ch. 11).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Emotion, Scores, as_scores, strongest
from edgemood.records import Evidence, Reason, Sense

FULL_RECORDS = 4
"""A sense is trusted as far as its four best recent records, missing ones counting as zero. So the
pace of a sense does not matter beyond a second of frames or three of voice, and no reliable record
is held against it by poor ones beside it."""

NEGLIGIBLE = 1e-9
"""A record that weighs no more than this says nothing; sums of still smaller weights vanish."""

SURE = 0.5
"""A sense is sure when, discounted by its trust, it gives one emotion more than all others."""

MAX_TRUST = 0.98
"""No sense is ever beyond doubt, so that it cannot veto the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What one sense says over the window."""

    scores: Scores
    """mean of its records by reliability and age, shape (7,)"""
    trust: float
    """how far to believe them, in [0, 1)"""
    votes: NDArray[np.intp]
    """how many records were strongest in each emotion, shape (7,)"""

    @property
    def is_sure(self) -> bool:
        """Whether it stands for one emotion although its sense may err."""
        return float(_discounted(self).max()) > SURE


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """What the senses say together at one instant."""

    scores: Scores
    """shape (7,); uniform when no sense judges"""
    confidence: float
    """in [0, 1]: the winner's score, lowered as far as a sense that is sure says otherwise"""
    opinions: Mapping[Sense, Opinion]
    """of the senses that judge; empty when there is none"""
    reasons: Mapping[Sense, Reason]
    """the most frequent reason of each sense that mostly abstains"""
    supporters: int
    """records whose own strongest emotion is the winner"""
    newest_s: float
    """monotonic seconds of the newest record that judged; -inf when none did"""
    overruled: Sense | None = None
    """the sense that is sure of something else and, by the owner's wish, not believed"""

    @property
    def contradiction(self) -> bool:
        """Whether the senses are sure of different emotions."""
        return len({strongest(own.scores) for own in self.opinions.values() if own.is_sure}) > 1

    @property
    def winner(self) -> Emotion | None:
        """The emotion with the highest score; None when no sense judges."""
        return strongest(self.scores) if self.opinions else None

    @property
    def shares(self) -> dict[Sense, float]:
        """How much each sense weighs, summing to 1; empty when no sense judges."""
        total = sum(opinion.trust for opinion in self.opinions.values())
        return {sense: opinion.trust / total for sense, opinion in self.opinions.items()}


def recency(age_s: float, window_s: float) -> float:
    """Weight of a record by its age, in [0, 1]; 0 outside the window and before its time.

    Half an Epanechnikov kernel: flat for the newest records, and zero at the window's end, so that
    nothing jumps when a record leaves (Epanechnikov, Theory of Probability 14(1), 1969).
    """
    return 1.0 - (age_s / window_s) ** 2 if 0.0 <= age_s < window_s else 0.0


class _Judgement(NamedTuple):
    """Evidence that judges, as far as it counts now."""

    scores: Scores
    weight: float
    at_s: float


def fuse(evidence: Iterable[Evidence], now_s: float, window_s: float) -> Fused:
    """Join the evidence that is less than `window_s` old; its order does not matter."""
    judgements: dict[Sense, list[_Judgement]] = {sense: [] for sense in Sense}
    reasons: dict[Sense, dict[Reason | None, float]] = {
        sense: defaultdict(float) for sense in Sense
    }
    for (sense, at_s), records in _moments(evidence).items():
        recent = recency(now_s - at_s, window_s)
        said = [record for record in records if recent * record.reliability > NEGLIGIBLE]
        if said:
            scores, reliability = join(said)
            reasons[sense][None] += recent
            judgements[sense].append(_Judgement(scores, recent * reliability, at_s))
            continue
        abstaining = [record.reason for record in records if record.scores is None]
        for reason in abstaining:
            reasons[sense][reason] += recent / len(abstaining)
    opinions = {sense: _opinion(own) for sense, own in judgements.items() if own}
    scores, confidence = _pool(opinions.values())
    winner = int(np.argmax(scores))
    return Fused(
        scores=scores,
        confidence=confidence,
        opinions=opinions,
        reasons={sense: reason for sense, own in reasons.items() if (reason := _main_reason(own))},
        supporters=sum(int(opinion.votes[winner]) for opinion in opinions.values()),
        newest_s=max(
            (judgement.at_s for own in judgements.values() for judgement in own), default=-math.inf
        ),
    )


def join(records: Sequence[Evidence]) -> tuple[Scores, float]:
    """Scores and reliability of several faces in one picture; every record has scores.

    Scores are averaged by reliability. The whole is as reliable as the face seen best: somebody in
    the background hardly weighs, and must not make the others' word worth less. Nor do many faces
    make a moment worth more: they stand in the same light and err together.
    """
    reliabilities = np.array([record.reliability for record in records])
    best = float(reliabilities.max())
    weights = reliabilities / best if best > NEGLIGIBLE else np.ones(len(records))
    rows = np.array([record.scores for record in records], dtype=np.float64)
    return as_scores(weights @ rows), best


def _moments(evidence: Iterable[Evidence]) -> dict[tuple[Sense, float], list[Evidence]]:
    """The records of each sense at each instant."""
    moments: dict[tuple[Sense, float], list[Evidence]] = defaultdict(list)
    for record in evidence:
        moments[record.sense, record.at_s].append(record)
    return moments


def _opinion(judgements: list[_Judgement]) -> Opinion:
    weights = np.array([judgement.weight for judgement in judgements])
    rows = np.array([judgement.scores for judgement in judgements], dtype=np.float64)
    best = np.sort(weights)[-FULL_RECORDS:]
    return Opinion(
        scores=as_scores((weights / weights.max()) @ rows),
        trust=MAX_TRUST * float(best.sum()) / FULL_RECORDS,
        votes=np.bincount(rows.argmax(axis=1), minlength=len(EMOTIONS)),
    )


def _main_reason(weights: Mapping[Reason | None, float]) -> Reason | None:
    """Why a sense abstains, where it does so for most of the window; None stands for judging."""
    abstaining = {reason: weight for reason, weight in weights.items() if reason is not None}
    if sum(abstaining.values()) <= weights.get(None, 0.0):
        return None
    return max(abstaining, key=lambda reason: (abstaining[reason], reason))


def _pool(opinions: Iterable[Opinion]) -> tuple[Scores, float]:
    """Scores and confidence of the discounted opinions taken together."""
    discounted = [_discounted(opinion) for opinion in opinions]
    joint = np.ones(len(EMOTIONS))
    for scores in discounted:
        joint *= scores
    joint /= joint.sum()
    if not discounted:
        return as_scores(joint), 0.0
    winner = int(np.argmax(joint))
    confidence = float(joint[winner])
    for scores in discounted:
        confidence *= 1.0 - float(scores.max() - scores[winner])
    return as_scores(joint), confidence


def _discounted(opinion: Opinion) -> NDArray[np.float64]:
    uniform = 1.0 / len(EMOTIONS)
    return opinion.trust * opinion.scores.astype(np.float64) + (1.0 - opinion.trust) * uniform
