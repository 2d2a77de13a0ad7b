"""English lyrics to words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'"})


def words_of(line: str) -> list[str]:
    """The words of a line in small letters: ``Don't stop`` gives ``don't``, ``stop``."""
    return _WORD.findall(line.casefold().translate(_APOSTROPHES))


def terms_of(words: Sequence[str]) -> list[str]:
    """What a classifier looks at: the words of a line, and each with its neighbour."""
    return [*words, *(f"{word} {after}" for word, after in pairwise(words))]
