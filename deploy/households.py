"""Simulated households: listeners with hidden tastes, and a box that has to find them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.emotion import AFFECT_OF_EMOTION, EMOTIONS, Affect, Emotion, as_scores, one_hot
from edgemood.music.library import FEATURES, Library
from edgemood.music.recommender import Chooser, Past, TasteStore
from edgemood.music.recommender.events import Event, Kind
from edgemood.music.recommender.strategy import path_for
from edgemood.music.song import Origin, Song, SongMood

SONGS, ARTISTS, GENRES = 600, 60, 12
SONG_S = 240.0
NAMES = ("one", "two", "three")
_MOOD_LASTS = 8
"""songs, on average"""
_COMPANY = (0.75, 0.2, 0.05)
"""how often one, two and three are there"""
_NIGHT = datetime(2026, 1, 1, 18, tzinfo=UTC)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A library, and how probable it is that each listener lets each song play in each mood."""

    library: Library
    accepts: Floats
    """(listeners, moods, songs), in [0, 1]"""


def world(rng: np.random.Generator) -> World:
    """A house of three listeners, each with a taste for genres, artists, times and single songs.

    Half of the taste for genres and artists is common to the house, and a smaller part of each
    listener's own holds in one mood only. A song against the mood is skipped more often, whoever
    made it. Three times of four one listener is alone; else one of those present has the phone.
    """
    genre_of = rng.integers(GENRES, size=ARTISTS)
    artist = rng.integers(ARTISTS, size=SONGS)
    genre = genre_of[artist]
    year = rng.integers(1960, 2025, size=SONGS)
    mood = rng.integers(len(EMOTIONS), size=SONGS)
    library = _library(rng, artist, genre, year, mood)
    listeners, moods = len(NAMES), len(EMOTIONS)
    likes = sum(
        rng.normal(0, spread, (people, at, many))[..., of]
        for spread, people, at, many, of in (
            (1.0, 1, 1, GENRES, genre),  # what they have in common
            (0.6, 1, 1, ARTISTS, artist),
            (1.0, listeners, 1, GENRES, genre),  # what each has alone
            (0.6, listeners, 1, ARTISTS, artist),
            (0.5, listeners, 1, 7, (year - 1960) // 10),
            (0.5, listeners, 1, SONGS, np.arange(SONGS)),
            (0.5, listeners, moods, GENRES, genre),  # what holds in one mood only
        )
    )
    against = np.array([[a != b for b in mood] for a in range(moods)])
    return World(library, 1 / (1 + np.exp(-(likes - 1.5 * against[None]))))


def evening(world: World, config: MusicConfig, songs: int, seed: int) -> tuple[Floats, Floats]:
    """Play songs to changing company and moods; gives who skipped and the regret, (songs,) each.

    A skip is 1. Regret is how much more probably the best song of all would have been let play.
    """
    rng = np.random.default_rng(seed)
    clock = _Evening()
    store = TasteStore()
    for name in NAMES:
        store.add_profile(name)

    def wall() -> datetime:
        return _NIGHT + timedelta(seconds=clock.now_s())

    chooser = Chooser(config, store, clock, np.random.default_rng(seed + 1), wall=wall)
    chooser.library = world.library
    skips, regrets = np.zeros(songs), np.zeros(songs)
    played: list[str] = []
    room = Emotion.NEUTRAL
    present: Sequence[str] = NAMES[:1]
    for number in range(songs):
        if rng.random() < 1 / _MOOD_LASTS:
            room = EMOTIONS[rng.integers(len(EMOTIONS))]
        if rng.random() < 1 / _MOOD_LASTS:
            present = _company(rng)
        chooser.present = present
        (target,) = path_for(room, one_hot(room), config)
        choice = chooser.choose(target, Past(played[-1:]))
        if choice is None:
            raise AssertionError("a library with songs allows one")
        played.append(choice.song.file)
        chooser.began(choice.song.file)
        accepts = world.accepts[[NAMES.index(name) for name in present], EMOTIONS.index(room)]
        row = world.library.rows([choice.song.file])[0]
        regrets[number] = accepts.mean(axis=0).max() - accepts[:, row].mean()
        hand = accepts[rng.integers(len(present)), row]  # who has the phone decides
        skips[number] = rng.random() > hand
        kind: Kind = "skipped" if skips[number] else "played"
        chooser.learn(Event(kind, choice.song.id, room, clock.now_s()))
        clock.pass_by(SONG_S)
    return skips, regrets


class _Evening(ManualClock):
    """A clock for those who wait for nothing."""

    def pass_by(self, duration_s: float) -> None:
        self._now_s += duration_s


def _company(rng: np.random.Generator) -> Sequence[str]:
    return tuple(rng.choice(NAMES, rng.choice([1, 2, 3], p=_COMPANY), replace=False))


def _library(
    rng: np.random.Generator,
    artist: NDArray[np.int64],
    genre: NDArray[np.int64],
    year: NDArray[np.int64],
    mood: NDArray[np.int64],
) -> Library:
    """Songs whose moods and sounds are known about as well as an analysis knows them."""
    sounds = rng.normal(size=(GENRES, FEATURES))[genre] + rng.normal(size=(SONGS, FEATURES))
    songs = [
        Song(
            file=f"{row}",
            title=f"{row}",
            artist=f"artist {artist[row]}",
            genres=(f"genre {genre[row]}",),
            year=int(year[row]),
            language="en",
            mood=_mood(rng, EMOTIONS[mood[row]]),
            id=row + 1,
        )
        for row in range(SONGS)
    ]
    library = Library.of(songs)
    library.features[:] = sounds / np.sqrt(2)
    return library


def _mood(rng: np.random.Generator, emotion: Emotion) -> SongMood:
    scores = as_scores(one_hot(emotion) + rng.gamma(0.3, 0.3, len(EMOTIONS)))
    valence, arousal = (AFFECT_OF_EMOTION[emotion] + rng.normal(0, 0.15, 2)).clip(-1, 1)
    return SongMood(scores, Affect(valence, arousal), Origin.FUSED, rng.uniform(0.5, 1), "sound")
