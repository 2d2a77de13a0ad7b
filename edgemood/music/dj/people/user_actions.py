"""What people's hands did last, kept through restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from edgemood.music.dj.people.autoplay import PLAYED_S, Silence
from edgemood.music.mpd.snapshot import Snapshot
from edgemood.state import NotedHands


@dataclass(frozen=True, slots=True)
class HandsOn:
    """Whether somebody silenced the music, and when a hand was last on the queue."""

    boot: str = ""
    silence: Silence | None = None
    since_s: float | None = None
    """when a hand was last on the queue, in monotonic seconds of that boot; None: nobody's is"""
    version: int = 0
    """of MPD's queue when that was noted"""
    played_s: float = 0.0
    """what MPD had played then since it was started"""
    robot: bool = False
    """another program keeps filling the queue"""

    @classmethod
    def of(cls, hands: NotedHands) -> Self:
        """What was kept."""
        silence = None if hands.silence is None else Silence(hands.silence)
        return cls(hands.boot, silence, hands.since_s, hands.version, hands.played_s, hands.robot)

    def document(self) -> NotedHands:
        """To be kept."""
        return NotedHands(
            boot=self.boot,
            silence=None if self.silence is None else self.silence.value,
            since_s=self.since_s,
            version=self.version,
            played_s=self.played_s,
            robot=self.robot,
        )

    def silence_in(self, boot: str) -> Silence | None:
        """What still holds: a queue that was cleared is an empty one to a box switched on."""
        return None if self.silence is Silence.CLEAR and self.boot != boot else self.silence

    def played_since(self, now: Snapshot, played_s: float) -> bool:
        """Whether MPD has played something since, by its own account `played_s`."""
        before_s = now.ahead_s if now.version < self.version else self.played_s
        return self.silence is not None and played_s > before_s + PLAYED_S
