"""Kinds of values in config.yaml that are more than a number or a word."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)")
_LANGUAGE = re.compile(r"[a-z]{2}")


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
    """One code alone, or several in one text, stand for a list."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _are_languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        raise PydanticCustomError("languages", "must be codes of two letters such as [en, zh]")
    return codes


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
"""ISO 639-1 codes: ``[en, zh]``."""
