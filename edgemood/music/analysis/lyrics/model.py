"""From a lyric to a mood, and which lines spoke for what."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from edgemood.emotion import Emotion, strongest
from edgemood.music.analysis import npz
from edgemood.music.analysis.classes import CLASSES, certainty, mood_of
from edgemood.music.analysis.lyrics import english
from edgemood.music.analysis.lyrics.chinese import Segmenter
from edgemood.music.analysis.lyrics.class_tree import Head, Heads
from edgemood.music.analysis.lyrics.language import language_of
from edgemood.music.analysis.lyrics.lexicon import Lexicon
from edgemood.music.analysis.lyrics.text import sung_lines
from edgemood.music.analysis.lyrics.word_weights import WordWeights
from edgemood.music.song import Origin, SongMood

LANGUAGES: Final = ("en", "zh")
"""There is a file ``lyrics_LANGUAGE.npz`` for each."""
ENOUGH_WORDS: Final = 50
"""A lyric shorter than this is trusted less, in proportion; the shortest twentieth of the
training lyrics is."""
_LOUDEST_LINES: Final = 8
_EXPECTED: Final = "word weights written by `make train-lyrics`"

Lines = list[list[str]]
"""the words of each line"""


@dataclass(frozen=True, slots=True)
class LineSays:
    """What one line says."""

    text: str
    emotion: Emotion
    weight: float
    """its share of what all lines say, in [0, 1]"""


@dataclass(frozen=True, slots=True, eq=False)
class LyricsReading:
    """What was read in a lyric."""

    mood: SongMood | None
    """None when it is in a language that no model knows"""
    language: str
    """ISO 639-1; ``zxx`` when nothing is sung, empty when unknown"""
    lines: tuple[LineSays, ...]
    """those that say most, loudest first"""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    """of the classes the language's data set knows"""


class LyricsModel:
    """Reads English and Chinese lyrics; of others it tells the language."""

    def __init__(self, folder: Path) -> None:
        """Load ``lyrics_en.npz`` and ``lyrics_zh.npz``. Raises ModelError."""
        self._readers = {name: _Reader(folder / f"lyrics_{name}.npz") for name in LANGUAGES}

    def judge(self, text: str) -> LyricsReading | None:
        """The mood of a lyric as it stands in a file or tag; None when it holds no line."""
        lines = sung_lines(text)
        if not lines:
            return None
        language = language_of(lines)
        reader = self._readers.get(language)
        if reader is None:
            return LyricsReading(None, language, ())
        words = [reader.words_of(line) for line in lines]
        probabilities = reader.probabilities(words)
        mood = mood_of(probabilities)
        enough = min(1.0, sum(map(len, words)) / ENOUGH_WORDS)
        return LyricsReading(
            SongMood(
                scores=mood.scores,
                affect=mood.affect,
                origin=Origin.LYRICS,
                reliability=certainty(probabilities) * enough,
                because=f"lyrics ({language})",
            ),
            language,
            _loudest(lines, words, reader),
            probabilities,
        )


class _Reader:
    """One language's words, lexicon and classifier."""

    def __init__(self, path: Path) -> None:
        arrays = npz.read(path, _EXPECTED, _NAMES)
        about: dict[str, Any] = json.loads(arrays["about"].tobytes())
        self.lexicon = lexicon_of(arrays)
        self._heads = Heads(
            tuple(about["classes"]),
            tuple(Head(tuple(first), tuple(second)) for first, second in about["heads"]),
            about["halving"],
        )
        words = {word: row for row, word in enumerate(npz.unpacked(arrays["words"]))}
        self._weights = WordWeights(words, *(arrays[name] for name in _WEIGHTS))
        self.words_of, self.terms_of = _tokeniser(arrays)

    def probabilities(self, words: Lines) -> dict[str, float]:
        """How likely each class is."""
        values = self.lexicon.values(words)
        decisions = self._weights.decisions(self._terms(words), values)
        shares = self._heads.probabilities(decisions).tolist()
        return dict(zip(self._heads.classes, shares, strict=True))

    def term_votes(self, words: Lines) -> dict[str, dict[str, float]]:
        """What each known term adds to the log odds of each class."""
        signs = {name: self._heads.signs(name) for name in self._heads.classes}
        added = self._weights.contributions(self._terms(words))
        return {
            term: {name: float(sign @ decisions) for name, sign in signs.items()}
            for term, decisions in added.items()
        }

    def _terms(self, words: Lines) -> list[str]:
        return [term for line in words for term in self.terms_of(line)]


def _loudest(lines: Sequence[str], words: Lines, reader: _Reader) -> tuple[LineSays, ...]:
    """The lines whose terms move the decision most; a repeated line counts as often as it comes.

    A term's vote is shared out among the places where it stands.
    """
    votes = reader.term_votes(words)
    terms = [reader.terms_of(line) for line in words]
    places = Counter(chain.from_iterable(terms))
    said: dict[str, dict[str, float]] = {}
    for line, line_terms in zip(lines, terms, strict=True):
        sums = said.setdefault(line, defaultdict(float))
        for term in line_terms:
            for name, vote in votes.get(term, {}).items():
                sums[name] += vote / places[term]
    strength = {line: max(sums.values(), default=0.0) for line, sums in said.items()}
    total = sum(each for each in strength.values() if each > 0)
    loudest = sorted(
        (line for line in said if strength[line] > 0), key=lambda line: -strength[line]
    )
    return tuple(
        LineSays(line, _emotion(said[line]), strength[line] / total)
        for line in loudest[:_LOUDEST_LINES]
    )


def _emotion(votes: dict[str, float]) -> Emotion:
    return strongest(CLASSES[max(votes, key=lambda name: votes[name])].scores)


def _tokeniser(
    arrays: dict[str, NDArray[Any]],
) -> tuple[Callable[[str], list[str]], Callable[[Sequence[str]], list[str]]]:
    traditional = npz.unpacked(arrays["traditional"])
    if not traditional:
        return english.words_of, english.terms_of
    simplified = npz.unpacked(arrays["simplified"])
    table = {ord(old): new for old, new in zip(traditional, simplified, strict=True)}
    segmenter = Segmenter(table)
    return segmenter.words_of, segmenter.terms_of


def lexicon_of(arrays: dict[str, NDArray[Any]]) -> Lexicon:
    """The lexicon in a file's arrays."""
    themes: dict[str, tuple[int, ...]] = defaultdict(tuple)
    theme_words = npz.unpacked(arrays["theme_words"])
    for word, theme in zip(theme_words, arrays["themes"].tolist(), strict=True):
        themes[word] += (theme,)
    return Lexicon(
        polarity=_table(arrays, "polar_words", "polarities"),
        negations=frozenset(npz.unpacked(arrays["negations"])),
        degrees=_table(arrays, "degree_words", "degrees"),
        categories=dict(themes),
        category_count=int(arrays["themes"].max(initial=-1)) + 1,
    )


def _table(arrays: dict[str, NDArray[Any]], words: str, numbers: str) -> dict[str, float]:
    return dict(zip(npz.unpacked(arrays[words]), arrays[numbers].tolist(), strict=True))


_WEIGHTS: Final = (
    "idf",
    "term",
    "meaning",
    "is_term",
    "has_meaning",
    "mean",
    "deviation",
    "value",
    "bias",
)
_TEXTS: Final = ("words", "polar_words", "negations", "degree_words", "theme_words")
_REST: Final = ("polarities", "degrees", "themes", "traditional", "simplified", "about")
_NAMES: Final = (*_WEIGHTS, *_TEXTS, *_REST)
