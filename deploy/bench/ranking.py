"""What choosing a song costs, from a shelf of songs to a million."""

from __future__ import annotations

import statistics
import tracemalloc
from collections.abc import Iterator

import numpy as np

from deploy.bench.figure import Figure, cpu_seconds
from edgemood.clock import SystemClock
from edgemood.config.schema import MusicConfig
from edgemood.emotion import EMOTIONS, Emotion, one_hot
from edgemood.music.library import FEATURES, GENRES, ROW, Library
from edgemood.music.recommender import Chooser, Past, TasteStore
from edgemood.music.recommender.events import Event, Kind
from edgemood.music.recommender.strategy import path_for
from edgemood.music.song import Song

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
KNOWN = 2000
"""songs of which something is known: half a year of listening"""
CHOICES = 25


def measure() -> Iterator[Figure]:
    """Time and memory of one hybrid choice; the library's columns and all else count."""
    for name, number in SIZES.items():
        rank_s, bytes_per_song = _measured(number)
        yield Figure(f"rank_{name}_ms", 1000 * rank_s, "ms", f"choose one of {number:,} songs")
        if name == "100k":
            yield Figure("rank_bytes_per_song", bytes_per_song, "B", "memory at its peak, a song")


def _measured(number: int) -> tuple[float, float]:
    (target,) = path_for(Emotion.HAPPY, one_hot(Emotion.HAPPY), MusicConfig())
    store = _known(number)
    tracemalloc.start()
    chooser = Chooser(MusicConfig(), store, SystemClock(), np.random.default_rng(0))
    chooser.library = _library(number)
    chooser.choose(target, Past())
    tracemalloc.reset_peak()
    chooser.choose(target, Past())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()  # it slows down
    durations_s = cpu_seconds(lambda past: chooser.choose(target, past), [Past()] * CHOICES)
    return statistics.median(durations_s), peak / number


def _known(number: int) -> TasteStore:
    store = TasteStore()
    chooser = Chooser(MusicConfig(), store, SystemClock(), np.random.default_rng(0))
    dice = np.random.default_rng(1)
    for song in dice.integers(1, number + 1, KNOWN).tolist():
        kind: Kind = "skipped" if dice.random() < 0.3 else "played"
        chooser.learn(Event(kind, song, EMOTIONS[song % len(EMOTIONS)], 0.0))
    return store


def _library(number: int) -> Library:
    """Songs of all moods, ages and sounds, as the index would give them."""
    dice = np.random.default_rng(0)
    rows = np.zeros(number, ROW)
    rows["ids"] = np.arange(1, number + 1)
    rows["files"] = dice.permutation(number)
    rows["scores"] = dice.dirichlet(np.full(len(EMOTIONS), 0.3), number)
    rows["affect"] = dice.uniform(-1, 1, (number, 2))
    rows["reliability"] = dice.random(number)
    rows["artist"] = dice.integers(0, number // 20 + 2, number)
    rows["year"] = dice.integers(1950, 2025, number)
    rows["genres"] = dice.integers(0, 200, (number, GENRES))
    rows["features"] = dice.normal(size=(number, FEATURES))
    genres = ("", *(f"genre {name}" for name in range(1, 200)))
    return Library.from_rows(rows, ("",), genres, _Untitled())


class _Untitled:
    """Songs nobody asks the title of."""

    def song(self, id_: int) -> Song:
        return Song(str(id_), id=id_)
