"""What the schema has against a value, in words an owner understands."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from edgemood.config.document import Document, KeyPath, Problem
from edgemood.config.schema import Config

MAX_SHOWN = 40
"""characters of a wrong value that a message repeats"""

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")

_EXPECTED = {
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be less than {lt:g}",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text",
    "path_type": "must be a path",
    "tuple_type": "must be a list",
}


def in_words(details: ErrorDetails, document: Document) -> Problem:
    """What pydantic found, as a problem at its place in the document."""
    path: KeyPath = ()
    for step in details["loc"]:  # beyond the file's keys it names a branch of a union
        if (*path, step) not in document.keys:
            break
        path = (*path, str(step))
    if details["type"] == "extra_forbidden":
        message = "unknown key" + _did_you_mean(nearest_keys(path))
        return Problem(document.keys[path], path, message)
    return Problem(document.values[path], path, _message(details, path))


def clashes(config: Config, document: Document) -> Iterator[Problem]:
    """Values that are good by themselves and not together."""
    panel = config.panel
    if panel.enabled == "no" or panel.button_pin != panel.led_pin:
        return
    for key, other, thing in (
        ("button_pin", "led_pin", "the LED"),
        ("led_pin", "button_pin", "the button"),
    ):
        path: KeyPath = ("panel", key)
        if path in document.values:
            unsaid = "" if ("panel", other) in document.values else ", unless you say another"
            message = f"{panel.led_pin} is the pin of {thing}, too ({other}{unsaid})"
            yield Problem(document.values[path], path, message)
            return


def annotation_at(path: KeyPath) -> Any:
    """The type of the value at a path of the schema; None when the schema has no such path."""
    annotation: Any = Config
    for key in path:
        field = annotation.model_fields.get(key) if is_section(annotation) else None
        annotation = field.annotation if field else None
    return annotation


def is_section(annotation: Any) -> bool:
    """Whether a type of the schema is a section with keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def nearest_keys(path: KeyPath) -> list[str]:
    """Keys that may have been meant by an unknown one: near ones beside it, or its like elsewhere.

    Those beside it are given by name, others with their section: ``mood.window_s``.
    """
    keys = list(_all_keys(Config, ()))
    beside = [key[-1] for key in keys if key[:-1] == path[:-1]]
    elsewhere = [".".join(key) for key in keys if key[:-1] != path[:-1] and key[-1] == path[-1]]
    return [*_nearest(path[-1], beside), *elsewhere[:3]]


def _all_keys(section: Any, path: KeyPath) -> Iterator[KeyPath]:
    for key, field in section.model_fields.items():
        yield (*path, key)
        if is_section(field.annotation):
            yield from _all_keys(field.annotation, (*path, key))


def _message(details: ErrorDetails, path: KeyPath) -> str:
    annotation = annotation_at(path)
    if is_section(annotation):
        return f"must have keys below it, indented, such as {_first_line(annotation)}"
    found = details["input"]
    choices = _choices(annotation)
    if choices:
        expected = f"must be one of {', '.join(choices)}"
    elif details["type"] in _EXPECTED:
        expected = _EXPECTED[details["type"]].format(**details.get("ctx", {}))
    else:
        expected = details["msg"]
    if SecretStr in get_args(annotation):
        return expected
    nearest = _nearest(found, choices) if isinstance(found, str) else []
    if details["type"].startswith(("int_", "float_")) and isinstance(found, str):
        nearest = _plain_number(found)
    return f"{expected}, not {_shown(found)}{_did_you_mean(nearest)}"


def _first_line(section: type[BaseModel]) -> str:
    """What the first line below a section may look like."""
    key, field = next(iter(section.model_fields.items()))
    if is_section(field.annotation):
        return f'"{key}:"'
    return f'"{key}: {field.default}"'


def _choices(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [member.value for member in annotation]
    return []


def _shown(found: Any) -> str:
    if isinstance(found, str):
        return f'"{found[:MAX_SHOWN]}…"' if len(found) > MAX_SHOWN else f'"{found}"'
    return "a section" if isinstance(found, dict) else "a list"


def _plain_number(text: str) -> list[str]:
    """The number that was meant by one with a comma, or with signs of another alphabet."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace(",", ".")
    return [plain] if plain != text and _NUMBER.fullmatch(plain) else []


def _nearest(word: str, options: list[str]) -> list[str]:
    return difflib.get_close_matches(word.lower(), options, n=3, cutoff=0.6)


def _did_you_mean(nearest: list[str]) -> str:
    return f" (did you mean {' or '.join(nearest)}?)" if nearest else ""
