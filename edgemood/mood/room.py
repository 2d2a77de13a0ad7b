"""The mood of the room, as the rest of the house reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgemood.emotion import Affect, Emotion, Scores
from edgemood.records import Reason, Sense


@dataclass(frozen=True, slots=True, eq=False)
class RoomMood:
    """The decided mood of the room; *unknown* is an answer."""

    at_s: float
    """monotonic seconds at which this was decided"""
    emotion: Emotion | None
    """None: unknown"""
    scores: Scores
    """the fused scores that last spoke for `emotion`, shape (7,); flat, leaning to neutral, when
    unknown"""
    affect: Affect
    """valence and arousal of the scores"""
    confidence: float
    """in [0, 1]; fades while a mood is held without evidence for it; 0 when unknown"""
    since_s: float
    """monotonic seconds since which `emotion` has been the answer"""
    because: str
    """one sentence for the owner: what spoke for it, or why it is unknown"""
    shares: Mapping[Sense, float] = field(default_factory=dict)
    """how much each sense weighs now, summing to 1; empty when no sense judges"""
    reasons: Mapping[Sense, Reason] = field(default_factory=dict)
    """why a sense that mostly abstains now does so; senses that judge are not in it"""
    settled: bool = True
    """False while the box looks (again) and has neither decided nor given up yet"""

    @property
    def advice(self) -> str | None:
        """What a person in the room can do to be understood better; None when nothing is wrong."""
        advice = [reason.advice for _, reason in sorted(self.reasons.items()) if reason.advice]
        return "; ".join(advice) or None
