"""Small libraries, targets, and a chooser with a clock that only moves when told to."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, one_hot
from edgemood.music.library import Library
from edgemood.music.recommender import Chooser, TasteStore
from edgemood.music.recommender.strategy import path_for
from edgemood.music.song import Origin, Song, SongMood

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _mood(emotion, reliability=1.0):
    return SongMood(
        one_hot(emotion), Affect(*AFFECT_OF_EMOTION[emotion]), Origin.OWNER, reliability, "sticker"
    )


def _song(file, emotion=None, **more):
    """A song of an emotion; of the folder's, when it is named after one; else of none known."""
    folder = file.partition("/")[0]
    emotion = emotion or (folder if folder in list(Emotion) else None)
    return Song(file=file, mood=_mood(Emotion(emotion)) if emotion else None, **more)


def _library(*songs):
    """A library of songs, or of files; an artist may follow after a colon."""
    return Library.of([_song(song) if isinstance(song, str) else song for song in songs])


def _target(emotion, **config):
    return path_for(emotion, one_hot(emotion), MusicConfig(**config))[0]


class Turning(ManualClock):
    """A manual clock that may be turned without anybody sleeping on it."""

    def turn(self, duration_s):
        self._now_s += duration_s


@pytest.fixture
def song():
    return _song


@pytest.fixture
def library_of():
    return _library


@pytest.fixture
def target_for():
    return _target


@pytest.fixture
def make_chooser():
    """A chooser of a library, with its clock as attribute `clock`."""

    def make(library, *, seed=0, store=None, wall=lambda: NOON, **config):
        clock = Turning()
        chooser = Chooser(
            MusicConfig(**config),
            store or TasteStore(),
            clock,
            np.random.default_rng(seed),
            wall=wall,
        )
        chooser.library = library
        chooser.clock = clock
        return chooser

    return make
