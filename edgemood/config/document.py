"""A YAML text as nested mappings of strings, with the place of everything in it.

Scalars stay the text that the owner wrote: what `on`, `0800` or `1:30` mean is for the schema to
say, not for YAML. Aliases, tags and several documents in one file are refused; nothing is expanded.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml

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
    try:
        root = _Composer(text).get_single_node()
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(text, error))
    except RecursionError:
        document.problems.append(Problem(Place(1, 1), (), "is nested too deeply"))
    else:
        if root is not None:
            document.content = _content(root, (), document)
    return document


class _Composer(yaml.SafeLoader):
    """Composes nodes, but never shares one: a few aliases can stand for gigabytes."""

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:  # noqa: N803 - PyYAML's name
        if self.flow_level == MAX_BRACKETS:  # what it needs for one more grows with each
            raise yaml.MarkedYAMLError(problem="is nested too deeply", problem_mark=self.get_mark())
        super().fetch_flow_collection_start(TokenClass)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem='"*" refers to another place in YAML, which is not used here; '
                "put quotes around a text that begins with it",
                problem_mark=mark,
            )
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
    if node.tag == _STANDARD + "null":
        return None
    if not _is_one_line(node.value):
        document.problems.append(Problem(place, path, "holds a line break or control character"))
        return None
    return node.value


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
    if "'\\t'" in message:
        message = "a tab; indent with spaces"
    elif message == "mapping values are not allowed here":
        message = (
            'unexpected ":"; is one missing in the line before, or is this line too far right?'
        )
    elif message == "could not find expected ':'":
        message = 'a ":" is missing after a key, here or in the line before'
    elif message == "but found another document":
        message = "a second document begins here; one file holds one configuration"
    elif message.startswith(("expected <block end>", "expected the node content")):
        message = f"the indentation does not fit the lines before, or a sign is astray ({message})"
    return Problem(_place(error.problem_mark), (), message)
