"""A mood that somebody asked for, in place of the one that is sensed."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from edgemood.clock import Clock, boot_id
from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.mood import RoomMood
from edgemood.state import AskedMood, StateStore


class MoodOverride:
    """Holds until its time is over, through restarts of the daemon and edits of its configuration.

    Not through a reboot: a box without a clock of its own cannot tell how long it was off.
    """

    def __init__(self, clock: Clock, memory: StateStore) -> None:
        self._clock = clock
        self._memory = memory
        asked = memory.recall(AskedMood)
        holds = asked is not None and asked.boot == boot_id() and asked.since_s <= clock.now_s()
        self._asked = asked if holds else None

    @property
    def left_s(self) -> float | None:
        """For how long it still holds; None when nothing is overridden."""
        if self._asked is None:
            return None
        left_s = self._asked.until_s - self._clock.now_s()
        return left_s if left_s > 0 else None

    def ask(self, emotion: Emotion, duration_s: float) -> bool:
        """From now on and for so long, the room counts as feeling this; whether it is kept."""
        now_s = self._clock.now_s()
        self._asked = AskedMood(
            boot=boot_id(), emotion=emotion, since_s=now_s, until_s=now_s + duration_s
        )
        return self._memory.keep(self._asked)

    def end(self) -> bool:
        """The room decides again; whether that is kept."""
        self._asked = None
        return self._memory.forget(AskedMood)

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
