"""A small JSON document that outlives the daemon, and where it is kept.

Documents of the first releases have no version; `Document.upgraded` reads those, and those of any
version since.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Seconds = Annotated[float, Field(ge=0, le=1e12)]
Percent = Annotated[int, Field(ge=0, le=100)]
Name = Annotated[str, Field(max_length=100)]
Queued = Annotated[tuple[int, str], Field(strict=False)]
"""a song's number in MPD's queue, and its file"""

_VERSION = "version"


class UnreadableError(ValueError):
    """What should be a document is none, or not one of a version that is known; says why."""


class Document(BaseModel):
    """One document; values are what their types say, never what could be turned into it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: ClassVar[str]
    """of its file, without the ending"""
    version: ClassVar[int] = 1
    bare: ClassVar[str | None] = None
    """the field whose value alone was the whole document, before it had a version"""

    @classmethod
    def upgraded(cls, content: Any, version: int) -> Any:
        """The fields of this version, out of the content of an older one; 0 is that without any.

        What cannot be one is given back as it is, or raises ValueError, TypeError or LookupError.
        """
        return {cls.bare: content} if cls.bare is not None and version == 0 else content

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


D = TypeVar("D", bound=Document)


class StateStore(Protocol):
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
