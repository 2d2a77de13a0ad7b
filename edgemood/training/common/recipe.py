"""All that differs between trainings: how long, how fast, averaged over what, in which order.

A recipe says nothing of what is learned from. Folders add to it what only they need.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """So many steps, the same on every machine."""

    count: int

    def progress(self, step: int, epoch_steps: int, spent_s: float) -> float:  # noqa: ARG002
        """Share of the training that is behind, before `step`."""
        return step / self.count

    def place(self, step: int, epoch_steps: int) -> str:  # noqa: ARG002
        """Where a training is, for people to read."""
        return f"step {step}/{self.count}"


@dataclass(frozen=True, slots=True)
class Epochs:
    """So many times through the data, the same on every machine."""

    count: int

    def progress(self, step: int, epoch_steps: int, spent_s: float) -> float:  # noqa: ARG002
        """Share of the training that is behind, before `step`."""
        return step / (self.count * epoch_steps)

    def place(self, step: int, epoch_steps: int) -> str:
        """Where a training is, for people to read."""
        epoch, within = divmod(step, epoch_steps)
        part = f" + {within}/{epoch_steps}" if within else ""
        return f"epoch {epoch}/{self.count}{part}"


@dataclass(frozen=True, slots=True)
class Minutes:
    """So much processor time, in which a faster machine gets further.

    For systems that are compared at equal cost; what the box uses is trained by steps or epochs.
    """

    count: float

    def progress(self, step: int, epoch_steps: int, spent_s: float) -> float:  # noqa: ARG002
        """Share of the training that is behind, after `spent_s` seconds of processor time."""
        return spent_s / (60 * self.count)

    def place(self, step: int, epoch_steps: int) -> str:  # noqa: ARG002
        """Where a training is, for people to read."""
        return f"step {step} in {self.count:.3g} min"


Length = Steps | Epochs | Minutes


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate over a training, as a share of its peak: a linear rise, half a cosine."""

    warm_up: float = 0.0
    """share of the training in which the rate rises"""
    first: float = 0.0
    """added to the rise, so that the first step teaches something"""
    last: float = 0.0
    """added to the fall, so that the last steps do"""
    falls_at_once: bool = False
    """the cosine begins with the first step and the rise scales it; else it follows the rise"""

    def share(self, progress: float) -> float:
        """Share of the peak rate; `progress` runs from 0 to 1."""
        rises = progress < self.warm_up
        rise = min(1.0, progress / self.warm_up + self.first) if rises else 1.0
        begin = 0.0 if self.falls_at_once else self.warm_up
        if rises and not self.falls_at_once:
            return rise
        fallen = min(1.0, (progress - begin) / (1 - begin))
        return rise * (0.5 * (1 + math.cos(math.pi * fallen)) + self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained."""

    length: Length
    seed: int
    peak_rate: float
    schedule: Schedule = Schedule()
    weight_decay: float = 0.0
    average_decay: float | None = None
    """of the moving average of the weights, which a training gives; None: it gives the last ones"""
    average_grows: bool = False
    """the average is short at first, while the network changes fast"""
    greatest_gradient: float | None = None
    """norm to which gradients are clipped"""
    judged_every: int = 1
    """epochs between two judgements of the average; the last epoch's is judged in any case"""

    def kept_share(self, updates: int) -> float:
        """How much of the average stays at an update, after so many before it."""
        decay = self.average_decay or 0.0
        return min(decay, (updates + 1) / (updates + 10)) if self.average_grows else decay
