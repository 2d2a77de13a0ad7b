"""How well typical songs find songs of their mood: `python -m
edgemood.training.recommender.evaluate` (`make choice`).

Of every mood, three typical songs are drawn from some artists, and the songs of other artists are
ranked by the box's own vectors; right are those of the same mood. Five folds, no artist in two of
them. The box's guess of a song's mood takes no part: its models learned from these very songs.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from edgemood.emotion import Affect, as_scores
from edgemood.music.analysis.audio.features import KEPT, NAMES
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.music.library import Library
from edgemood.music.recommender.content import cosine, profile
from edgemood.music.recommender.strategy import Target
from edgemood.music.recommender.vectors import SongVectors
from edgemood.music.song import Song
from edgemood.training.common.paths import data_file, data_folder
from edgemood.training.music import data as music_data

FOLDS = 5
TYPICAL = 3
"""songs the owner names, as published"""
DRAWS = 20
SHOWN = 10
"""songs looked at: the first of each ranking"""

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]
Rank = Callable[[Rows, Rows], Floats]
"""from the rows of typical songs and of candidates to the fit of each candidate"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the first songs of a ranking."""

    precision: float
    recall: float
    f1: float
    ndcg: float


def judged(fit: Floats, right: NDArray[np.bool_], shown: int = SHOWN) -> Figures:
    """How good a ranking by `fit`, (n,), is; `right` are the songs it should have found, (n,)."""
    found = right[np.argsort(-fit, kind="stable")[:shown]].astype(np.float64)
    precision, recall = float(found.mean()), float(found.sum()) / max(int(right.sum()), 1)
    f1 = 2 * precision * recall / (precision + recall) if found.any() else 0.0
    discounts = 1 / np.log2(np.arange(2, len(found) + 2))
    best = discounts[: int(right.sum())].sum()
    return Figures(float(precision), float(recall), float(f1), float(found @ discounts / best))


def measure(data: Path) -> dict[str, tuple[Figures, float]]:
    """The mean figures of each way of ranking, and the deviation of precision between folds."""
    rows = _index(data)
    moods = np.array([QUADRANTS.index(row["mood"]) for row in rows])
    artists = [row["artist"].casefold() for row in rows]
    folds = list(GroupKFold(FOLDS).split(moods, groups=artists))
    figures = {}
    for name, rank in _ways(data, rows).items():
        by_fold = [_fold(rank, moods, known, asked) for known, asked in folds]
        mean = np.mean([[f.precision, f.recall, f.f1, f.ndcg] for f in by_fold], axis=0)
        figures[name] = Figures(*mean.tolist()), float(np.std([f.precision for f in by_fold]))
    return figures


def _fold(rank: Rank, moods: NDArray[np.int64], known: Rows, asked: Rows) -> Figures:
    rng = np.random.default_rng(0)
    all_figures = []
    for mood in range(len(QUADRANTS)):
        right = moods[asked] == mood
        for _ in range(DRAWS):
            typical = rng.choice(known[moods[known] == mood], TYPICAL, replace=False)
            figures = judged(rank(typical, asked), right)
            all_figures.append((figures.precision, figures.recall, figures.f1, figures.ndcg))
    return Figures(*np.mean(all_figures, axis=0).tolist())


def _ways(data: Path, rows: list[dict[str, str]]) -> dict[str, Rank]:
    heard = np.stack([each.values for each in music_data.cached(data)])
    sound = heard[:, [NAMES.index(name) for name in KEPT]]
    sound = ((sound - sound.mean(axis=0)) / sound.std(axis=0)).astype(np.float32)
    genres, moods = (_labels(rows, column) for column in ("genre", "mood_tags"))
    lot = np.random.default_rng(0)
    return {
        "by lot": lambda _typical, asked: lot.random(len(asked), dtype=np.float32),
        "genres, as published": _by_labels(genres),
        "sound": _by_labels(sound),
        "the box's vectors: genres and sound": _by_vectors(_library(rows, sound)),
        "genres and mood tags, as published": _by_labels(np.column_stack([genres, moods])),
    }


def _by_labels(labels: Floats) -> Rank:
    return lambda typical, asked: cosine(labels[asked], profile(labels[typical]))


def _by_vectors(library: Library) -> Rank:
    vectors = SongVectors.of(library)
    target = Target(as_scores(np.ones(7)), Affect(0, 0), "no mood is asked for")

    def rank(typical: Rows, asked: Rows) -> Floats:
        fit: Floats = vectors.matrix[asked] @ vectors.query(target, typical.tolist())
        return fit

    return rank


def _library(rows: list[dict[str, str]], sound: Floats) -> Library:
    songs = [
        Song(row["file"], row["title"], row["artist"], genres=tuple(row["genre"].split("|")))
        for row in rows
    ]
    library = Library.of(songs)
    library.features[:] = sound
    return library


def _labels(rows: list[dict[str, str]], column: str) -> Floats:
    """1 where a song has a label, (songs, labels)."""
    names = sorted({name for row in rows for name in row[column].split("|") if name})
    have = [[name in row[column].split("|") for name in names] for row in rows]
    return np.array(have, dtype=np.float32)


def _index(data: Path) -> list[dict[str, str]]:
    with data_file("music/index.csv", data).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def main() -> None:
    """Print the figures as a table."""
    print(f"The first {SHOWN} of a ranking; mean of {FOLDS} folds, {TYPICAL} typical songs.\n")
    print("| ranked by | precision | recall | F1 | nDCG |\n| --- | --- | --- | --- | --- |")
    for name, (figures, deviation) in measure(data_folder()).items():
        values = (f"{figures.recall:.3f}", f"{figures.f1:.3f}", f"{figures.ndcg:.3f}")
        print(f"| {name} | {figures.precision:.3f} ± {deviation:.3f} | {' | '.join(values)} |")


if __name__ == "__main__":
    main()
