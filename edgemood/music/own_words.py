"""The owner's file of words for moods: each line counts by itself, and so does each mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from edgemood.config.document import Document, Place, Problem, read_document
from edgemood.config.loader import read
from edgemood.emotion import Affect, Emotion
from edgemood.errors import ConfigError
from edgemood.music.negation import MOST_WORDS, clauses

_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_EXPECTED: Final = (
    f"must be an emotion ({', '.join(Emotion)}), or two numbers from -1 to 1 for pleasant and "
    "exciting, such as [0.6, -0.3]"
)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What stands in such a file."""

    moods: Mapping[str, Affect]
    """word by word, in small letters"""
    problems: tuple[str, ...] = ()
    """each ``words.yaml:LINE:COLUMN: word: what is wrong``; everything else holds"""


def read_words(file: Path, known: Mapping[str, Affect]) -> OwnWords:
    """The words in a file such as ``cosy: [0.6, -0.3]`` or ``blue: sad``; never raises.

    `known` are words that a line may name, too: ``off: calm``.
    """
    try:
        text = read(file)
    except ConfigError as error:
        return OwnWords({}, tuple(error.problems))
    moods: dict[str, Affect] = {}
    problems: list[Problem] = []
    for document in _documents(text):
        problems += document.problems
        if not isinstance(document.content, dict):
            if document.content is not None:
                problems.append(
                    Problem(document.values[()], (), "must be a line such as `blue: sad`")
                )
            continue
        for word, says in document.content.items():
            place, affect, problem = _entry(word, says, known, document)
            if affect is None and (word,) not in {told.path for told in document.problems}:
                problems.append(Problem(place, (word,), problem))
            elif affect is not None:
                moods[_normal(word)] = affect
    lines = (f"{file}:{problem}" for problem in sorted(set(problems)))
    return OwnWords(moods, tuple(lines))


def _documents(text: str) -> Iterator[Document]:
    """The file as a whole; where YAML cannot make it out, what each of its lines says."""
    whole = read_document(text)
    if whole.content is not None or not whole.problems:
        yield whole
        return
    lines = text.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if at == 0 or line[:1] not in " #-\r\n"]
    for start, end in pairwise([*starts, len(lines)]):
        yield _further_down(read_document("".join(lines[start:end])), start)


def _further_down(document: Document, lines: int) -> Document:
    """A document that begins some lines further down in its file."""

    def moved(place: Place) -> Place:
        return Place(place.line + lines, place.column)

    return Document(
        document.content,
        {path: moved(place) for path, place in document.keys.items()},
        {path: moved(place) for path, place in document.values.items()},
        [replace(problem, place=moved(problem.place)) for problem in document.problems],
    )


def _entry(
    word: str, says: Any, known: Mapping[str, Affect], document: Document
) -> tuple[Place, Affect | None, str]:
    """Where something is wrong with an entry, the place of its word on the plane, and what."""
    words = _normal(word)
    if not words or len(words.split()) > MOST_WORDS:
        return document.keys[word,], None, f"must be one to {MOST_WORDS} words"
    affect, problem = _affect(says, known)
    return document.values[word,], affect, problem


def _affect(says: Any, known: Mapping[str, Affect]) -> tuple[Affect | None, str]:
    if isinstance(says, str) and len(pair := says.replace(",", " ").split()) == 2:
        numbers = [_number(each) for each in pair]
        says = pair if None not in numbers else says
    if isinstance(says, str):
        name = says.strip().casefold()
        if name in known:
            return known[name], ""
        near = difflib.get_close_matches(name, [*Emotion, *known], n=3, cutoff=0.6)
        meant = f" (did you mean {' or '.join(dict.fromkeys(near))}?)" if near else ""
        return None, f'{_EXPECTED}, not "{says[:40]}"{meant}'
    if isinstance(says, list):
        numbers = [_number(each) for each in says]
        if len(numbers) == 2 and None not in numbers:
            valence, arousal = (number for number in numbers if number is not None)
            if max(abs(valence), abs(arousal)) <= 1:
                return Affect(valence, arousal), ""
        point = "; write 0.6 with a point" if len(numbers) == 4 and None not in numbers else ""
        return None, _EXPECTED + point
    return None, _EXPECTED


def _number(text: Any) -> float | None:
    """A number as people write it; YAML has another mind about ``.6`` and ``+1``."""
    if not isinstance(text, str):
        return None
    plain = text.strip().replace("\u2212", "-")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _normal(word: str) -> str:
    return " ".join(word for clause in clauses(word) for word in clause)
