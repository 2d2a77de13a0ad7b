"""Which part of past choices proved right: what the parts of the next one count."""

from __future__ import annotations

from collections.abc import Mapping

from edgemood.config.schema import ChoiceWeights

PARTS = ("content", "taste", "neighbours")

_STRENGTH = 30.0
"""choices it takes for a part's own record to count as much as the average of all"""
_LEAST, _MOST = 0.5, 1.5
"""the owner's weights are corrected, not replaced"""
_KEPT = 0.998
"""of older choices with every new one: the last 500 matter"""

Credit = dict[str, tuple[float, float]]
"""How much each part had to do with choices that proved right, and wrong."""


def weights(config: ChoiceWeights, credit: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """What each part counts now; they sum to 1.

    A part whose choices are skipped more often than those of the others counts less, at worst half.
    When all are configured as 0, content alone counts.
    """
    configured = {part: float(getattr(config, part)) for part in PARTS}
    if not any(configured.values()):
        configured["content"] = 1.0
    good = sum(right for right, _ in credit.values())
    bad = sum(wrong for _, wrong in credit.values())
    average = (good + 1) / (good + bad + 2)
    corrected = {}
    for part, weight in configured.items():
        right, wrong = credit.get(part, (0.0, 0.0))
        rate = (right + _STRENGTH * average) / (right + wrong + _STRENGTH)
        corrected[part] = weight * min(max(rate / average, _LEAST), _MOST)
    total = sum(corrected.values())
    return {part: weight / total for part, weight in corrected.items()}


def credited(credit: Credit, shares: Mapping[str, float], *, right: bool) -> Credit:
    """The credit after one more choice, in which each part had this share."""
    after: Credit = {}
    for part in PARTS:
        good, bad = (_KEPT * count for count in credit.get(part, (0.0, 0.0)))
        share = shares.get(part, 0.0)
        after[part] = (good + share, bad) if right else (good, bad + share)
    return after


def shares_of(advantages: Mapping[str, float]) -> dict[str, float]:
    """How much each part had to do with a choice: by how far it set the song above the average."""
    ahead = {part: max(advantage, 0.0) for part, advantage in advantages.items()}
    total = sum(ahead.values())
    return {part: advantage / total for part, advantage in ahead.items()} if total else {}
