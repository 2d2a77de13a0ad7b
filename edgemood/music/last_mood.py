"""The last mood of the room that was known: the music keeps to it while the room is unknown."""

from __future__ import annotations

from typing import Any

from edgemood.clock import Clock, boot_id
from edgemood.emotion import Emotion, Scores, as_scores
from edgemood.music.keeper import Memory

RECALLED_S = 3600.0
"""How long a mood outlives the daemon. Longer ago it is another evening's: then neutral it is."""

_DOCUMENT = "last mood"


class LastMood:
    """One mood, kept through restarts of the daemon and edits of its configuration."""

    def __init__(self, clock: Clock, memory: Memory) -> None:
        self._clock = clock
        self._memory = memory
        self.known: tuple[Emotion, Scores] | None = None
        """the emotion, and the scores it was decided by"""
        document: dict[str, Any] = memory.recall(_DOCUMENT) or {}
        if document.get("boot") == boot_id() and clock.now_s() - document["at_s"] < RECALLED_S:
            self.known = Emotion(document["emotion"]), as_scores(document["scores"])

    @property
    def emotion(self) -> Emotion | None:
        """The emotion; None when no mood was ever known."""
        return None if self.known is None else self.known[0]

    def note(self, emotion: Emotion, scores: Scores) -> None:
        """The room feels otherwise now."""
        self.known = emotion, scores
        self._memory.keep(
            _DOCUMENT,
            {
                "boot": boot_id(),
                "at_s": self._clock.now_s(),
                "emotion": emotion,
                "scores": scores.tolist(),
            },
        )
