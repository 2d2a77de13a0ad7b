"""What an emotion lexicon says of a lyric: feature values with degree words and negation scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

SCOPE_WORDS: Final = 3
"""How far before a word a degree word or a negation still reaches it (Hutto & Gilbert, VADER,
ICWSM 2014)."""
NEGATION: Final = -0.74
"""What a negation leaves of a polarity, from the same paper."""
STRONG: Final = 0.45
"""From here on a polarity, in [-1, 1], counts as strong."""

VALUE_NAMES: Final = (
    "positive_a_word",
    "negative_a_word",
    "polarity_a_word",
    "mean_polarity",
    "spread_of_polarity",
    "share_positive",
    "share_negative",
    "share_strongly_positive",
    "share_strongly_negative",
    "share_negations",
    "share_degree_words",
    "share_positive_lines",
    "share_negative_lines",
    "spread_of_line_polarity",
    "polarity_of_first_quarter",
    "polarity_of_last_quarter",
    "log_words",
    "share_different_words",
    "share_different_lines",
    "words_a_line",
    "spread_of_words_a_line",
    "letters_a_word",
)
"""The values every lexicon gives; the shares of its categories follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Words that carry feeling, turn it round, strengthen it, or belong to a theme."""

    polarity: Mapping[str, float]
    """unpleasant to pleasant, in [-1, 1]"""
    negations: frozenset[str]
    degrees: Mapping[str, float]
    """what a degree word multiplies a polarity by"""
    categories: Mapping[str, tuple[int, ...]]
    """the themes a word belongs to, by index"""
    category_count: int

    def values(self, lines: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """The feature values of a lyric's lines of words: (22 + categories,)."""
        lines = [line for line in lines if line]
        words = list(chain.from_iterable(lines))
        if not words:
            return np.zeros(len(VALUE_NAMES) + self.category_count, dtype=np.float32)
        polarities = [self.polarities(line) for line in lines]
        feeling = _feeling(np.array(list(chain.from_iterable(polarities))), len(words))
        signs = [
            sum(word in self.negations for word in words) / len(words),
            sum(word in self.degrees for word in words) / len(words),
        ]
        course = _course(np.array([sum(line) for line in polarities]))
        shares = np.sqrt(self._category_counts(words) / len(words))
        values = [*feeling, *signs, *course, *_form(lines, words), *shares]
        return np.array(values, dtype=np.float32)

    def polarities(self, line: Sequence[str]) -> list[float]:
        """The polarity of each word of a line that has one, as its neighbours leave it."""
        found = []
        for at, word in enumerate(line):
            polarity = self.polarity.get(word)
            if polarity:
                before = line[max(0, at - SCOPE_WORDS) : at]
                for other in before:
                    polarity *= self.degrees.get(other, 1.0)
                if any(other in self.negations for other in before):
                    polarity *= NEGATION
                found.append(polarity)
        return found

    def _category_counts(self, words: Sequence[str]) -> NDArray[np.float64]:
        counts = np.zeros(self.category_count)
        for word in words:
            for category in self.categories.get(word, ()):
                counts[category] += 1
        return counts


def _feeling(polarities: NDArray[np.float64], words: int) -> list[float]:
    if not len(polarities):
        return [0.0] * 9
    positive, negative = polarities[polarities > 0], -polarities[polarities < 0]
    return [
        positive.sum() / words,
        negative.sum() / words,
        polarities.sum() / words,
        polarities.mean(),
        polarities.std(),
        len(positive) / words,
        len(negative) / words,
        (positive > STRONG).sum() / words,
        (negative > STRONG).sum() / words,
    ]


def _course(line_polarity: NDArray[np.float64]) -> list[float]:
    """How feeling is spread over the lines, and where the lyric begins and ends."""
    quarter = max(1, len(line_polarity) // 4)
    return [
        (line_polarity > 0).mean(),
        (line_polarity < 0).mean(),
        line_polarity.std(),
        line_polarity[:quarter].mean(),
        line_polarity[-quarter:].mean(),
    ]


def _form(lines: Sequence[Sequence[str]], words: Sequence[str]) -> list[float]:
    """What needs no lexicon: length, repetition, and the make of lines and words."""
    lengths = np.array([len(line) for line in lines])
    return [
        np.log(len(words)),
        len(set(words)) / len(words),
        len({tuple(line) for line in lines}) / len(lines),
        lengths.mean(),
        lengths.std(),
        float(np.mean([len(word) for word in words])),
    ]
