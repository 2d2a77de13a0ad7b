"""The mood loop: evidence to mood, twice a second, whatever the music does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from edgemood.clock import Clock
from edgemood.config.schema import MoodConfig
from edgemood.daemon.room.override import MoodOverride
from edgemood.daemon.room.presence import PresenceTracker
from edgemood.mood import FaceEvidence, RoomMood, RoomMoodTracker, VoiceEvidence
from edgemood.state import StateStore

TICK_S: Final = 0.5
"""how often the mood is decided anew"""

log = logging.getLogger(__name__)


class Room:
    """What the room is like now."""

    def __init__(
        self,
        settings: MoodConfig,
        clock: Clock,
        memory: StateStore,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_progress` is called each time that the mood was decided."""
        self._clock = clock
        self._on_progress = on_progress
        self._tracker = RoomMoodTracker(settings)
        self.override = MoodOverride(clock, memory)
        """the mood that somebody asked for"""
        self.presence = PresenceTracker(clock)
        """who is there"""
        self.mood: RoomMood = self._tracker.mood(clock.now_s())
        """the mood to go by"""

    @property
    def looking(self) -> bool:
        """Whether the room is judged anew because somebody pressed the button."""
        return self._tracker.looking.again

    def take_answer(self) -> bool:
        """Whether a look that somebody asked for has ended; tells it once."""
        return self._tracker.looking.take_answer()

    def add(self, evidence: FaceEvidence | VoiceEvidence) -> None:
        """Take note of what a sense says."""
        self._tracker.add(evidence)
        self.presence.see(evidence)

    def look_again(self) -> None:
        """Forget what was seen and heard, and what was asked for, and decide anew."""
        self.override.end()
        self._tracker.forget(self._clock.now_s(), asked=True)

    def forget(self) -> None:
        """Forget what was seen and heard; nobody waits for the next decision."""
        self._tracker.forget(self._clock.now_s())

    def configure(self, settings: MoodConfig) -> None:
        """Decide by other settings from now on; whoever waits for an answer gets one."""
        again = self.looking
        self._tracker = RoomMoodTracker(settings)
        if again:
            self._tracker.forget(self._clock.now_s(), asked=True)

    async def decide_for_ever(self) -> None:
        """The loop; ends by being cancelled."""
        while True:
            before = self.mood
            self.mood = self.override.applied(self._tracker.mood(self._clock.now_s()))
            if self.mood.emotion is not before.emotion:
                _log_mood(self.mood)
            self._on_progress()
            await self._clock.sleep(TICK_S)


def _log_mood(mood: RoomMood) -> None:
    """Note a change of mood; ``journalctl -u edgemood EDGEMOOD_EMOTION=sad`` finds it again."""
    fields = {
        "EDGEMOOD_EMOTION": mood.emotion or "unknown",
        "EDGEMOOD_CONFIDENCE": f"{mood.confidence:.2f}",
        "EDGEMOOD_VALENCE": f"{mood.affect.valence:.2f}",
        "EDGEMOOD_AROUSAL": f"{mood.affect.arousal:.2f}",
    }
    room = mood.because if mood.emotion is None else f"{mood.emotion}: {mood.because}"
    log.info("the room is %s", room, extra=fields)
