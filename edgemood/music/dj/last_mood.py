"""The last mood of the room that was known: the music keeps to it while the room is unknown."""

from __future__ import annotations

from edgemood.clock import Clock, boot_id
from edgemood.emotion import Emotion, Scores, as_scores
from edgemood.state import KnownMood, StateStore

RECALLED_S = 3600.0
"""How long a mood outlives the daemon. Longer ago it is another evening's: then neutral it is."""


class LastMood:
    """One mood, kept through restarts of the daemon and edits of its configuration."""

    def __init__(self, clock: Clock, memory: StateStore) -> None:
        self._clock = clock
        self._memory = memory
        self.known: tuple[Emotion, Scores] | None = None
        """the emotion, and the scores it was decided by"""
        last = memory.recall(KnownMood)
        if (
            last is not None
            and last.boot == boot_id()
            and 0 <= clock.now_s() - last.at_s < RECALLED_S
        ):
            self.known = last.emotion, as_scores(last.scores)

    @property
    def emotion(self) -> Emotion | None:
        """The emotion; None when no mood was ever known."""
        return None if self.known is None else self.known[0]

    def note(self, emotion: Emotion, scores: Scores) -> None:
        """The room feels otherwise now."""
        self.known = emotion, scores
        self._memory.keep(
            KnownMood(
                boot=boot_id(),
                at_s=self._clock.now_s(),
                emotion=emotion,
                scores=tuple(scores.tolist()),
            )
        )
