"""The rule that decides which faces the box judges, and the thresholds that keep it.

At every rung of the ladder six in ten of those faces that are judged must be told right, by both
readings of the model, or nearly none of that rung may be judged. Of all thresholds that keep the
rule on PublicTest those are taken that let the most right judgements through, all rungs together:
a living room is as often dim as bright.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIGHT_MIN = 0.6
"""Least share of right judgements among those that are made."""

NEARLY_NONE = 0.01
"""Share of a rung's faces up to which a few that slip through say nothing."""

SURE_DEVIATIONS = 1.0
"""How far the share must lie above `RIGHT_MIN`, in standard deviations of a share of so many faces:
thresholds are chosen on some faces and must hold for others."""

_DARK = np.linspace(0.02, 0.16, 8)
_BLURRED = np.linspace(0.004, 0.048, 12)
_TRUSTED = np.linspace(0.0, 0.9, 37)
"""What is tried. Below the first values a face is darker and more blurred than on any rung."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gate:
    """Least light on a face, sharpness and reliability with which it is judged."""

    dark_below: float
    blurred_below: float
    trusted_from: float


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """The n faces of one rung: how each is seen, and which reading tells it right; all (n,).

    `votes_known` is false where ten people did not agree.
    """

    light: Floats
    sharpness: Floats
    trust: Floats
    votes_right: Flags
    votes_known: Flags
    label_right: Flags

    def passed(self, gate: Gate) -> Flags:
        """Which faces are judged."""
        passed: Flags = (
            (self.light >= gate.dark_below)
            & (self.sharpness >= gate.blurred_below)
            & (self.trust >= gate.trusted_from)
        )
        return passed

    def keeps_rule(self, passed: Flags) -> bool:
        """Whether enough of the faces that `passed` are told right by both readings."""
        if passed.mean() < NEARLY_NONE:
            return True
        readings = ((self.votes_right, self.votes_known), (self.label_right, np.True_))
        return all(_enough(right[passed & known]) for right, known in readings)


def best_gate(rungs: Sequence[Tried]) -> Gate:
    """The gate that keeps the rule on all rungs with the most right judgements.

    Raises ValueError when no gate keeps the rule.
    """
    tried = (Gate(*(float(v) for v in t)) for t in itertools.product(_DARK, _BLURRED, _TRUSTED))
    kept = [gate for gate in tried if all(rung.keeps_rule(rung.passed(gate)) for rung in rungs)]
    if not kept:
        raise ValueError("no thresholds keep the rule on every rung")
    return max(kept, key=lambda gate: _rights(gate, rungs))


def _rights(gate: Gate, rungs: Sequence[Tried]) -> int:
    """Right judgements of the votes' reading among those that are made."""
    return sum(int((rung.votes_right & rung.passed(gate)).sum()) for rung in rungs)


def _enough(right: Flags) -> bool:
    if not right.size:
        return True
    deviation = math.sqrt(RIGHT_MIN * (1 - RIGHT_MIN) / right.size)
    return float(right.mean()) >= RIGHT_MIN + SURE_DEVIATIONS * deviation
