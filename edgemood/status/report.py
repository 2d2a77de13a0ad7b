"""How the box is doing, as the daemon tells it and the command line reads it.

A field that is None by default is one that a daemon of another version may not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

PlayerState = Literal["playing", "paused", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodStatus:
    """The mood of the room."""

    emotion: str | None
    """None: unknown"""
    confidence: float | None = None
    """in [0, 1]"""
    valence: float
    arousal: float
    since_s_ago: float | None = None
    because: str
    """one sentence: what spoke for it, or why it is unknown"""
    asked_for: bool
    """whether it is what somebody asked for; else it was sensed"""
    advice: str | None
    """what would help the senses; None when nothing is wrong"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseStatus:
    """Camera or microphone, and the process that judges what comes from it."""

    state: str
    """off, or a `edgemood.pipe.SenseState`"""
    device: str = ""
    detail: str = ""
    """what is wrong and what to do, or why it is off"""
    last: str | None = None
    """``judged``, or why it was not; None: nothing has come yet"""
    restarts: int = 0
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A song that waits in the queue."""

    song: str
    """its name"""
    by: Literal["box", "person"]
    """who queued it"""


@dataclass(frozen=True, slots=True)
class MusicStatus:
    """One instant of the DJ."""

    connected: bool
    address: str
    """of the MPD server"""
    detail: str
    """what is wrong and what to do about it; empty when nothing is"""
    playing: str | None
    """the current song's name; None when nothing plays"""
    state: PlayerState | None
    """None while MPD is not connected"""
    current: str | None
    """name of the song that plays, is paused or was stopped"""
    elapsed_s: float | None
    """of that song; None when none is selected"""
    duration_s: float | None
    """likewise; None when unknown"""
    strategy: str
    """how the music answers the mood"""
    yields: bool
    """people have the queue to themselves for now"""
    yield_left_s: float | None
    """for how long at most, if nobody's hand comes again; None when they have not"""
    coming: tuple[str, ...]
    """names of the box's songs that wait in the queue"""
    next: tuple[Waiting, ...] | None
    """everything that waits, whoever queued it, in the order of the queue; the first ones"""
    next_more: int
    """songs that wait besides"""
    songs: int
    """in the library"""
    target: str
    """what the next song should be like, and why"""
    why: str
    """why the song plays that does, and why the box chose the next of its own"""
    hint: str
    """how to have music again where somebody silenced it; empty when nobody did"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """How far listening to the songs has come."""

    state: str
    """a `edgemood.music.library.scan.protocol.ScanState`"""
    detail: str
    """why it rests or cannot work; empty when it does"""
    songs: int | None = None
    pending: int | None = None
    problems: int
    """songs that could not be listened to"""
    per_minute: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigStatus:
    """Which file is in force, and what is wrong with the one on disk."""

    file: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole reply to ``status``."""

    SCHEMA: ClassVar[int] = 1
    """counts up when a key goes or means something else; not when one comes"""

    schema: int = 0
    """0: of a daemon that did not tell it"""
    mood: MoodStatus | None = None
    sensing: bool | None = None
    """whether camera or microphone may be open"""
    sensing_detail: str
    """why neither is; empty when one may be"""
    looking: bool
    """somebody pressed the button, and the room is judged anew"""
    senses: Mapping[str, SenseStatus]
    """by name: face, voice"""
    people: tuple[str, ...] | None
    """who is recognised; None: nobody is looked for"""
    music: MusicStatus | None = None
    library: LibraryStatus | None
    """None: songs are not analysed"""
    config: ConfigStatus | None = None
    faults: tuple[str, ...]
    """what else is wrong and needs somebody, in words, the oldest first"""
    led: str
    """what the LED says"""
    uptime_s: float | None = None
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)
