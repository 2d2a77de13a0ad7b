"""The mood of the room, as the rest of the house reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgemood.emotion import Affect, Emotion, Scores
from edgemood.mood.evidence import Sense


@dataclass(frozen=True, slots=True, eq=False)
class RoomMood:
    """The decided mood of the room; *unknown* is an answer."""

    at_s: float
    """monotonic seconds at which this was decided"""
    emotion: Emotion | None
    """None: unknown"""
    scores: Scores
    """fused scores over the window, shape (7,); neutral-leaning flat when unknown"""
    affect: Affect
    """valence and arousal of the scores"""
    confidence: float
    """in [0, 1]; 0 when unknown"""
    since_s: float
    """monotonic seconds since which `emotion` has been the answer"""
    because: str
    """one sentence for the owner: what spoke for it, or why it is unknown"""
    shares: Mapping[Sense, float] = field(default_factory=dict)
    """how much each sense weighed, summing to 1; empty when no sense judged"""
