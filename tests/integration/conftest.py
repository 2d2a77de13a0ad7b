"""A real MPD, real songs, and a person with an MPD client."""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import mpd
import numpy as np
import pytest
import soundfile

from deploy.demo.mpd_server import PrivateMpd
from edgemood.clock import ManualClock
from edgemood.config.schema import Config
from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.memory import Memory
from edgemood.mood import RoomMood
from edgemood.music import Dj

PATIENCE_S = 600.0
"""for a busy machine; what is waited for comes much sooner on a quiet one"""
RATE_HZ = 8000
SONG_S = 60.0


def _record_song(path: Path, duration_s: float = SONG_S, **tags: str) -> None:
    """A quiet real FLAC or Ogg file with tags."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for tag, value in tags.items():
            setattr(file, tag, value)
        file.write(np.zeros(int(RATE_HZ * duration_s)))


async def _until(condition: Callable[[], object], clock: ManualClock | None = None) -> None:
    """Wait for a condition, however long a busy machine takes, and fail when it never comes.

    With a clock, its time goes by meanwhile: a twentieth of a second at a time.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)
            if clock is not None:
                await clock.advance(0.05)


class Person(mpd.MPDClient):
    """Somebody with an MPD client on the phone."""

    def __init__(self, socket: Path) -> None:
        super().__init__()
        self.timeout = PATIENCE_S
        self.connect(str(socket))

    def files(self) -> list[str]:
        return [song["file"] for song in self.playlistinfo()]

    def coming(self) -> list[str]:
        """What plays after the current song."""
        song = self.status().get("song")
        return self.files() if song is None else self.files()[int(song) + 1 :]

    def waits_for(self, files: set[str], after: int = 0) -> bool:
        """Whether two songs, both of these, are what plays after `after` others."""
        coming = self.coming()[after:]
        return len(coming) == 2 and set(coming) <= files

    def state(self) -> str:
        return self.status()["state"]

    def current(self) -> str | None:
        return self.currentsong().get("file")

    def read_library(self) -> None:
        """Have MPD read its music folder, and wait until it has."""
        self.update()
        while "updating_db" in self.status():
            self.idle("update")


@pytest.fixture(scope="session")
def recorded_songs(tmp_path_factory) -> Path:
    """Four songs in a folder for each of four emotions, and four that nothing is known about."""
    folder = tmp_path_factory.mktemp("songs")
    for emotion in ("happy", "sad", "angry", "neutral"):
        for number in range(4):
            kind = "ogg" if number % 2 else "flac"
            name = f"{emotion} {number}"
            _record_song(folder / emotion / f"{number}.{kind}", title=name, artist=f"artist {name}")
    for number in range(4):
        _record_song(folder / f"untagged {number}.flac")
    return folder


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A unix socket's path may have 107 bytes, which pytest's own folders can exceed."""
    with tempfile.TemporaryDirectory(prefix="mpd-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def music_folder(short_folder, recorded_songs) -> Path:
    """The owner's songs."""
    return shutil.copytree(recorded_songs, short_folder / "music")


@pytest.fixture
def mpd_server(short_folder, music_folder) -> Iterator[PrivateMpd]:
    """An MPD that has read the owner's songs."""
    with PrivateMpd(short_folder / "mpd", music_folder) as server:
        Person(server.socket).read_library()
        yield server


@pytest.fixture
def person(mpd_server) -> Person:
    return Person(mpd_server.socket)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def memory() -> Memory:
    """Documents that outlive a Dj."""
    return Memory()


@pytest.fixture
def config(short_folder) -> Config:
    return Config.model_validate({"mpd": {"host": str(short_folder / "mpd" / "socket")}})


@pytest.fixture
def switch_on(config, clock, memory):
    """A box with the test's configuration, clock and memory, at work until the block's end."""

    @asynccontextmanager
    async def switch_on(**overrides) -> AsyncIterator[Dj]:
        given = {"config": config, "clock": clock, "memory": memory, "wall": _wall_time}
        dj = Dj(**given | {"rng": np.random.default_rng(7)} | overrides)
        task = asyncio.create_task(dj.run())
        try:
            yield dj
        finally:
            task.cancel()
            async with asyncio.timeout(PATIENCE_S):
                with suppress(asyncio.CancelledError):
                    await task

    return switch_on


def _wall_time() -> datetime:
    """Of a machine whose clock was set."""
    return datetime.now().astimezone()


def _room(emotion: Emotion | None) -> RoomMood:
    """A room that surely feels this; None: unknown."""
    felt = emotion or Emotion.NEUTRAL
    return RoomMood(
        at_s=0,
        emotion=emotion,
        scores=one_hot(felt),
        affect=AFFECT_OF_EMOTION[felt],
        confidence=1.0 if emotion else 0.0,
        since_s=0,
        because="a test says so",
    )


@pytest.fixture
def record_song():
    return _record_song


@pytest.fixture
def connect_person():
    return Person


@pytest.fixture
def until():
    return _until


@pytest.fixture
def room():
    return _room
