"""Evidence made to order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edgemood.emotion import EMOTIONS, Emotion, as_scores
from edgemood.mood import FaceEvidence, Reason, VoiceEvidence

Face = Callable[..., FaceEvidence]
Voice = Callable[..., VoiceEvidence]


def _scores(emotion: Emotion, sureness: float):
    rest = (1 - sureness) / (len(EMOTIONS) - 1)
    return as_scores([sureness if each is emotion else rest for each in EMOTIONS])


@pytest.fixture(scope="session")
def face() -> Face:
    """A frame that says an emotion, or gives a reason for saying none."""

    def make(
        at_s: float,
        says: Emotion | Reason,
        reliability: float = 0.9,
        sureness: float = 0.8,
    ) -> FaceEvidence:
        if isinstance(says, Reason):
            return FaceEvidence(at_s, None, 0.0, says, faces=0, light=0.1)
        return FaceEvidence(at_s, _scores(says, sureness), reliability, None, faces=1, light=0.5)

    return make


@pytest.fixture(scope="session")
def voice() -> Voice:
    """A stretch of sound that says an emotion, or gives a reason for saying none."""

    def make(
        at_s: float,
        says: Emotion | Reason,
        reliability: float = 0.9,
        sureness: float = 0.8,
    ) -> VoiceEvidence:
        if isinstance(says, Reason):
            return VoiceEvidence(at_s, None, 0.0, says, voice=0.0, level_dbfs=-60.0)
        return VoiceEvidence(
            at_s, _scores(says, sureness), reliability, None, voice=0.9, level_dbfs=-20.0
        )

    return make
