"""Who is in the room, of those who asked to be known."""

from __future__ import annotations

from edgemood.clock import Clock
from edgemood.mood import Evidence
from edgemood.records import FaceEvidence

STAYS_S = 600.0
"""Whoever is not seen for this long has left: people sit with their back to the camera, and a song
lasts some minutes."""


class PresenceTracker:
    """Follows the evidence of faces; strangers are nobody here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen_s: dict[str, float] = {}

    def see(self, evidence: Evidence) -> None:
        """Take note of a face with a name."""
        if isinstance(evidence, FaceEvidence) and evidence.person is not None:
            self._seen_s[evidence.person] = evidence.at_s

    def present(self) -> tuple[str, ...]:
        """Names of the people in the room, in alphabetical order."""
        now_s = self._clock.now_s()
        return tuple(sorted(p for p, at_s in self._seen_s.items() if now_s - at_s < STAYS_S))
