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

from edgemood.music.analysis.halving import Head, Heads

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
    """(n,) True: the text serves the first, pleasant or unpleasant, decision only"""

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
        matrix = sparse.lil_matrix((len(texts.terms), len(self.terms)))
        for row, terms in enumerate(texts.terms):
            weights = _weights(Counter(t for t in terms if t in self._column), self.idf)
            length = np.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
            for term, weight in weights.items():
                matrix[row, self._column[term]] = weight / length
        return matrix.tocsr()

    def _meanings(self, texts: Texts) -> Floats:
        numbers = len(next(iter(self.vectors.values()))) if self.vectors else 0
        meanings = np.zeros((len(texts.terms), numbers))
        for row, terms in enumerate(texts.terms):
            weights = _weights(Counter(t for t in terms if t in self.vectors), self.idf)
            if weights:
                stack = np.stack([self.vectors[term] for term in weights])
                meanings[row] = np.average(stack, axis=0, weights=list(weights.values()))
        return meanings


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
        about = concerned(texts, head, first=number == 0)
        machine = LinearSVC(C=softness, class_weight="balanced", max_iter=4000)
        machine.fit(rows[about], on_first_side(texts.moods[about], head))
        coefficients.append(machine.coef_[0])
        biases.append(machine.intercept_[0])
    return Fitted(features, np.array(coefficients), np.array(biases))


def concerned(texts: Texts, head: Head, *, first: bool) -> NDArray[np.int_]:
    """The texts a head is about."""
    about = np.isin(texts.moods, head.first + head.second)
    return np.flatnonzero(about & (first | ~texts.undivided))


def on_first_side(moods: NDArray[np.str_], head: Head) -> NDArray[np.int_]:
    """1 where the mood is on the head's first side, else 0."""
    return np.isin(moods, head.first).astype(int)


def odds_scale(texts: Texts, heads: Heads, decisions: Floats) -> tuple[Floats, Floats]:
    """Slope and shift that make decisions log odds (Platt, 1999), both sides equally likely."""
    slopes, shifts = [], []
    for number, head in enumerate(heads.heads):
        about = concerned(texts, head, first=number == 0)
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


def _weights(counts: Counter[str], idf: Any) -> dict[str, float]:
    return {term: (1.0 + np.log(count)) * idf(term) for term, count in counts.items()}
