"""A mood that somebody asked for, in place of the one that is sensed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from edgemood.clock import Clock, boot_id
from edgemood.daemon.memory import Memory
from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.mood import RoomMood

_DOCUMENT = "override"


@dataclass(frozen=True, slots=True)
class _Asked:
    emotion: Emotion
    since_s: float
    until_s: float


class MoodOverride:
    """Holds until its time is over, through restarts of the daemon and edits of its configuration.

    Not through a reboot: a box without a clock of its own cannot tell how long it was off.
    """

    def __init__(self, clock: Clock, memory: Memory) -> None:
        self._clock = clock
        self._memory = memory
        self._asked: _Asked | None = None
        document: dict[str, Any] = memory.recall(_DOCUMENT) or {}
        if document.get("boot") == boot_id():
            self._asked = _Asked(
                Emotion(document["emotion"]), document["since_s"], document["until_s"]
            )

    @property
    def left_s(self) -> float | None:
        """For how long it still holds; None when nothing is overridden."""
        if self._asked is None:
            return None
        left_s = self._asked.until_s - self._clock.now_s()
        return left_s if left_s > 0 else None

    def ask(self, emotion: Emotion, duration_s: float) -> None:
        """From now on and for so long, the room counts as feeling this."""
        now_s = self._clock.now_s()
        self._asked = _Asked(emotion, now_s, now_s + duration_s)
        self._memory.keep(
            _DOCUMENT,
            {
                "boot": boot_id(),
                "emotion": emotion,
                "since_s": now_s,
                "until_s": now_s + duration_s,
            },
        )

    def end(self) -> None:
        """The room decides again."""
        if self._asked is not None:
            self._asked = None
            self._memory.keep(_DOCUMENT, None)

    def applied(self, sensed: RoomMood) -> RoomMood:
        """The mood to go by."""
        left_s = self.left_s
        if self._asked is None or left_s is None:
            return sensed
        emotion = self._asked.emotion
        return replace(
            sensed,
            emotion=emotion,
            scores=one_hot(emotion),
            affect=AFFECT_OF_EMOTION[emotion],
            confidence=1.0,
            since_s=self._asked.since_s,
            because=f"somebody asked for {emotion}, for another {ceil(left_s / 60)} min",
        )
