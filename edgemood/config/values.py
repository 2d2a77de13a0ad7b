"""Kinds of values in config.yaml that are more than a number or a word."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from edgemood.languages import language_code, nearest_languages

PASSWORD_IN_HOST = re.compile(r"(.+?)@(@[^@]+|[^@]+)")
"""``secret@host``, ``secret@/path/of/socket``, ``secret@@name``"""
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)")
_BETWEEN = re.compile("[,;/\uff0c\u3001\uff1b]")


def minutes_of(hours: str) -> tuple[int, int]:
    """Beginning and end of ``22:00-07:00`` in minutes since midnight. Raises ValueError."""
    match = _HOURS.fullmatch(hours.strip())
    if match is None:
        raise ValueError(f"{hours} are not hours of the day")
    begin_h, begin_min, end_h, end_min = map(int, match.groups())
    return begin_h * 60 + begin_min, end_h * 60 + end_min


def _is_hours(text: str) -> str:
    if _HOURS.fullmatch(text.strip()) is None:
        raise PydanticCustomError("hours", "must be two times of day such as 22:00-07:00")
    return text


def _split(value: object) -> object:
    """One language alone, or several in one text, stand for a list."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [language for each in value for language in _languages_in(each)]
    return _languages_in(value) if isinstance(value, str) else value


def _languages_in(text: str) -> list[str]:
    languages: list[str] = []
    for part in _BETWEEN.split(text):
        words = part.split()
        languages += words if all(map(language_code, words)) else [part.strip()]
    return languages


def _are_languages(names: tuple[str, ...]) -> tuple[str, ...]:
    codes = [language_code(name) for name in names]
    unknown = [name for name, code in zip(names, codes, strict=True) if not code]
    if unknown:
        near = nearest_languages(unknown[0])
        meant = f" (did you mean {' or '.join(near)}?)" if near else ""
        # PydanticCustomError fills in what stands in braces
        shown = unknown[0][:40].replace("{", "(").replace("}", ")")
        raise PydanticCustomError(
            "languages",
            f'must be languages such as [en, zh], by code or name; "{shown}" is none{meant}',
        )
    return tuple(dict.fromkeys(codes))


def _is_playlists(text: str) -> str:
    if text != "none" and (text.count("*") != 1 or "/" in text or "\\" in text):
        raise PydanticCustomError(
            "playlists",
            'must be a name with one star in it and no slash, such as "Mood – *"; or none',
        )
    return text


Hours = Annotated[str, AfterValidator(_is_hours)]
"""``22:00-07:00``; may pass midnight."""

Playlists = Annotated[str, AfterValidator(_is_playlists)]
"""Names of playlists: one star for the emotion, and nothing that a file's name cannot hold."""

Languages = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_are_languages)]
"""Codes as of `language_code`: ``[en, zh]``; written by code or name."""
