"""Linear classifiers over a lyric's words and feature values, in plain numpy.

A support-vector machine with a linear kernel is a weight for every word and every feature value.
A word counts in two ways. As a term of TF-IDF: (1 + log tf) · idf, the lyric's vector scaled to
length 1. As a meaning: the mean of the words' meanings, each with that same weight. The idf and
the meanings (word vectors) are multiplied into the weights when they are exported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class WordWeights:
    """Weights of `heads` linear decisions; a positive decision speaks for a head's first side."""

    row_of_word: Mapping[str, int]
    idf: Matrix
    """(words,)"""
    term: Matrix
    """(words, heads): weight of a word's share of the unit TF-IDF vector"""
    meaning: Matrix
    """(words, heads): weight of a word's share of the mean meaning"""
    is_term: Matrix
    """(words,) 1 where the word is one of the vector's terms"""
    has_meaning: Matrix
    """(words,) 1 where the word has a meaning"""
    mean: Matrix
    """(values,): of the feature values in training"""
    deviation: Matrix
    """(values,): their standard deviation"""
    value: Matrix
    """(values, heads)"""
    bias: Matrix
    """(heads,)"""

    def decisions(self, words: Iterable[str], values: Matrix) -> Matrix:
        """The log odds of each head's first side, (heads,), of a lyric."""
        rows, shares = self._shares(words)
        standard = np.clip((values - self.mean) / self.deviation, -3.0, 3.0)
        decisions: Matrix = self.bias + standard @ self.value
        if len(rows):
            decisions = decisions + self._spoken(rows, shares).sum(axis=0)
        return decisions

    def contributions(self, words: Iterable[str]) -> dict[str, Matrix]:
        """What each word adds to the decisions, (heads,) a word; unknown words are left out."""
        words = list(words)
        rows, shares = self._shares(words)
        word_of_row = {self.row_of_word[word]: word for word in words if word in self.row_of_word}
        spoken = self._spoken(rows, shares)
        return {word_of_row[int(row)]: spoken[place] for place, row in enumerate(rows)}

    def _shares(self, words: Iterable[str]) -> tuple[NDArray[np.int64], Matrix]:
        counts = Counter(self.row_of_word[word] for word in words if word in self.row_of_word)
        rows = np.array(list(counts), dtype=np.int64)
        frequency = np.array(list(counts.values()), dtype=np.float32)
        weights = (1.0 + np.log(frequency)) * self.idf[rows] if len(rows) else frequency
        return rows, weights.astype(np.float32)

    def _spoken(self, rows: NDArray[np.int64], weights: Matrix) -> Matrix:
        terms = weights * self.is_term[rows]
        meanings = weights * self.has_meaning[rows]
        length = float(np.sqrt((terms**2).sum())) or 1.0
        total = float(meanings.sum()) or 1.0
        spoken: Matrix = (terms / length)[:, None] * self.term[rows]
        return spoken + (meanings / total)[:, None] * self.meaning[rows]
