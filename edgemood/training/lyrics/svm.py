"""Support-vector machines over lyrics, and their export as `WordWeights`.

A linear kernel throughout. The feature families keep their own scale: a unit TF-IDF vector, and
standardised lexicon values and mean word vectors, each divided by the root of their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from edgemood.music.analysis.lyrics.class_tree import Head, Heads

Floats = NDArray[np.float64]
Vectors = Mapping[str, NDArray[np.float32]]

CLIP = 3.0
"""standard deviations beyond which a lexicon value says no more"""


@dataclass(frozen=True, slots=True)
class Families:
    """Which features a classifier sees, and how loud each family is."""

    name: str
    terms: float
    values: float
    meanings: float


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """What there is to learn from, row by row."""

    terms: Sequence[Sequence[str]]
    values: NDArray[np.float32]
    """(n, values)"""
    moods: NDArray[np.str_]
    artists: NDArray[np.str_]
    undivided: NDArray[np.bool_]
    """(n,) True: the text is one of two moods only, and serves the decisions that part them"""

    def __getitem__(self, rows: NDArray[np.int_]) -> Texts:
        return Texts(
            [self.terms[row] for row in rows],
            self.values[rows],
            self.moods[rows],
            self.artists[rows],
            self.undivided[rows],
        )


class Features:
    """Texts as rows of numbers, scaled as the texts they were fitted on."""

    def __init__(
        self, texts: Texts, families: Families, vectors: Vectors, least_texts: int
    ) -> None:
        self.families = families
        self.vectors = vectors
        count = Counter(term for terms in texts.terms for term in set(terms))
        self._count, self._texts = count, len(texts.terms)
        self.terms = sorted(term for term, texts_ in count.items() if texts_ >= least_texts)
        self._column = {term: column for column, term in enumerate(self.terms)}
        self.mean = texts.values.mean(axis=0)
        self.deviation = np.maximum(texts.values.std(axis=0), 1e-4)
        meanings = self._meanings(texts)
        self.meaning_mean = meanings.mean(axis=0)
        self.meaning_deviation = np.maximum(meanings.std(axis=0), 1e-6)

    def idf(self, term: str) -> float:
        """Inverse document frequency, smoothed as if one more text held every term."""
        return float(np.log((1 + self._texts) / (1 + self._count[term])) + 1.0)

    @property
    def value_scale(self) -> float:
        """What standardised lexicon values are multiplied by."""
        return self.families.values / float(np.sqrt(len(self.mean)))

    @property
    def meaning_scale(self) -> float:
        """What standardised mean meanings are multiplied by."""
        return self.families.meanings / float(np.sqrt(max(1, len(self.meaning_mean))))

    def rows(self, texts: Texts) -> Any:
        """A sparse matrix: terms, lexicon values, meanings."""
        standard = np.clip((texts.values - self.mean) / self.deviation, -CLIP, CLIP)
        meanings = (self._meanings(texts) - self.meaning_mean) / self.meaning_deviation
        parts = [
            self._tf_idf(texts) * self.families.terms,
            sparse.csr_matrix(standard * self.value_scale),
            sparse.csr_matrix(meanings * self.meaning_scale),
        ]
        return sparse.hstack(parts).tocsr()

    def _tf_idf(self, texts: Texts) -> Any:
        matrix = self._weighted(texts, self._column)
        lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1))
        return _divided(matrix, lengths)

    def _meanings(self, texts: Texts) -> Floats:
        if not self.vectors:
            return np.zeros((len(texts.terms), 0))
        matrix = self._weighted(texts, {word: column for column, word in enumerate(self.vectors)})
        shares = _divided(matrix, matrix.sum(axis=1))
        meanings: Floats = shares @ np.stack(list(self.vectors.values()))
        return meanings

    def _weighted(self, texts: Texts, column_of: Mapping[str, int]) -> Any:
        """(n, columns): (1 + log tf) · idf of the terms that have a column."""
        rows: list[int] = []
        columns: list[int] = []
        weights: list[float] = []
        for row, terms in enumerate(texts.terms):
            for term, count in Counter(t for t in terms if t in column_of).items():
                rows.append(row)
                columns.append(column_of[term])
                weights.append((1.0 + np.log(count)) * self.idf(term))
        shape = len(texts.terms), len(column_of)
        return sparse.csr_matrix((weights, (rows, columns)), shape=shape)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One linear machine a head."""

    features: Features
    coefficients: Floats
    """(heads, features)"""
    bias: Floats
    """(heads,)"""

    def decisions(self, texts: Texts) -> Floats:
        """(n, heads)"""
        decided: Floats = self.features.rows(texts) @ self.coefficients.T + self.bias
        return decided


def fit(
    texts: Texts,
    heads: Heads,
    families: Families,
    vectors: Vectors,
    *,
    softness: float,
    least_texts: int,
) -> Fitted:
    """Fit every head on the texts it is about. `softness`: the machines' C."""
    features = Features(texts, families, vectors if families.meanings else {}, least_texts)
    rows = features.rows(texts)
    coefficients, biases = [], []
    for number, head in enumerate(heads.heads):
        about = concerned(texts, heads, number)
        machine = LinearSVC(C=softness, class_weight="balanced", max_iter=4000)
        machine.fit(rows[about], on_first_side(texts.moods[about], head))
        coefficients.append(machine.coef_[0])
        biases.append(machine.intercept_[0])
    return Fitted(features, np.array(coefficients), np.array(biases))


def concerned(texts: Texts, heads: Heads, number: int) -> NDArray[np.int_]:
    """The texts that a head is about."""
    head = heads.heads[number]
    about = np.isin(texts.moods, head.first + head.second)
    parts = parting(texts, heads)[number] != 0
    return np.flatnonzero(about & (parts | ~texts.undivided))


def parting(texts: Texts, heads: Heads) -> Floats:
    """How each head, (heads,), parts the two moods of the undivided texts; 0 where it does not.

    Halving does it first of all; against the rest, the heads of the two moods do.
    """
    moods = sorted(set(texts.moods[texts.undivided]))
    if not moods:
        return np.zeros(len(heads.heads))
    one, other = moods
    if heads.halving:
        helped = [number == 0 for number in range(len(heads.heads))]
    else:
        helped = [head.first[0] in moods for head in heads.heads]
    parts: Floats = np.where(helped, heads.signs(one) - heads.signs(other), 0.0)
    return parts


def on_first_side(moods: NDArray[np.str_], head: Head) -> NDArray[np.int_]:
    """1 where the mood is on the head's first side, else 0."""
    return np.isin(moods, head.first).astype(int)


def odds_scale(texts: Texts, heads: Heads, decisions: Floats) -> tuple[Floats, Floats]:
    """Slope and shift that make decisions log odds (Platt, 1999), both sides equally likely."""
    slopes, shifts = [], []
    for number, head in enumerate(heads.heads):
        about = concerned(texts, heads, number)
        curve = LogisticRegression(C=1e3, class_weight="balanced")
        curve.fit(decisions[about, number : number + 1], on_first_side(texts.moods[about], head))
        slopes.append(curve.coef_[0, 0])
        shifts.append(curve.intercept_[0])
    return np.array(slopes), np.array(shifts)


def weight_arrays(
    fitted: Fitted, slopes: Floats, shifts: Floats, further_words: Sequence[str]
) -> tuple[list[str], dict[str, NDArray[Any]]]:
    """The words and arrays of `WordWeights`; `further_words` are those of which only the meaning
    is known, unseen in training.
    """
    features = fitted.features
    scaled = fitted.coefficients * slopes[:, None]
    terms, values = len(features.terms), len(features.mean)
    of_term, of_value, of_meaning = np.split(scaled, [terms, terms + values], axis=1)
    of_meaning = of_meaning * features.meaning_scale / features.meaning_deviation
    known = set(features.terms)
    words = [*features.terms, *(word for word in further_words if word not in known)]
    heads = len(slopes)
    term, meaning = np.zeros((len(words), heads)), np.zeros((len(words), heads))
    term[:terms] = of_term.T * features.families.terms
    for row, word in enumerate(words):
        if word in features.vectors:
            meaning[row] = of_meaning @ features.vectors[word]
    bias = fitted.bias * slopes + shifts - of_meaning @ features.meaning_mean
    arrays: dict[str, NDArray[Any]] = {
        "idf": np.array([features.idf(word) for word in words]),
        "term": term,
        "meaning": meaning,
        "mean": features.mean,
        "deviation": features.deviation,
        "value": of_value.T * features.value_scale,
        "bias": bias,
    }
    halves = {name: values.astype(np.float16) for name, values in arrays.items()}
    exact = {name: arrays[name].astype(np.float32) for name in ("mean", "deviation", "bias")}
    flags = {
        "is_term": (np.arange(len(words)) < terms).astype(np.uint8),
        "has_meaning": np.array([word in features.vectors for word in words], dtype=np.uint8),
    }
    return words, halves | exact | flags


def _divided(matrix: Any, by: Any) -> Any:
    """Each row of a sparse matrix divided by its number; empty rows stay empty."""
    numbers = np.asarray(by).ravel()
    return sparse.diags(1.0 / np.where(numbers > 0, numbers, 1.0)) @ matrix
