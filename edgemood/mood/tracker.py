"""The room's mood over time, from everything the senses send."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace

from edgemood.config.schema import MoodConfig
from edgemood.emotion import affect_of
from edgemood.mood.decision import Decider
from edgemood.mood.explanation import because
from edgemood.mood.fusion import Fused, fuse
from edgemood.mood.looking import Looking
from edgemood.mood.room import RoomMood
from edgemood.records import FaceEvidence, Sense, VoiceEvidence

MAX_RECORDS = 10_000
"""Per sense: more than the longest window (300 s) at the fastest frame rate (30 per second)."""


class RoomMoodTracker:
    """Takes evidence in any order and gives the mood of the room at any time.

    Ask for the mood at least a few times per second: decisions are taken when it is asked for.
    """

    def __init__(self, settings: MoodConfig) -> None:
        self._settings = settings
        self._decider = Decider(settings, -math.inf)
        self.looking = Looking()
        self._records: dict[Sense, deque[FaceEvidence | VoiceEvidence]] = {
            sense: deque(maxlen=MAX_RECORDS) for sense in Sense
        }
        self._forgotten_s = -math.inf
        self._now_s = -math.inf

    def add(self, evidence: FaceEvidence | VoiceEvidence) -> None:
        """Take note of evidence; it counts from its own time on, until it leaves the window.

        What began before the room was last looked at again counts for nothing. What is outdated
        when it comes takes nobody's place.
        """
        outdated = evidence.at_s <= self._now_s - self._settings.window_s
        if evidence.began_s >= self._forgotten_s and not outdated:
            self._records[evidence.sense].append(evidence)

    def forget(self, now_s: float, *, asked: bool = False) -> None:
        """Look again: what was seen and heard before now counts no more, nor does the mood.

        With `asked`, somebody waits for the answer: `looking` says when there is one.
        """
        self._now_s = max(self._now_s, now_s)
        self._forgotten_s = self._now_s
        for records in self._records.values():
            records.clear()
        self._decider.restart(self._now_s)
        self.looking.begin(self._now_s, asked=asked)

    def mood(self, now_s: float) -> RoomMood:
        """Decide the mood at `now_s`, monotonic seconds; an earlier time than before is that."""
        if self._now_s == -math.inf:
            self._decider.restart(now_s)
            self.looking.begin(now_s, asked=False)
        self._now_s = now_s = max(self._now_s, now_s)
        self._drop_outdated(now_s)
        fused = self._fused(now_s)
        decision = self._decider.decide(now_s, fused)
        self.looking.follow(now_s, decided=decision.emotion is not None)
        return RoomMood(
            at_s=now_s,
            emotion=decision.emotion,
            scores=decision.scores,
            affect=affect_of(decision.scores),
            confidence=decision.confidence,
            since_s=decision.since_s,
            because=because(decision, fused, looking=self.looking.lasts),
            shares=fused.shares,
            reasons=fused.reasons,
            settled=not self.looking.lasts,
        )

    def _fused(self, now_s: float) -> Fused:
        """What the senses say together, or one of them where they contradict each other."""
        window_s = self._settings.window_s
        evidence = [record for records in self._records.values() for record in records]
        fused = fuse(evidence, now_s, window_s)
        if self._settings.contradiction == "unknown" or not fused.contradiction:
            return fused
        believed = Sense(self._settings.contradiction)
        (overruled,) = set(Sense) - {believed}
        return replace(fuse(self._records[believed], now_s, window_s), overruled=overruled)

    def _drop_outdated(self, now_s: float) -> None:
        """Keep what lies within a window of now; a clock further ahead than that is wrong."""
        for sense, records in self._records.items():
            kept = [r for r in records if abs(now_s - r.at_s) < self._settings.window_s]
            self._records[sense] = deque(kept, maxlen=MAX_RECORDS)
