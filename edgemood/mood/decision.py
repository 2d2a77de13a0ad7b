"""From fused scores, which tremble, to a decided mood, which does not."""

from __future__ import annotations

from dataclasses import dataclass

from edgemood.config.schema import MoodConfig
from edgemood.emotion import EMOTIONS, NO_IDEA, Emotion, Scores
from edgemood.mood.fusion import Fused

CONFIRM_S = 1.5
"""From unknown, a mood must win for this long without a break before it is decided."""

CHALLENGE_S = 8.0
"""A rival of the mood in force must win for this long without a break to take its place: several
times what a face or a phrase lasts, for as long do models err. `tests/mood/test_noise.py` bounds
the wrong changes per hour that remain."""

LEAD = 2.0
"""A rival must be this many times as likely as the mood in force."""

MIN_SUPPORTERS = 3
"""A mood needs this many records that say so themselves: one wrong frame decides nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The mood in force, without the words for it."""

    emotion: Emotion | None
    """None: unknown"""
    since_s: float
    scores: Scores
    """those that last spoke for the emotion, shape (7,)"""
    confidence: float
    rival: Emotion | None
    """an emotion that wins now and is not in force (yet)"""


class Decider:
    """Decides the mood by hysteresis, minimum dwell, abstention and hold."""

    def __init__(self, settings: MoodConfig, start_s: float) -> None:
        self._settings = settings
        self._rival: Emotion | None = None
        self.restart(start_s)

    def restart(self, now_s: float) -> None:
        """Forget the mood in force; the next one needs no dwell."""
        self._enter(None, now_s)

    def decide(self, now_s: float, fused: Fused) -> Decision:
        """Take the fused scores of this instant into account; time never runs backwards."""
        leader = self._leader(fused)
        self._follow_rival(leader, now_s)
        if self._rival is not None and self._may_take_over(now_s, fused.newest_s):
            self._enter(self._rival, now_s)
        if leader is not None and leader is self._emotion:
            self._scores, self._confidence = fused.scores, fused.confidence
            self._supported_s = fused.newest_s
            confidence = fused.confidence
        elif self._emotion is not None and self._is_worn_out(now_s):
            self._enter(None, now_s)
            confidence = 0.0
        else:
            confidence = self._confidence * self._freshness(now_s)
        return Decision(
            emotion=self._emotion,
            since_s=self._since_s,
            scores=self._scores,
            confidence=confidence,
            rival=self._rival,
        )

    def _leader(self, fused: Fused) -> Emotion | None:
        """The emotion that wins clearly enough to be the mood, if there is one."""
        winner = fused.winner
        if (
            winner is None
            or fused.confidence < self._settings.min_confidence
            or fused.supporters < MIN_SUPPORTERS
        ):
            return None
        if self._emotion is None or winner is self._emotion:
            return winner
        rival, current = (fused.scores[EMOTIONS.index(each)] for each in (winner, self._emotion))
        return winner if rival >= LEAD * current else None

    def _follow_rival(self, leader: Emotion | None, now_s: float) -> None:
        if leader is None or leader is self._emotion:
            self._rival = None
        elif leader is not self._rival:
            self._rival, self._rival_since_s = leader, now_s

    def _may_take_over(self, now_s: float, newest_s: float) -> bool:
        """Whether records, not merely the clock, have borne the rival out for long enough."""
        needed_s = CONFIRM_S if self._emotion is None else CHALLENGE_S
        return newest_s - self._rival_since_s >= needed_s and self._has_dwelt(now_s)

    def _is_worn_out(self, now_s: float) -> bool:
        return now_s - self._supported_s >= self._settings.hold_s and self._has_dwelt(now_s)

    def _has_dwelt(self, now_s: float) -> bool:
        return self._emotion is None or now_s - self._since_s >= self._settings.dwell_s

    def _freshness(self, now_s: float) -> float:
        """1 at the last support of the mood in force, 0 once it has been held for `hold_s`."""
        if self._settings.hold_s == 0:
            return 0.0
        return min(1.0, max(0.0, 1.0 - (now_s - self._supported_s) / self._settings.hold_s))

    def _enter(self, emotion: Emotion | None, now_s: float) -> None:
        self._emotion = emotion
        self._since_s = now_s
        self._supported_s = now_s
        self._scores = NO_IDEA
        self._confidence = 0.0
        self._rival = None
        self._rival_since_s = now_s
