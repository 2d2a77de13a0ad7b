"""What the box can be told: over the control socket and, in the same words, by any MPD client."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import EdgemoodError
from edgemood.music.mood_words import emotion_named

STRATEGIES = ("match", "lift", "steady", "table")
VERBS = (
    "status", "redetect", "pause", "resume", "why", "mood", *STRATEGIES, "like", "not-this",
)  # fmt: skip
"""What a client may ask for."""

OVERRIDE_S = 3600.0
"""how long ``mood happy`` holds that does not say how long"""
LONGEST_OVERRIDE_S = 86400.0

_SPAN = r"(\d{1,5}(?:[.,]\d{1,2})?) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)"
_DURATION = re.compile(rf"(?:{_SPAN} ?)+(?:and )?(?:{_SPAN})?|\d{{1,5}}")
_UNIT_S = {"s": 1, "m": 60, "h": 3600}
_HOW_MOOD = (
    f"say `mood` and one of {', '.join(EMOTIONS)}, for how long if you like (`mood happy 30m`), "
    "or `mood auto` to have the room decide again"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked for."""

    verb: str
    emotion: Emotion | None = None
    """of ``mood``; None: the room decides"""
    duration_s: float = OVERRIDE_S
    """of ``mood``"""


def parse(text: str) -> Request:
    """Read a request such as ``mood happy 30m``.

    Raises EdgemoodError that tells what can be said instead.
    """
    words = text.casefold().split()
    verb = words[0] if words else ""
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, VERBS, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise EdgemoodError(f"unknown verb {verb[:40]!r}{hint}; there are {', '.join(VERBS)}")
    if verb == "mood":
        return _mood(words[1:])
    if len(words) > 1:
        raise EdgemoodError(f"`{verb}` takes no more words; just say `{verb}`")
    return Request(verb)


def _mood(words: list[str]) -> Request:
    if words == ["auto"]:
        return Request("mood")
    emotion = emotion_named(words[0]) if words else None
    if emotion is None:
        raise EdgemoodError(_HOW_MOOD)
    duration_s = _duration_s(" ".join(words[1:])) if words[1:] else OVERRIDE_S
    if not 0 < duration_s <= LONGEST_OVERRIDE_S:
        raise EdgemoodError("a mood can be asked for from 1s to 24h")
    return Request("mood", emotion, duration_s)


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
