"""What the box remembers beside its databases: one model for each small JSON document.

A document is a file ``NAME.json`` in the state folder, an object with its version and its fields.
Documents of the first releases have no version; `Document.upgraded` reads those, and those of any
version since.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from edgemood.emotion import EMOTIONS, Emotion, as_scores
from edgemood.strategies import Strategy

LONGEST_OVERRIDE_S = 86400.0
"""for which a mood can be asked for"""

_Seconds = Annotated[float, Field(ge=0, le=1e12)]
_Percent = Annotated[int, Field(ge=0, le=100)]
_Name = Annotated[str, Field(max_length=100)]
_Emotion = Annotated[Emotion, Field(strict=False)]
_Strategy = Annotated[Strategy, Field(strict=False)]
_Files = Annotated[tuple[str, ...], Field(strict=False)]
_Pair = Annotated[tuple[str, str], Field(strict=False)]
_Queued = Annotated[tuple[int, str], Field(strict=False)]
_Songs = Annotated[tuple[_Queued, ...], Field(strict=False)]

_Entry = Annotated[tuple[int, str, bool, bool, str], Field(strict=False)]
_Counted = Annotated[
    tuple[int, str, Literal["played", "skipped"], int | None, str], Field(strict=False)
]

_VERSION = "version"


def _as(model: type[BaseModel]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Refuse what is not of this shape."""

    def checked(content: dict[str, Any]) -> dict[str, Any]:
        model.model_validate(content)
        return content

    return checked


class UnreadableError(ValueError):
    """What should be a document is none, or not one of a version that is known; says why."""


class Document(BaseModel):
    """One document; values are what their types say, never what could be turned into it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: ClassVar[str]
    """of its file, without the ending"""
    version: ClassVar[int] = 1

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        """The fields of this version, out of the content of an older one; 0 is that without any.

        What cannot be one is given back as it is, or raises ValueError, TypeError or LookupError.
        """
        del version
        return content

    @classmethod
    def from_json(cls, text: bytes) -> Self | None:
        """Read a document, whatever the text is; None for ``null``. Raises UnreadableError."""
        try:
            content = json.loads(text, parse_constant=_no_constant)
            return None if content is None else cls._of(content)
        except UnreadableError:
            raise
        except ValidationError as error:
            raise UnreadableError(_first_problem(error)) from error
        except ValueError as error:
            raise UnreadableError(f"no JSON ({error})"[:200]) from error
        except (TypeError, LookupError, AttributeError, OverflowError) as error:
            raise UnreadableError("of another shape") from error
        except RecursionError as error:
            raise UnreadableError("it is nested too deeply") from error

    @classmethod
    def _of(cls, content: Any) -> Self:
        version = 0
        if isinstance(content, dict) and type(content.get(_VERSION)) is int:
            version = content.pop(_VERSION)
        if version > cls.version:
            raise UnreadableError(
                f"it is of version {str(version)[:20]}, and {cls.version} is known"
            )
        if version < cls.version:
            content = cls.upgraded(content, version)
        return cls.model_validate(content)

    def to_json(self) -> bytes:
        """The document as `from_json` reads it."""
        # not pydantic's own: names of files need not be UTF-8, and have lone surrogates then
        return json.dumps({_VERSION: self.version} | self.model_dump()).encode()


class Sensing(Document):
    """Whether camera and microphone may be open, as somebody said last."""

    name = "sensing"
    on: bool
    because: Annotated[str, Field(max_length=300)] = ""
    """why it is off when nobody said so; empty otherwise"""

    @model_validator(mode="after")
    def _is_a_reason_to_be_off(self) -> Self:
        if self.because and (self.on or not self.because.isprintable()):
            raise ValueError("no reason to be off")
        return self

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"on": content} if version == 0 else content


class Begun(Document):
    """Written once, after `Sensing`: a box that has one has been told, or has said, before."""

    name = "begun"


class AskedMood(Document):
    """A mood that somebody asked for, in monotonic seconds of one boot."""

    name = "override"
    boot: _Name
    emotion: _Emotion
    since_s: _Seconds
    until_s: _Seconds

    @model_validator(mode="after")
    def _is_no_longer_than_can_be_asked_for(self) -> Self:
        if not 0 <= self.until_s - self.since_s <= LONGEST_OVERRIDE_S + 1:
            raise ValueError("a mood can be asked for from 1s to 24h")
        return self


class KnownMood(Document):
    """The last mood of the room that was known, in monotonic seconds of one boot."""

    name = "last mood"
    boot: _Name
    at_s: _Seconds
    emotion: _Emotion
    scores: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1.001)], ...],
        Field(strict=False, min_length=len(EMOTIONS), max_length=len(EMOTIONS)),
    ]

    @model_validator(mode="after")
    def _are_scores(self) -> Self:
        as_scores(self.scores)
        return self


class OwnQueue(Document):
    """Of the first release: number and file of each of the box's songs that wait, in order."""

    name = "queue"
    songs: _Songs

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"songs": content} if version == 0 else content


class PlayedSongs(Document):
    """Likewise, those that began and are still in the queue."""

    name = "played"
    songs: _Songs

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"songs": content} if version == 0 else content


class VolumeBefore(Document):
    """MPD's volume to be restored, while the box has turned it down for a moment."""

    name = "volume"
    percent: _Percent

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"percent": content} if version == 0 else content


class _Look(BaseModel):
    model_config = Document.model_config

    state: Annotated[str, Field(strict=False, pattern=r"^(play|pause|stop)$")]
    single: bool
    version: int
    songs: Annotated[list[_Entry], Field(strict=False)]
    adding: _Entry | None
    moving: bool


class LastSeen(Document):
    """What MPD was like when it was last seen: `edgemood.music.dj.people.last_look` reads it."""

    name = "last look"
    look: Annotated[dict[str, Any], AfterValidator(_as(_Look))]


class _Hands(BaseModel):
    model_config = Document.model_config

    boot: _Name
    silence: Annotated[str, Field(strict=False, pattern=r"^(stop|pause|clear|single)$")] | None
    since_s: _Seconds | None
    version: int
    played_s: Annotated[float, Field(ge=0)]  # as MPD says
    robot: bool


class Hands(Document):
    """What people's hands did last: `edgemood.music.dj.people.user_actions` reads it."""

    name = "hands"
    version = 2
    hands: Annotated[dict[str, Any], AfterValidator(_as(_Hands))]

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        del version
        silence = None if content.pop("wanted") else "stop"
        return {
            "hands": {"version": 0, "played_s": 0.0, "silence": silence, "robot": False} | content
        }


class AskedStrategy(Document):
    """The strategy that somebody asked for, and the configured one that it is in place of."""

    name = "strategy"
    said: _Strategy
    configured: _Strategy


class Opinions(Document):
    """The like and rating stickers of each file that were heeded; empty where there is none."""

    name = "opinions"
    stickers: dict[str, _Pair]

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"stickers": content} if version == 0 else content


class HistoryRead(Document):
    """Whether what other clients had counted before the box came was read."""

    name = "history"
    read: bool

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"read": content} if version == 0 else content


class Listened(Document):
    """What was heard of the song that played when the box went off, and what was to be counted."""

    name = "listened"
    song: _Queued | None
    heard_s: _Seconds
    due: Annotated[tuple[_Counted, ...], Field(strict=False, max_length=1000)]
    """each song's number and file, what became of it, when, and its count before"""


class Account(BaseModel):
    """What the box knows of one playlist of labels; lists of files."""

    model_config = Document.model_config

    known: _Files = ()
    """what it held when the box last looked"""
    planned: _Files | None = None
    """what it holds once the box has written, which may have happened or not"""
    own: _Files = ()
    """what the box put there"""
    refused: _Files = ()
    """what people took out: not to be put there again"""


class PlaylistAccounts(Document):
    """An account of each playlist of labels, by its name."""

    name = "label_playlists"
    accounts: dict[str, Account]

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        return {"accounts": content} if version == 0 else content


class QuietVolumeBefore(Document):
    """MPD's volume when quiet hours began, and what the box set it to."""

    name = "quiet_volume"
    before: _Percent
    set_to: _Percent

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        if version == 0:
            return {"before": content.pop("was"), "set_to": content.pop("set"), **content}
        return content


DOCUMENTS: tuple[type[Document], ...] = tuple(Document.__subclasses__())
"""every one there is"""

D = TypeVar("D", bound=Document)


class Memory(Protocol):
    """Where documents are kept through restarts."""

    def recall(self, kind: type[D]) -> D | None:
        """The document; None when there is none, or none that can be read."""

    def keep(self, document: Document) -> bool:
        """Replace the document; whether it survives a power cut now."""

    def forget(self, kind: type[Document]) -> bool:
        """Have none any more; whether that survives a power cut now."""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _first_problem(error: ValidationError) -> str:
    """In one line, and short, whatever the document holds."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if problem["type"] == "model_type":
        return "of another shape"
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place[:60]!a:.120}: {problem['msg'][:120]}" if place else str(problem["msg"][:120])
