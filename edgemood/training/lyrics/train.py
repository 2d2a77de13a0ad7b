"""Train the lyrics classifiers: `python -m edgemood.training.lyrics.train` (`make train-lyrics`).

Every scheme (halving, one against the rest) is tried with every feature family (lexicon, TF-IDF,
both) by cross-validation on train and validation; the best of each language becomes
`models/lyrics_LANGUAGE.npz`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from edgemood.music.analysis.lyrics.chinese import Segmenter
from edgemood.music.analysis.lyrics.class_tree import Head, Heads, against_the_rest
from edgemood.music.analysis.lyrics.english import terms_of as english_terms
from edgemood.music.analysis.lyrics.model import lexicon_of
from edgemood.music.analysis.npz import packed
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.lyrics import lexicons as lyrics_lexicons
from edgemood.training.lyrics import svm as lyrics_svm
from edgemood.training.lyrics.data import CACHE, Lyric, chinese_lyrics, english_lyrics
from edgemood.training.lyrics.svm import Families, Floats, Texts, Vectors
from edgemood.training.lyrics.word_vectors import word_vectors

SEED = 6
FOLDS = 5
UNSEEN_WORDS = 10_000
"""commonest words kept for their meaning although no training lyric has them"""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """What a language's classifier learns from and may look like."""

    name: str
    lexicon: lyrics_lexicons.Arrays
    texts: Texts
    vectors: Vectors
    schemes: Mapping[str, Heads]
    families: Sequence[Families]
    softness: float
    """the machines' C: chosen by cross-validation among 0.01, 0.03, 0.1, 0.3, 1"""
    least_texts: int
    """texts a term must occur in"""


def english(data: Path, cache: Path) -> Language:
    """Four moods; the happy and sad songs of MusicMood help to tell these two apart."""
    lexicon = lyrics_lexicons.english(data)
    lyrics = english_lyrics(data)
    known = [each for each in lyrics if each.split != "test"]
    words = (word for each in known for line in each.words for word in line)
    return Language(
        name="en",
        lexicon=lexicon,
        texts=as_texts(known, lexicon, english_terms, helper="musicmood"),
        vectors=word_vectors(cache, words, UNSEEN_WORDS),
        schemes=schemes(
            Head(("happy", "calm"), ("angry", "sad")),
            Head(("happy",), ("calm",)),
            Head(("angry",), ("sad",)),
        ),
        families=(
            Families("lexicon", terms=0.0, values=1.0, meanings=0.0),
            Families("TF-IDF", terms=1.0, values=0.0, meanings=0.0),
            Families("lexicon and TF-IDF", terms=1.0, values=1.0, meanings=0.0),
            Families("lexicon, TF-IDF and word vectors", terms=1.0, values=1.0, meanings=1.6),
        ),
        softness=0.05,
        least_texts=2,
    )


def chinese(data: Path, cache: Path) -> Language:
    """Five classes."""
    lexicon = lyrics_lexicons.chinese(data)
    known = [each for each in chinese_lyrics(data, cache) if each.split != "test"]
    return Language(
        name="zh",
        lexicon=lexicon,
        texts=as_texts(known, lexicon, Segmenter.terms_of),
        vectors={},
        schemes=schemes(
            Head(("happy", "neutral"), ("sad", "angry", "fear")),
            Head(("happy",), ("neutral",)),
            Head(("sad",), ("angry", "fear")),
            Head(("angry",), ("fear",)),
        ),
        families=(
            Families("lexicon", terms=0.0, values=1.0, meanings=0.0),
            Families("TF-IDF", terms=1.0, values=0.0, meanings=0.0),
            Families("lexicon and TF-IDF", terms=1.0, values=0.3, meanings=0.0),
        ),
        softness=0.1,
        least_texts=3,
    )


def schemes(*halving: Head) -> dict[str, Heads]:
    """Both ways to decide between the classes of the first head."""
    classes = halving[0].first + halving[0].second
    return {
        "halving": Heads(classes, halving, halving=True),
        "one against the rest": against_the_rest(classes),
    }


def as_texts(
    lyrics: Sequence[Lyric],
    lexicon: lyrics_lexicons.Arrays,
    terms_of: Callable[[Sequence[str]], list[str]],
    helper: str = "",
) -> Texts:
    """Lyrics as the machines see them; those of the data set `helper` have two moods only."""
    values = lexicon_of(lexicon).values
    return Texts(
        terms=[[term for line in each.words for term in terms_of(line)] for each in lyrics],
        values=np.stack([values(each.words) for each in lyrics]),
        moods=np.array([each.mood for each in lyrics]),
        artists=np.array([each.artist or each.name for each in lyrics]),
        undivided=np.array([each.dataset == helper for each in lyrics]),
    )


def cross_validated(language: Language, heads: Heads, families: Families) -> Floats:
    """Decisions, (n, heads), each from machines that saw no song of the same artist."""
    texts = language.texts
    rows = np.arange(len(texts.moods))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    decisions = np.zeros((len(rows), len(heads.heads)))
    for seen, unseen in folds.split(rows, texts.moods, texts.artists):
        decisions[unseen] = fitted(language, texts[seen], heads, families).decisions(texts[unseen])
    return decisions


def fitted(language: Language, texts: Texts, heads: Heads, families: Families) -> lyrics_svm.Fitted:
    """The machines of a language, fitted on some of its texts."""
    return lyrics_svm.fit(
        texts,
        heads,
        families,
        language.vectors,
        softness=language.softness,
        least_texts=language.least_texts,
    )


def figures(heads: Heads, odds: Floats, moods: NDArray[np.str_]) -> dict[str, float]:
    """Accuracy and macro-F1 of log odds, (n, heads)."""
    judged = judgements(heads, odds)
    return {
        "accuracy": float((judged == moods).mean()),
        "macro_f1": float(f1_score(moods, judged, average="macro")),
    }


def happy_or_sad(heads: Heads, odds: Floats, texts: Texts) -> float:
    """Accuracy on the texts that are only happy or sad: which of the two is likelier."""
    rows = np.flatnonzero(texts.undivided)
    moods = sorted(set(texts.moods[rows]))
    columns = [heads.classes.index(mood) for mood in moods]
    judged = [heads.probabilities(row)[columns].argmax() for row in odds[rows].astype(np.float32)]
    return float(np.mean(np.array(moods)[judged] == texts.moods[rows]))


def judgements(heads: Heads, odds: Floats) -> NDArray[np.str_]:
    """The likeliest class of each row of log odds, (n, heads)."""
    classes = np.array(heads.classes)
    likeliest = [int(heads.probabilities(row.astype(np.float32)).argmax()) for row in odds]
    return classes[likeliest]


def train(language: Language, models: Path) -> None:
    """Print the table of schemes and families, and write the best one's weights."""
    divided = np.flatnonzero(~language.texts.undivided)
    texts = language.texts[divided]
    best: tuple[float, str, Families, tuple[Floats, Floats]] | None = None
    for scheme, heads in language.schemes.items():
        for families in language.families:
            decisions = cross_validated(language, heads, families)
            slopes, shifts = lyrics_svm.odds_scale(language.texts, heads, decisions)
            odds = decisions * slopes + shifts
            found = figures(heads, odds[divided], texts.moods)
            if len(divided) < len(odds):
                found["happy_or_sad"] = happy_or_sad(heads, odds, language.texts)
            print(
                f"{language.name}, {scheme}, {families.name}, cross-validated: {found}", flush=True
            )
            worth = found["macro_f1"] + found.get("happy_or_sad", 0.0)
            if best is None or worth > best[0]:
                best = worth, scheme, families, (slopes, shifts)
    if best is None:
        raise ValueError("nothing to choose from")
    _, scheme, families, (slopes, shifts) = best
    heads = language.schemes[scheme]
    print(f"{language.name}: kept {scheme}, {families.name}")
    machines = fitted(language, language.texts, heads, families)
    write(language, scheme, machines, (slopes, shifts), models)


def write(
    language: Language,
    scheme: str,
    machines: lyrics_svm.Fitted,
    odds_scale: tuple[Floats, Floats],
    models: Path,
) -> None:
    """Write the file that `edgemood.music.analysis.lyrics.model` reads."""
    commonest = set(list(machines.features.vectors)[:UNSEEN_WORDS])
    seen = {term for terms in language.texts.terms for term in terms}
    further = [w for w in machines.features.vectors if w in seen or w in commonest]
    words, weights = lyrics_svm.weight_arrays(machines, *odds_scale, further)
    heads = language.schemes[scheme]
    slopes, shifts = odds_scale
    about = {
        "scheme": scheme,
        "families": machines.features.families.name,
        "classes": heads.classes,
        "heads": [[head.first, head.second] for head in heads.heads],
        "halving": heads.halving,
        "slopes": slopes.tolist(),
        "shifts": shifts.tolist(),
    }
    path = models / f"lyrics_{language.name}.npz"
    arrays: dict[str, Any] = {
        "words": packed(words),
        "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    }
    np.savez_compressed(path, **arrays | weights | language.lexicon)
    print(f"{path}: {path.stat().st_size:,} bytes")


def main() -> None:
    """Train both languages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["en", "zh"])
    parser.add_argument("--cache", type=Path, default=CACHE)
    arguments = parser.parse_args()
    for name, of_language in {"en": english, "zh": chinese}.items():
        if arguments.only in {None, name}:
            train(of_language(data_folder(), arguments.cache), MODELS)


if __name__ == "__main__":
    main()
