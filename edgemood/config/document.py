"""A YAML text as nested mappings of strings, with the place of everything in it.

Scalars stay the text that the owner wrote: what `on`, `0800` or `1:30` mean is for the schema to
say, not for YAML. Aliases, tags and several documents in one file are refused; nothing is expanded.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml

from edgemood.config.typography import CURLY_QUOTES, tidied
from edgemood.config.yaml_words import ALIAS, ANCHOR, TOO_DEEP, in_words

_STANDARD = "tag:yaml.org,2002:"
_UNTAGGED = {"map", "seq", "str", "null", "bool", "int", "float", "timestamp", "merge", "value"}
"""what YAML takes values for by their looks, when the owner sets no tag"""

MAX_BRACKETS = 10
"""Nesting of brackets and braces; the schema has two levels."""

KeyPath = tuple[str, ...]
"""the keys that lead to a value, such as ``("mood", "window_s")``"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in the file."""

    place: Place
    path: KeyPath
    """empty: the file as a whole"""
    message: str

    def __str__(self) -> str:
        parts = [f"{self.place.line}:{self.place.column}", ".".join(self.path), self.message]
        return ": ".join(part for part in parts if part)


@dataclass(slots=True)
class Document:
    """What stands in the file, and where."""

    content: Any = None
    """mappings, lists and strings; None where nothing stands"""
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_document(text: str) -> Document:
    """Parse the text; whatever cannot be understood is left out and stands in `problems`."""
    document = Document()
    text, odd = tidied(text)
    document.problems += [Problem(Place(line, at), (), words) for line, at, words in odd]
    try:
        composer = _Composer(text)
        root = composer.get_single_node()
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(text, error))
    except RecursionError:
        document.problems.append(Problem(Place(1, 1), (), TOO_DEEP))
    else:
        document.problems += [Problem(_place(mark), (), ANCHOR) for mark in composer.named_places]
        if root is not None:
            document.content = _content(root, (), document)
    return document


class _Composer(yaml.SafeLoader):
    """Composes nodes, but never shares one: a few aliases can stand for gigabytes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.named_places: list[yaml.Mark] = []

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:  # noqa: N803 - PyYAML's name
        if self.flow_level == MAX_BRACKETS:  # what it needs for one more grows with each
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=self.get_mark())
        super().fetch_flow_collection_start(TokenClass)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=ALIAS, problem_mark=mark)
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            self.named_places.append(event.start_mark)
        return super().compose_node(parent, index)


def _content(node: yaml.Node, path: KeyPath, document: Document) -> Any:
    document.values[path] = place = _place(node.start_mark)
    if node.tag.removeprefix(_STANDARD) not in _UNTAGGED:
        document.problems.append(
            Problem(place, path, 'has a tag; put quotes around a text that begins with "!"')
        )
        return None
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [
            _content(item, (*path, str(number)), document) for number, item in enumerate(node.value)
        ]
    return _scalar(node, path, document)


def _scalar(node: yaml.Node, path: KeyPath, document: Document) -> str | None:
    text: str = node.value
    if node.tag == _STANDARD + "null":
        return None
    problem = None
    if not _is_one_line(text):
        problem = "holds a line break or control character"
    elif len(text) > 1 and text[0] + text[-1] in CURLY_QUOTES:
        problem = f'{text[0]} and {text[-1]} are no quotes here; type plain ones: "…"'
    if problem is not None:
        document.problems.append(Problem(document.values[path], path, problem))
        return None
    return text


def _mapping(node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode) or not _is_one_line(key_node.value):
            document.problems.append(Problem(place, path, "a key must be a word"))
            continue
        key = (*path, key_node.value)
        if key_node.value in content:
            first = document.keys[key].line
            document.problems.append(
                Problem(place, key, f"stands here a second time; first in line {first}")
            )
            continue
        document.keys[key] = place
        content[key_node.value] = _content(value_node, key, document)
    return content


def _is_one_line(text: str) -> bool:
    return all(unicodedata.category(character) not in {"Cc", "Cs"} for character in text)


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _syntax_problem(text: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1)
        place = Place(before.count("\n") + 1, column + 1)
        return Problem(place, (), f"holds the unusable character U+{ord(text[error.position]):04X}")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(Place(1, 1), (), f"is not YAML: {error}")
    message = error.problem or error.context or "is not YAML"
    at = error.problem_mark
    near = (at.buffer or "")[max(0, at.pointer - 1) : at.pointer + 1]
    words = in_words(message, near)
    if error.context_mark is not None and "quotation mark" in words:
        words += f"; it was opened in line {error.context_mark.line + 1}"
    return Problem(_place(at), (), words)
