"""What one sense says at one instant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from edgemood.emotion import EMOTIONS, Scores

SUM_TOLERANCE = 1e-3
"""How far scores may sum to something else than 1: far more than seven roundings to float32."""


class Sense(StrEnum):
    """Where evidence comes from."""

    FACE = "face"
    VOICE = "voice"


class Reason(StrEnum):
    """Why a sense did not judge. The value says it in words an owner understands."""

    DARK = "too dark to judge a face"
    NO_FACE = "no face in view"
    FACE_SMALL = "the face is too far away"
    FACE_BLURRED = "the face is blurred"
    FACE_UNCLEAR = "the face says nothing clearly"
    SILENCE = "nobody speaks"
    MUSIC = "only music is heard"
    NOISE = "only noise is heard"
    MUTED = "the microphone gives no signal"
    CLIPPING = "the microphone is overdriven"

    @property
    def advice(self) -> str | None:
        """What a person in the room can do about it; None when nothing is wrong."""
        return _ADVICE.get(self)


_ADVICE = {
    Reason.DARK: "more light",
    Reason.NO_FACE: "face the camera",
    Reason.FACE_SMALL: "come closer",
    Reason.FACE_BLURRED: "hold still, or give more light",
    Reason.MUTED: "unmute or plug in the microphone",
    Reason.CLIPPING: "turn the microphone's level down",
}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One sense at one instant: either scores with a reliability, or a reason for having none.

    Raises ValueError when it has both or neither, or a value outside its range.
    """

    sense: ClassVar[Sense]

    at_s: float
    """monotonic seconds"""
    scores: Scores | None
    """calibrated, shape (7,); None when the sense abstains"""
    reliability: float
    """how far to trust the scores, in [0, 1]; 0 when the sense abstains"""
    reason: Reason | None
    """why the sense abstains; None when it judges"""

    @property
    def began_s(self) -> float:
        """Monotonic seconds at which what it judges began."""
        return self.at_s

    def __post_init__(self) -> None:
        if (self.scores is None) == (self.reason is None):
            raise ValueError("evidence needs scores or a reason for having none, and not both")
        if self.scores is not None and self.scores.shape != (len(EMOTIONS),):
            raise ValueError(f"expected {len(EMOTIONS)} scores, got shape {self.scores.shape}")
        if self.scores is not None and not _is_distribution(self.scores):
            raise ValueError(f"scores must be probabilities, got {self.scores.tolist()}")
        if not 0 <= self.reliability <= 1:
            raise ValueError(f"reliability must lie in [0, 1], got {self.reliability}")
        if not math.isfinite(self.at_s):
            raise ValueError(f"the time of evidence must be finite, got {self.at_s}")
        if not -math.inf < self.began_s <= self.at_s:
            raise ValueError(f"evidence of {self.at_s} cannot have begun at {self.began_s}")


def _is_distribution(scores: Scores) -> bool:
    """Whether these are probabilities that sum to 1; what is not a number is not."""
    return bool((scores >= 0).all()) and abs(float(scores.sum()) - 1) < SUM_TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class FaceEvidence(Evidence):
    """What the camera says of one face in one frame, or why it judges none in it.

    The faces of a frame share its time; the fusion counts them as one record.
    """

    sense = Sense.FACE

    faces: int
    """people in view, judged or not"""
    light: float
    """brightness of the picture in [0, 1], as the light gate sees it"""
    track: int = 0
    """number of the face that is followed from frame to frame; 0 when no face is judged"""
    person: str | None = None
    """the profile whose face it is; None for strangers, and whenever nobody asked to be known"""


@dataclass(frozen=True, slots=True, eq=False)
class VoiceEvidence(Evidence):
    """What the microphone says of one stretch of sound."""

    sense = Sense.VOICE

    voice: float
    """the voice gate's probability in [0, 1] that somebody in the room speaks"""
    level_dbfs: float
    """root mean square level, in dB below full scale (at most 0)"""
    span_s: float = 0.0
    """how far before `at_s` the sound began that it judges, pauses included"""

    @property
    def began_s(self) -> float:
        return self.at_s - self.span_s
