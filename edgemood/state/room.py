"""What is remembered of the room, and whether it may be seen and heard."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from edgemood.emotion import EMOTIONS, Emotion, as_scores
from edgemood.state.document import Document, Name, Seconds

LONGEST_OVERRIDE_S = 86400.0
"""for which a mood can be asked for"""

_Emotion = Annotated[Emotion, Field(strict=False)]


class Sensing(Document):
    """Whether camera and microphone may be open, as somebody said last."""

    name = "sensing"
    bare = "on"
    on: bool
    because: Annotated[str, Field(max_length=300)] = ""
    """why it is off when nobody said so; empty otherwise"""

    @model_validator(mode="after")
    def _is_a_reason_to_be_off(self) -> Self:
        if self.because and (self.on or not self.because.isprintable()):
            raise ValueError("no reason to be off")
        return self


class Begun(Document):
    """Written once, after `Sensing`: a box that has one has been told, or has said, before."""

    name = "begun"


class AskedMood(Document):
    """A mood that somebody asked for, in monotonic seconds of one boot."""

    name = "override"
    boot: Name
    emotion: _Emotion
    since_s: Seconds
    until_s: Seconds

    @model_validator(mode="after")
    def _is_no_longer_than_can_be_asked_for(self) -> Self:
        if not 0 <= self.until_s - self.since_s <= LONGEST_OVERRIDE_S + 1:
            raise ValueError("a mood can be asked for from 1s to 24h")
        return self


class KnownMood(Document):
    """The last mood of the room that was known, in monotonic seconds of one boot."""

    name = "last mood"
    boot: Name
    at_s: Seconds
    emotion: _Emotion
    scores: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1.001)], ...],
        Field(strict=False, min_length=len(EMOTIONS), max_length=len(EMOTIONS)),
    ]

    @model_validator(mode="after")
    def _are_scores(self) -> Self:
        as_scores(self.scores)
        return self
