"""What may be said after ``mood``: an emotion and for how long, or that the room decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgemood.errors import EdgemoodError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgemood.emotion import Emotion

OVERRIDE_S = 3600.0
"""how long ``mood happy`` holds that does not say how long"""
LONGEST_OVERRIDE_S = 86400.0

_SPAN = r"(\d{1,5}(?:[.,]\d{1,2})?) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)"
_DURATION = re.compile(rf"(?:{_SPAN} ?)+(?:and )?(?:{_SPAN})?|\d{{1,5}}")
_UNIT_S = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class MoodRequest:
    """A mood that somebody asks for."""

    emotion: Emotion
    duration_s: float = OVERRIDE_S


def mood_request(words: Sequence[str]) -> MoodRequest | None:
    """Read such as ``happy 30m``; None for ``auto``: the room decides again.

    Raises EdgemoodError that tells what can be said instead.
    """
    from edgemood.emotion import EMOTIONS  # late: the command line does without numpy
    from edgemood.music.mood_words import emotion_named

    if list(words) == ["auto"]:
        return None
    emotion = emotion_named(words[0]) if words else None
    if emotion is None:
        raise EdgemoodError(
            f"say `mood` and one of {', '.join(EMOTIONS)}, for how long if you like "
            "(`mood happy 30m`), or `mood auto` to have the room decide again"
        )
    duration_s = _duration_s(" ".join(words[1:])) if words[1:] else OVERRIDE_S
    if not 0 < duration_s <= LONGEST_OVERRIDE_S:
        raise EdgemoodError("a mood can be asked for from 1s to 24h")
    return MoodRequest(emotion, duration_s)


def _duration_s(text: str) -> float:
    """Seconds of ``30m``, ``1h30m`` or ``90``, which are minutes. Raises EdgemoodError."""
    if _DURATION.fullmatch(text) is None:
        raise EdgemoodError(
            f"{text[:40]!r} is no duration; say such as 30m, 1h30m, or 90 for 90 minutes"
        )
    if text.isdecimal():
        return int(text) * 60.0
    return sum(
        float(number.replace(",", ".")) * _UNIT_S[unit[0]]
        for number, unit in re.findall(_SPAN, text)
    )
