"""What the box can be told: over the control socket and, in the same words, by any MPD client."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import EdgemoodError
from edgemood.music.words import emotion_named

STRATEGIES = ("match", "lift", "steady", "table")
VERBS = (
    "status", "redetect", "pause", "resume", "why", "mood", *STRATEGIES, "like", "not-this",
)  # fmt: skip
"""What a client may ask for."""

OVERRIDE_S = 3600.0
"""how long ``mood happy`` holds that does not say how long"""
LONGEST_OVERRIDE_S = 86400.0

_DURATION = re.compile(r"(?P<number>\d{1,4}) ?(?P<unit>s|m|min|h)?")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3600, None: 60}
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
    duration = _DURATION.fullmatch(" ".join(words[1:]) or f"{OVERRIDE_S:.0f}s")
    if emotion is None or duration is None:
        raise EdgemoodError(_HOW_MOOD)
    duration_s = int(duration["number"]) * _UNIT_S[duration["unit"]]
    if not 0 < duration_s <= LONGEST_OVERRIDE_S:
        raise EdgemoodError("a mood can be asked for from 1s to 24h")
    return Request("mood", emotion, duration_s)
