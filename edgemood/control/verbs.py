"""Everything the box can be told, in one table: over SSH, and by any MPD client.

The command line, the control socket, the answers to MPD clients' messages and README's list are
made of `VERBS`, or checked against it.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from edgemood.control.mood_request import mood_request
from edgemood.errors import EdgemoodError
from edgemood.strategies import Strategy

if TYPE_CHECKING:
    from edgemood.emotion import Emotion

Words = Sequence[str]


class Box(Protocol):
    """What verbs need of the daemon. Actions say in words what was done, or raise EdgemoodError."""

    def status(self) -> dict[str, Any]: ...

    def line(self) -> str:
        """Mood and song in one line."""

    def why(self) -> str:
        """The last decisions in words."""

    def look_again(self) -> str: ...

    def set_sensing(self, *, on: bool) -> str: ...

    def follow_mood(self, emotion: Emotion, duration_s: float) -> str: ...

    def follow_room(self) -> str: ...

    def use_strategy(self, strategy: Strategy) -> str: ...

    async def like(self) -> str: ...

    async def not_this(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the box answers."""

    line: str
    """to a person with an MPD client"""
    reply: Mapping[str, Any]
    """to a program at the control socket, ready for JSON"""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be said."""

    name: str
    help: str
    """one sentence, as ``edgemood --help`` shows it"""
    does: Callable[[Box, Words], Awaitable[Answer]]
    """is given the words after the name"""
    arguments: str = ""
    """what may follow the name, as ``edgemood mood --help`` shows it; empty: nothing may"""
    arguments_help: str = ""
    by_anybody: bool = True
    """whether any MPD client may say it, too; else only who may use the control socket"""


def obey(box: Box, text: str, verbs: Mapping[str, Verb] | None = None) -> Awaitable[Answer]:
    """Have the box do what somebody at the control socket says, such as ``mood happy 30m``.

    Raises EdgemoodError that tells what can be said instead, or why it cannot be done.
    """
    verb, words = _parsed(text, BY_NAME if verbs is None else verbs)
    return verb.does(box, words)


def obey_anybody(box: Box, text: str, verbs: Mapping[str, Verb] | None = None) -> Awaitable[Answer]:
    """The same for a message of an MPD client, who may be anybody on the network."""
    known = BY_NAME if verbs is None else verbs
    allowed = {name: verb for name, verb in known.items() if verb.by_anybody}
    verb, words = _parsed(text, allowed)
    return verb.does(box, words)


def _parsed(text: str, verbs: Mapping[str, Verb]) -> tuple[Verb, Words]:
    name, *words = text.casefold().split() or [""]
    verb = verbs.get(name)
    if verb is None:
        near = difflib.get_close_matches(name, verbs, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise EdgemoodError(f"unknown verb {name[:40]!r}{hint}; there are {', '.join(verbs)}")
    if words and not verb.arguments:
        raise EdgemoodError(f"`{name}` takes no more words; just say `{name}`")
    return verb, words


def _said(what: str) -> Answer:
    return Answer(what, {"said": what})


async def _status(box: Box, _words: Words) -> Answer:
    return Answer(box.line(), box.status())


async def _why(box: Box, _words: Words) -> Answer:
    why = box.why()
    return Answer(why, {"why": why})


async def _redetect(box: Box, _words: Words) -> Answer:
    return _said(box.look_again())


async def _pause(box: Box, _words: Words) -> Answer:
    return _said(box.set_sensing(on=False))


async def _resume(box: Box, _words: Words) -> Answer:
    return _said(box.set_sensing(on=True))


async def _mood(box: Box, words: Words) -> Answer:
    asked = mood_request(words)
    if asked is None:
        return _said(box.follow_room())
    return _said(box.follow_mood(asked.emotion, asked.duration_s))


async def _strategy(strategy: Strategy, box: Box, _words: Words) -> Answer:
    return _said(box.use_strategy(strategy))


async def _like(box: Box, _words: Words) -> Answer:
    return _said(await box.like())


async def _not_this(box: Box, _words: Words) -> Answer:
    return _said(await box.not_this())


VERBS: Final[tuple[Verb, ...]] = (
    Verb("status", "Tell the mood of the room and how everything is doing.", _status),
    Verb("redetect", "Look again now, and change the next song.", _redetect),
    Verb("pause", "Close camera and microphone; the music goes on.", _pause),
    Verb("resume", "Open camera and microphone again.", _resume),
    Verb("why", "Explain the last decision about mood and song.", _why),
    Verb(
        "mood",
        "Have the music follow a mood you name, for an hour or as long as you say.",
        _mood,
        arguments="EMOTION [DURATION]",
        arguments_help="happy, or happy 30m, or auto.",
    ),
    *(Verb(word.value, word.help, partial(_strategy, word)) for word in Strategy),
    Verb("like", "Say that you like the song that plays.", _like),
    Verb("not-this", "Go on to another song, and remember that this one did not suit.", _not_this),
)
BY_NAME: Final = {verb.name: verb for verb in VERBS}
