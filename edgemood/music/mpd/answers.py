"""MPD's words as numbers and names: whatever else a server says is nothing, or no answer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import mpd

LONGEST_NAME = 4096
"""bytes of a path, as on Linux"""
LONGEST_TAG = 1000
"""letters"""
_MOST_VALUES = 50
"""of one tag"""
_LONGEST_S = 1e10
_HIGHEST_ID = 2**31 - 1
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_RANGE = re.compile(r"\d{1,9}(\.\d{1,9})?-(\d{1,9}(\.\d{1,9})?)?", re.ASCII)

Tags = Mapping[str, Any]
"""One song as MPD gives it: ``file``, and tags in lower case, each a string or a list of them."""


class NonsenseError(mpd.ProtocolError):  # type: ignore[misc]  # python-mpd2 has no types
    """An answer that no MPD would give."""


def word(value: object) -> str | None:
    """One word; the last, where a server says it several times."""
    if isinstance(value, list):
        value = value[-1] if value else None
    return value if isinstance(value, str) else None


def whole(value: object, most: int) -> int | None:
    """A number from 0 to `most`; None for anything else."""
    text = word(value)
    if text is None or not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if number <= most else None


def seconds(value: object) -> float | None:
    """A length of time; None for anything else, such as one that never ends."""
    text = word(value)
    if text is None or len(text) > 40:
        return None
    try:
        length_s = float(text)
    except ValueError:
        return None
    return length_s if math.isfinite(length_s) and 0 <= length_s <= _LONGEST_S else None


def bytes_per_s(value: object) -> int | None:
    """Of sound in a format such as ``44100:16:2``; None for what is no such format."""
    rate, _, rest = (word(value) or "").partition(":")
    bits, _, channels = rest.partition(":")
    parts = whole(rate, 10**6), whole("32" if bits == "f" else bits, 32), whole(channels, 64)
    if None in parts:
        return None
    return math.prod(part or 0 for part in parts) // 8 or None


def needed(answer: Mapping[str, Any], key: str, most: int = _HIGHEST_ID) -> int:
    """A number that must be there. Raises NonsenseError."""
    number = whole(answer.get(key), most)
    if number is None:
        raise NonsenseError(f"{key} is {str(answer.get(key))[:40]!r}")
    return number


def name_in(row: Mapping[str, Any], key: str = "file") -> str | None:
    """What a row is about; None where it does not say."""
    name = word(row.get(key))
    return name if name and len(name) <= LONGEST_NAME else None


def names(rows: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    """What the rows are about."""
    return [name for row in rows if (name := name_in(row, key)) is not None]


def songs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Tags]:
    """Rows of an answer as songs: numbers are numbers, and tags are printable and not endless."""
    for row in rows:
        file = name_in(row)
        if file is not None:
            yield {"file": file} | {
                key: clean for key, value in row.items() if (clean := _clean(key, value))
            }


def _clean(key: str, value: Any) -> str | list[str] | None:
    text = word(value) or ""
    if key == "file":
        return text
    if key in ("duration", "time"):
        return text if seconds(text) is not None else None
    if key == "range":
        return text if _RANGE.fullmatch(text) else None
    if isinstance(value, list):
        return [_printable(part) for part in value[:_MOST_VALUES]]
    return _printable(text)


def _printable(text: str) -> str:
    """Without control characters; bytes that are not UTF-8 stay escaped."""
    text = text[:LONGEST_TAG]
    if text.isprintable():
        return text
    return "".join(" " if sign < " " or "\x7f" <= sign < "\xa0" else sign for sign in text)
