"""From a change of the room's mood to a changed queue, in a real MPD, as another client sees it."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import mpd
import numpy as np
import soundfile

from deploy.bench.figure import WARM_UP, Figure
from deploy.demo.mpd_server import PrivateMpd
from edgemood.clock import SystemClock
from edgemood.config.schema import Config
from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.memory import Memory
from edgemood.mood import RoomMood
from edgemood.music import Dj

SONGS = 50
"""for each of two moods; ranking a large library is an area of its own"""
CHANGES = 100
AHEAD = 2
RATE_HZ = 8000
SONG_S = 120
_HURRY = 60
"""The box queues at most twenty songs a minute, so its minutes are seconds here."""
_PAUSE_S = 0.15
_GLANCE_S = 0.0005
_PATIENCE_S = 30.0


def measure() -> Iterator[Figure]:
    """Milliseconds until every waiting song of the box fits the new mood."""
    with tempfile.TemporaryDirectory(prefix="edgemood-") as folder:
        music = Path(folder) / "music"
        _record(music)
        with PrivateMpd(Path(folder) / "mpd", music) as server:
            durations_s = asyncio.run(_changes(server.socket))[WARM_UP:]
    yield Figure(
        "queue_changed_ms",
        1000 * statistics.median(durations_s),
        "ms",
        f"from a change of mood to the queue changed, median of {len(durations_s)}",
    )
    yield Figure(
        "queue_changed_p95_ms",
        1000 * float(np.quantile(durations_s, 0.95)),
        "ms",
        "the same, of 95 in 100 changes",
    )


def _record(music: Path) -> None:
    for mood in ("happy", "sad"):
        (music / mood).mkdir(parents=True)
        for number in range(SONGS):
            soundfile.write(music / mood / f"{number}.flac", np.zeros(RATE_HZ * SONG_S), RATE_HZ)


async def _changes(socket: Path) -> list[float]:
    client = mpd.MPDClient()
    client.connect(str(socket))
    client.update()
    await _until(lambda: "updating_db" not in client.status())
    config = Config.model_validate(
        {"mpd": {"host": str(socket)}, "music": {"ahead": AHEAD, "no_repeat_h": 0}}
    )
    dj = Dj(config, _Hurried(), Memory())
    living = asyncio.create_task(dj.run())
    durations_s = []
    try:
        await _until(lambda: dj.status().playing and len(_coming(client)) == AHEAD)
        for number in range(CHANGES):
            mood = (Emotion.HAPPY, Emotion.SAD)[number % 2]
            began_s = time.perf_counter()
            dj.hear(_room(mood))
            await _until(partial(_fits, client, mood))
            durations_s.append(time.perf_counter() - began_s)
            await asyncio.sleep(_PAUSE_S)
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
    return durations_s


def _room(mood: Emotion) -> RoomMood:
    return RoomMood(
        at_s=0,
        emotion=mood,
        scores=one_hot(mood),
        affect=AFFECT_OF_EMOTION[mood],
        confidence=1.0,
        since_s=0,
        because="the bench says so",
    )


def _coming(client: mpd.MPDClient) -> list[str]:
    """The files after the current one."""
    current = int(client.status().get("song", -1))
    return [song["file"] for song in client.playlistinfo()[current + 1 :]]


def _fits(client: mpd.MPDClient, mood: Emotion) -> bool:
    files = _coming(client)
    return len(files) == AHEAD and all(file.startswith(f"{mood}/") for file in files)


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(_GLANCE_S)


class _Hurried(SystemClock):
    def now_s(self) -> float:
        return super().now_s() * _HURRY

    async def sleep(self, duration_s: float) -> None:
        await super().sleep(duration_s / _HURRY)
