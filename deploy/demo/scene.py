"""One instant of the demo, as the daemon tells it and as MPD itself tells it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpd

from edgemood.emotion import Emotion
from edgemood.mood import Sense
from edgemood.panel import LedState

JUDGED = "judged"
"""what `status` says of a sense that does"""
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class QueuedSong:
    """A song in MPD's queue."""

    title: str
    mood: str
    """its genre tag, in lower case"""

    def __str__(self) -> str:
        return f"{self.title} ({self.mood})"


@dataclass(frozen=True, slots=True)
class Queue:
    """What MPD plays and will play."""

    answers: bool
    """whether MPD could be asked at all"""
    playing: QueuedSong | None = None
    ahead: tuple[QueuedSong, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """How things stand at one instant."""

    at_s: float
    """since the demo began"""
    mood: Emotion | None
    confidence: float
    because: str
    looking: bool
    """whether the room is being looked at anew"""
    senses: Mapping[Sense, str]
    """``judged``, why not, or how the device is doing while nothing has been said yet"""
    led: LedState
    lit: bool
    """the level of the LED's pin"""
    faults: Sequence[str]
    """what else the box finds wrong"""
    connected: bool
    """whether the daemon has MPD"""
    queue: Queue


def scene(at_s: float, status: Mapping[str, Any], queue: Queue, *, lit: bool) -> Scene:
    """Put together from the daemon's `status` and MPD's `queue`."""
    mood = status["mood"]
    return Scene(
        at_s=at_s,
        mood=mood["emotion"],
        confidence=mood["confidence"],
        because=mood["because"],
        looking=status["looking"],
        senses={
            sense: one["last"] or one["detail"] or one["state"]
            for sense, one in status["senses"].items()
        },
        led=status["led"],
        faults=status["faults"],
        lit=lit,
        connected=status["music"]["connected"],
        queue=queue,
    )


def ask_mpd(socket: Path) -> Queue:
    """What MPD itself says of its queue."""
    try:
        with _connected(socket) as client:
            position = int(client.status().get("song", -1))
            songs = [
                QueuedSong(song.get("title", song["file"]), song.get("genre", "").lower())
                for song in client.playlistinfo()
            ]
    except (OSError, mpd.MPDError):
        return Queue(answers=False)
    playing = songs[position] if position >= 0 else None
    return Queue(answers=True, playing=playing, ahead=tuple(songs[position + 1 :]))


@contextlib.contextmanager
def _connected(socket: Path) -> Iterator[mpd.MPDClient]:
    client = mpd.MPDClient()
    client.timeout = _PATIENCE_S
    client.connect(str(socket))
    try:
        yield client
    finally:
        client.disconnect()
