"""A measured figure, and how durations are taken."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

WARM_UP = 4
"""first inputs, which fill caches and are not counted"""

_Input = TypeVar("_Input")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table and one key of `docs/figures/bench.json`."""

    key: str
    """ends in its unit: ``rank_100k_ms``"""
    value: float
    unit: str
    what: str
    """for people: ``find the faces in 640×480``"""


def cpu_seconds(step: Callable[[_Input], object], inputs: Sequence[_Input]) -> list[float]:
    """Seconds of processor time that the step took with each input after the warm-up."""
    durations_s = []
    for each in inputs:
        began_s = time.process_time()
        step(each)
        durations_s.append(time.process_time() - began_s)
    return durations_s[WARM_UP:]


def figures_of(area: str) -> list[Figure]:
    """Measure a module of this folder."""
    return list(importlib.import_module(f"deploy.bench.{area}").measure())
