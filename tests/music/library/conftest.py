"""An index in a folder of its own, and MPD's word on songs."""

import subprocess

import numpy as np
import pytest
import soundfile

from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.sync.update import Update


def _listed(file, **tags):
    """A song as MPD lists it."""
    given = {"file": file, "last-modified": "2024-05-01T12:00:00Z", "duration": "200.000"}
    return given | tags


def _take(index, *songs):
    """Tell the index that these are all of MPD's songs."""
    update = Update(index)
    update.take(songs)
    return update.finish()


@pytest.fixture
def listed():
    return _listed


@pytest.fixture
def take():
    return _take


@pytest.fixture
def index(tmp_path):
    index = SongIndex.open(tmp_path / "state", mend=True)
    yield index
    index.close()


def _tune(duration_s, rate=44_100, channels=2, seed=0):
    """Some chords with noise: unlike any other seed's, and the same on every channel."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(duration_s * rate)) / rate
    sound = np.zeros_like(time)
    for start_s in np.arange(0, duration_s, 0.5):
        chord = slice(int(start_s * rate), int((start_s + 0.5) * rate))
        for hz in rng.uniform(100, 3000, 4):
            sound[chord] += 0.1 * np.sin(2 * np.pi * hz * time[chord])
    sound += rng.normal(0, 0.01, len(time))
    return np.repeat(sound[:, None], channels, axis=1).astype(np.float32)


@pytest.fixture(scope="session")
def tune():
    return _tune


@pytest.fixture(scope="session")
def ffmpeg():
    def run(*arguments):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)

    return run


@pytest.fixture(scope="session")
def song_wav(tmp_path_factory):
    """A song of one minute."""
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, _tune(60, rate=24_000), 24_000)
    return path
