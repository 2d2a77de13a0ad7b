"""Chinese lyrics to words: traditional to simplified characters, then jieba's segmentation."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

LEAST_FREQUENCY: Final = 20
"""Of words kept from jieba's dictionary: 92 thousand of 349 thousand, for 35 MB instead of 77 and
a third of the start-up; lyrics are cut nearly the same (`tests/music/analysis`)."""


class Segmenter:
    """Cuts Chinese text into words. The dictionary is read when it is first needed."""

    def __init__(self, simplified: Mapping[int, str]) -> None:
        """`simplified`: what to write for a traditional character, by its code point."""
        self._simplified = dict(simplified)
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def words_of(self, line: str) -> list[str]:
        """The words of a line in simplified characters, Latin ones in small letters."""
        text = line.casefold().translate(self._simplified)
        return [word for word in self._dictionary().cut(text) if word.isalnum()]

    @staticmethod
    def terms_of(words: Sequence[str]) -> list[str]:
        """What a classifier looks at: the words, and the characters longer words are made of."""
        return [*words, *(sign for word in words if len(word) > 1 for sign in word if sign > "z")]

    def _dictionary(self) -> Any:
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = _tokenizer()
            return self._tokenizer


def _tokenizer() -> Any:
    """Jieba with its commoner words. Its own loader would trust a cache file in /tmp."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = _frequencies()
    tokenizer.initialized = True
    return tokenizer


def _frequencies() -> tuple[dict[str, int], int]:
    """Jieba's prefix dictionary: the words with their frequencies, their beginnings with 0."""
    frequencies: dict[str, int] = {}
    for word, frequency in _entries():
        frequencies[word] = frequency
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    return frequencies, sum(frequencies.values())


def _entries() -> Iterator[tuple[str, int]]:
    with files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, *_ = line.split(" ")
            if int(frequency) >= LEAST_FREQUENCY:
                yield word, int(frequency)
