"""The MPD server. The only module that knows MPD's protocol."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mpd.base import FailureResponseCode

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import MpdConfig
from edgemood.errors import PlayerError, RefusedError
from edgemood.incident import Faults, Trouble
from edgemood.music.mpd.answers import (
    NonsenseError,
    Tags,
    bytes_per_s,
    name_in,
    names,
    seconds,
    songs,
    whole,
    word,
)
from edgemood.music.mpd.attempts import Deeds
from edgemood.music.mpd.bounded_socket import Patience
from edgemood.music.mpd.connection import Client, ForeignServerError, Link, Refusal
from edgemood.music.mpd.errors import explained
from edgemood.music.mpd.outputs import Output
from edgemood.music.mpd.queue_mirror import QueueMirror
from edgemood.music.mpd.reader import Reader
from edgemood.music.mpd.shown_text import told
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

QUEUE_SONGS = "queue songs"
"""a deed"""

CHANNEL = "edgemood"
"""messages to the box, from any MPD client: ``mpc sendmessage edgemood redetect``"""
REPLY_CHANNEL = "edgemood-status"
"""its answers"""

TIMEOUT_S = 5.0
"""MPD answers within milliseconds; one that does not in this time hangs"""

_AHEAD_BYTES = 256 * 1024
"""MPD 0.24 counts what its outputs took as played, although it pauses before a sound of it: seen
when it comes back paused, 16 s of songs with 16,000 bytes a second"""

_MOST_SONGS = 500_000
"""of a library are read"""
_MOST_LISTED = 100_000
"""songs of a playlist are read"""
_MOST_MESSAGES = 64
"""at once, as in MPD itself"""
_LONGEST_MESSAGE = 600
"""letters of what went wrong and what to do"""
_LONGEST_STICKER = 1000
"""letters of a value"""
_MOST_LOOKS = 50
"""at a queue that somebody changes meanwhile"""
_NO_EXIST = FailureResponseCode.NO_EXIST
_PACE_S = 0.02
"""between two answers to what has changed"""
_OLDEST = (0, 21)
"""MPD's first version that finds songs by an expression"""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DEFAULT_HOST, _DEFAULT_PORT = "localhost", 6600
_TAGS = ("Artist", "Title", "Album", "Genre", "Date", "Mood", "Comment")
_NEEDED = {
    "read": ("status", "find", "listall", "idle", "plchangesposid", "stats"),
    "add": ("addid",),
    "control": ("deleteid", "moveid", "next", "pause", "playid", "setvol"),
}

_UNPLAYABLE = (
    FailureResponseCode.NO_EXIST,
    FailureResponseCode.PLAYER_SYNC,
    FailureResponseCode.SYSTEM,
    FailureResponseCode.UNKNOWN,
)

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Change(StrEnum):
    """What MPD says has changed; the values are MPD's names of its subsystems."""

    PLAYER = "player"
    QUEUE = "playlist"
    OPTIONS = "options"
    LIBRARY = "database"
    STICKERS = "sticker"
    PLAYLISTS = "stored_playlist"
    MESSAGE = "message"
    OUTPUTS = "output"


class Player:
    """A client of one MPD server: a connection for commands, and one that waits for changes.

    Whatever the server says is an answer, a RefusedError, which leaves the connection as it is, or
    another PlayerError: it cannot be reached, hangs, or is no MPD that the box can use; after that
    `close` and `connect` again. A deed that is refused is told to `faults`, and asked for ever less
    often (`deeds`). Safe to cancel at any time.
    """

    def __init__(
        self,
        config: MpdConfig,
        timeout_s: float = TIMEOUT_S,
        *,
        clock: Clock | None = None,
        faults: Faults | None = None,
    ) -> None:
        self._config = config
        self._patience = Patience(timeout_s, 2 * timeout_s)
        self._at_leisure = Patience(2 * timeout_s, 4 * timeout_s)  # for long answers, set apart
        self._commands: Link | None = None
        self._events: Link | None = None
        self._mirror = QueueMirror()
        self._offered: frozenset[str] = frozenset()
        self._host = config.host
        self._heard_s = 0.0
        self._unreadable = Trouble(log, faults)
        self.deeds = Deeds(clock or SystemClock(), faults)
        """what MPD may refuse"""

    @property
    def address(self) -> str:
        """Where the server is, for people."""
        return self._host if _is_socket(self._host) else f"{self._host}:{self._config.port}"

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine."""
        return _is_socket(self._host) or self._host in _LOOPBACK

    @property
    def keeps_stickers(self) -> bool:
        """Whether this MPD has a place for stickers, and lets the box use it."""
        return "sticker" in self._offered

    @property
    def keeps_playlists(self) -> bool:
        """Whether this MPD has a place for playlists, and lets the box write them."""
        return {"listplaylists", "playlistadd", "playlistdelete"} <= self._offered

    async def connect(self) -> None:
        """Connect, authenticate, and make sure that everything needed is permitted."""
        self.close()
        self._mirror = QueueMirror()
        try:
            self._commands = await self._found()
            self._events = await self._link(self._patience)
            if "subscribe" in self._offered:
                await self._event(_tolerating(lambda client: client.subscribe(CHANNEL), None))
        except RefusedError as error:
            self.close()
            raise PlayerError(str(error)) from error
        except BaseException:
            self.close()
            raise
        self.deeds.insist()

    def close(self) -> None:
        """Let go of the server at once."""
        for link in (self._commands, self._events):
            if link is not None:
                link.close()
        self._commands = self._events = None

    async def snapshot(self) -> Snapshot:
        """What MPD does, and its queue; only what changed since the last call crosses the wire."""
        mirror, before = self._mirror, len(self._mirror)
        now = await self._call(lambda client: _seen(mirror, mirror.follow(client)))
        looks = 0
        while now is None:
            await self._learn_queue()
            now = await self._call(lambda client: _seen(mirror, mirror.follow(client)))
            looks += 1
            if looks > _MOST_LOOKS:
                raise PlayerError(f"MPD at {self.address}: its queue never stands still")
        if len(mirror) < before:
            self.deeds.of(QUEUE_SONGS).insist()
        return now

    async def append(self, file: str) -> QueuedSong | None:
        """Add a song at the end of the queue; None when the library no longer has it."""

        def add(client: Client) -> QueuedSong:
            id_ = whole(client.addid(file), 2**31)
            if id_ is None:
                raise NonsenseError("a song was added that has no number")
            return QueuedSong(id_, file)

        with self.deeds.of(QUEUE_SONGS):
            return await self._unless_gone(add)

    async def move_to_end(self, id_: int) -> None:
        """Take a queued song to the end of the queue, if it is still there."""

        def move(client: Client) -> None:
            last = whole(client.status().get("playlistlength"), 2**31) or 1
            client.moveid(id_, last - 1)

        await self._change_queue(move)

    async def remove(self, id_: int) -> None:
        """Take a song out of the queue, if it is still there."""
        await self._change_queue(lambda client: client.deleteid(id_))

    async def play(self, id_: int) -> None:
        """Play a song of the queue; when it cannot be played, `Snapshot.error` says why."""
        await self._control(lambda client: client.playid(id_))

    async def resume(self) -> None:
        """End a pause; when MPD cannot, `Snapshot.error` says why."""
        await self._control(lambda client: client.pause(0))

    async def next(self) -> None:
        """Go to the next song; when it cannot be played, `Snapshot.error` says why."""
        await self._control(lambda client: client.next())

    async def set_volume(self, volume: int) -> None:
        """Set the mixer, 0–100, if MPD lets the box."""
        await self.deeds.attempt(
            "set the volume", lambda: self._call(lambda client: client.setvol(volume))
        )

    async def volume(self) -> int | None:
        """The mixer's volume, 0–100; None without a mixer."""
        return await self._call(lambda client: whole(client.status().get("volume"), 100))

    async def outputs(self) -> list[Output]:
        """Where MPD's sound goes; none where it does not tell."""
        if "outputs" not in self._offered:
            return []
        return await self._call(lambda client: [_output(row) for row in client.outputs()])

    async def missing(self, files: Iterable[str]) -> set[str]:
        """Those files that MPD's library does not have; streams are never missing."""
        local = [file for file in files if "://" not in file]
        return {file for file in local if await self._unless_gone(_lists(file)) is None}

    async def library(self) -> AsyncIterator[Tags]:
        """Every song of the library, page by page, so that other commands get their turn."""
        start = count = 0
        unreadable = ""
        async with self._reader(tagged=True) as reader:
            while count < _MOST_SONGS:
                found, end = await reader.rows(_library_rows, start)
                if found is None:
                    async with self._reader() as bare:
                        found = await bare.ask(partial(_library_rows, start=start, end=start + 1))
                    name = told(found[0]["file"]) if found else "a song"
                    unreadable = (
                        f"MPD at {self.address}: the tags of {name} are too long for it to send; "
                        "shorten them, or raise max_output_buffer_size in mpd.conf"
                    )
                    found = found or []
                elif len(found) < end - start:
                    end = -1
                for song in found:
                    count += 1
                    yield song
                if end < 0:
                    break
                start = end
        if unreadable:
            self._unreadable.starts(unreadable)
        else:
            self._unreadable.ends(f"MPD at {self.address}: every song's tags can be read")

    async def library_state(self) -> str:
        """Differs when songs may have come, gone or changed since it was last the same."""
        stats = await self._call(lambda client: client.stats())
        return told(f"{word(stats.get('db_update'))}, {word(stats.get('songs'))} songs")

    async def played_s(self) -> float:
        """For how long MPD has played music since it was started."""
        stats = await self._call(lambda client: client.stats())
        return seconds(stats.get("playtime")) or 0.0

    async def music_folder(self) -> str | None:
        """Where MPD's files are, a path or an address; only told to those by a unix socket."""
        if "config" not in self._offered or not _is_socket(self._host):
            return None
        found = await self._call(_tolerating(lambda client: client.config(), None))
        return word(found.get("music_directory") if isinstance(found, dict) else found)

    async def stickers(self, name: str) -> dict[str, str]:
        """The songs that have a sticker of this name, and its value; none without a database."""
        if not self.keeps_stickers:
            return {}
        async with self._reader() as reader:
            return await self._stickers_below(reader, "", name)

    async def stickers_of(self, file: str) -> dict[str, str]:
        """All stickers of a song, by name; none without a database."""
        if not self.keeps_stickers:
            return {}
        found: dict[str, str] | None = await self._unless_gone(
            lambda client: client.sticker_list("song", file)
        )
        return found or {}

    async def set_stickers(self, stickers: Mapping[str, Mapping[str, str]]) -> None:
        """Write the stickers of songs, file by file; songs that are gone are passed over."""
        if not self.keeps_stickers:
            return
        for file, words in stickers.items():
            await self._unless_gone(partial(_set_stickers, file=file, words=words))

    async def increment(self, file: str, name: str) -> None:
        """Count one more in a sticker; one that holds no count begins at 1."""

        def count(client: Client) -> None:
            if _version(client) >= (0, 24):
                client.sticker_inc("song", file, name, 1)
                return
            before = whole(client.sticker_list("song", file).get(name), 2**31) or 0
            client.sticker_set("song", file, name, before + 1)

        if self.keeps_stickers:
            await self._unless_gone(count)

    async def playlists(self) -> list[str]:
        """The names of the stored playlists; none where MPD keeps none."""
        if "listplaylists" not in self._offered:
            return []
        return await self._call(_playlists)

    async def playlist(self, name: str) -> list[str]:
        """The files in a stored playlist; none when it is gone."""
        if name not in await self.playlists():  # MPD would write the refusal into its log
            return []
        async with self._reader() as reader:
            found = await reader.ask(_tolerating(partial(_listed, name=name), _NO_EXIST))
            if found is None:
                found = await reader.ask(_tolerating(partial(_listed, name=name), _NO_EXIST))
        return found or []

    async def edit_playlist(self, name: str, before: Sequence[str], after: Sequence[str]) -> None:
        """Make a stored playlist of `after` out of `before`, in one go, with nobody in between.

        Songs in both must stand in the same order. Should somebody have changed it since, what is
        taken out in error is put back, at the end. Songs that are gone are left out.
        """
        staying = set(after)
        places = [at for at, file in enumerate(before) if file not in staying]
        there = set(before)
        new = [(at, file) for at, file in enumerate(after) if file not in there]
        edit = partial(_edit_playlist, name=name, places=places, new=new)
        found = await self._unless_gone(edit)
        if found is None or found == list(before):
            return
        meant = {before[at] for at in places}
        taken = [found[at] for at in places if at < len(found)]
        for file in taken:
            if file not in meant:
                await self._unless_gone(partial(_add_to_playlist, name=name, file=file))

    async def changes(self) -> frozenset[Change]:
        """Wait until something has changed since the last call, and say what.

        A server that never stops telling is listened to `1 / _PACE_S` times a second.
        """
        await asyncio.sleep(max(0.0, self._heard_s + _PACE_S - time.monotonic()))
        changed = await self._event(lambda client: client.wait(*Change))
        self._heard_s = time.monotonic()
        return frozenset(change for change in Change if change in changed)

    async def messages(self) -> list[str]:
        """What clients sent to the box since the last call."""
        read = await self._event(lambda client: client.readmessages())
        return names(read[:_MOST_MESSAGES], "message")

    async def reply(self, text: str) -> None:
        """Answer on the reply channel; nobody needs to listen."""

        def send(client: Client) -> None:
            if REPLY_CHANNEL in client.channels():
                client.sendmessage(REPLY_CHANNEL, " ".join(text.splitlines()))

        if {"sendmessage", "channels"} <= self._offered:
            await self.deeds.attempt("answer messages", lambda: self._unless_gone(send))

    async def _found(self) -> Link:
        """A connection by the first way that leads to the server."""
        ways = list(_ways(self._config))
        for way in ways:
            self._host = way
            try:
                return await self._link(self._patience)
            except PlayerError:
                if way == ways[-1]:
                    raise
        raise AssertionError

    async def _link(self, patience: Patience, *, tagged: bool = False) -> Link:
        link = Link(patience)
        try:
            async with asyncio.timeout(3 * patience.silence_s):  # names are looked up meanwhile
                await self._on(link, partial(self._open, tagged=tagged))
        except TimeoutError:
            link.close()
            raise PlayerError(f"MPD at {self.address}: cannot be reached") from None
        except BaseException:
            link.close()
            raise
        return link

    def _open(self, client: Client, *, tagged: bool) -> None:
        client.connect(self._host, self._config.port)
        if _version(client) < _OLDEST:
            raise PlayerError(
                f"MPD at {self.address}: it is version {told(client.mpd_version)}, or another "
                "program that speaks MPD's language as of then (Mopidy does, for one); the box "
                "needs MPD 0.21 or later"
            )
        if self._config.password is not None:
            client.password(self._config.password.get_secret_value())
        self._offered = frozenset(client.commands())
        missing = [name for name, needs in _NEEDED.items() if not self._offered.issuperset(needs)]
        if missing:
            who = "the password" if self._config.password else "a connection without password"
            raise PlayerError(
                f"MPD at {self.address}: {who} gives no permission to {', '.join(missing)}; set "
                "mpd.password in config.yaml to one that mpd.conf grants read, add and control"
            )
        self._enter_partition(client)
        known = {tag.casefold() for tag in client.tagtypes()}
        client.tagtypes("clear")
        if tagged and (wanted := [tag for tag in _TAGS if tag.casefold() in known]):
            client.tagtypes("enable", *wanted)

    def _enter_partition(self, client: Client) -> None:
        name = self._config.partition
        if name is None:
            return
        there = names(client.listpartitions(), "partition")
        if name not in there:
            raise PlayerError(
                f"MPD at {self.address}: it has no partition {name!r}, only "
                f"{told(', '.join(there))}; make it (mpc makepart {name}) or correct "
                "mpd.partition in config.yaml"
            )
        client.partition(name)

    @asynccontextmanager
    async def _reader(self, *, tagged: bool = False) -> AsyncIterator[Reader]:
        reader = Reader(partial(self._link, self._at_leisure, tagged=tagged), self._on, self._look)
        try:
            yield reader
        finally:
            reader.close()

    async def _look(self) -> None:
        await self._call(lambda client: client.ping())

    async def _learn_queue(self) -> None:
        """Ask for the songs of the queue that are not known yet."""
        mirror = self._mirror
        async with self._reader() as reader:
            while (start := mirror.first_unknown()) is not None:
                found, _ = await reader.rows(_queue_rows, start)
                if found is None:
                    raise PlayerError(f"MPD at {self.address}: its queue cannot be read")
                await self._call(partial(_learn, mirror, found))
                if not found or mirror.first_unknown() == start:
                    return

    async def _stickers_below(self, reader: Reader, uri: str, name: str) -> dict[str, str]:
        """Where all of them are too many for an answer, folder by folder."""
        found = await reader.ask(_tolerating(partial(_stickers, uri=uri, name=name), _NO_EXIST))
        if found is not None:
            return found
        below = await reader.ask(_tolerating(partial(_folder, uri=uri), _NO_EXIST))
        if below is None:
            raise RefusedError(
                f"MPD at {self.address}: {told(uri) or 'its library'} has too many stickers for an "
                "answer; raise max_output_buffer_size in mpd.conf"
            )
        folders, files = below
        stickers: dict[str, str] = {}
        for folder in folders:
            stickers |= await self._stickers_below(reader, folder, name)
        for file in files:
            if (value := (await self.stickers_of(file)).get(name)) is not None:
                stickers[file] = value
        return stickers

    async def _change_queue(self, function: Callable[[Client], object]) -> None:
        await self.deeds.attempt("keep its own songs in order", lambda: self._unless_gone(function))

    async def _control(self, function: Callable[[Client], object]) -> None:
        with self.deeds.of("play music"):
            await self._call(_tolerating(function, *_UNPLAYABLE))

    async def _call(self, function: Callable[[Client], _T]) -> _T:
        return await self._on(self._commands, function)

    async def _event(self, function: Callable[[Client], _T]) -> _T:
        return await self._on(self._events, function)

    async def _unless_gone(self, function: Callable[[Client], _T]) -> _T | None:
        """Call; None when what it names no longer exists."""
        return await self._call(_tolerating(function, _NO_EXIST))

    async def _on(self, link: Link | None, function: Callable[[Client], _T]) -> _T:
        if link is None:
            raise PlayerError(f"MPD at {self.address}: not connected")
        try:
            return await link.call(function)
        except Exception as error:
            if type(error) is PlayerError:
                raise
            why = explained(error, self._patience)
            kind = RefusedError if isinstance(error, Refusal) else PlayerError
            raise kind(f"MPD at {self.address}: {self._told(why)}") from error

    def _told(self, text: str) -> str:
        password = self._config.password
        secret = None if password is None else password.get_secret_value()
        return told(text, secret, most=_LONGEST_MESSAGE)


def _ways(config: MpdConfig) -> Iterator[str]:
    """Where to look for the server: by default also where MPD's own clients do (libmpdclient).

    By a unix socket MPD tells where its songs are.
    """
    if (config.host, config.port) == (_DEFAULT_HOST, _DEFAULT_PORT):
        for folder in (os.environ.get("XDG_RUNTIME_DIR"), "/run"):
            socket = Path(folder or "/run", "mpd", "socket")
            if _is_there(socket):
                yield str(socket)
    yield config.host


def _is_there(socket: Path) -> bool:
    try:
        return stat.S_ISSOCK(socket.stat().st_mode)
    except OSError:
        return False


def _seen(mirror: QueueMirror, status: Mapping[str, Any]) -> Snapshot | None:
    """None when songs of the queue are not known yet."""
    if mirror.first_unknown() is not None:
        return None
    state = word(status.get("state"))
    if state not in list(State):
        raise NonsenseError(f"its state is {state!r}")
    elapsed_s = seconds(status.get("elapsed")) or 0.0
    duration_s = seconds(status.get("duration"))
    error = word(status.get("error"))
    return Snapshot(
        state=State(state),
        songs=mirror.songs(),
        current=whole(status.get("song"), len(mirror) - 1),
        elapsed_s=elapsed_s,
        remaining_s=None if duration_s is None else duration_s - elapsed_s,
        crossfade_s=seconds(status.get("xfade")) or 0.0,
        volume=whole(status.get("volume"), 100),
        random=word(status.get("random")) == "1",
        repeat=word(status.get("repeat")) == "1",
        single=word(status.get("single")) not in (None, "0"),
        consume=word(status.get("consume")) not in (None, "0"),
        coming=mirror.song(status.get("nextsongid")),
        error=None if error is None else told(error),
        updating="updating_db" in status,
        ahead_s=_ahead_s(status),
        version=whole(status.get("playlist"), 2**32) or 0,
    )


def _learn(mirror: QueueMirror, rows: Iterable[Mapping[str, Any]], _: Client) -> None:
    """On the connection's thread, as everything that looks into MPD's words."""
    mirror.learn(rows)


def _output(row: Mapping[str, Any]) -> Output:
    return Output(
        told(word(row.get("outputname")) or ""),
        word(row.get("plugin")) or "",
        word(row.get("outputenabled")) == "1",
    )


def _lists(file: str) -> Callable[[Client], object]:
    return lambda client: client.listall(file)


def _version(client: Client) -> tuple[int, ...]:
    parts = [whole(part, 9999) for part in client.mpd_version.split(".")[:3]]
    if None in parts:
        raise ForeignServerError(f"OK MPD {client.mpd_version}")
    return tuple(part for part in parts if part is not None)


def _library_rows(client: Client, *, start: int, end: int) -> list[dict[str, Any]]:
    return [*map(dict, songs(client.find("(file != '')", "window", (start, end))))]


def _queue_rows(client: Client, *, start: int, end: int) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = client.playlistinfo((start, end))
    except Refusal as error:
        if error.errno is FailureResponseCode.ARG:  # the queue has become shorter
            return []
        raise
    return found


def _playlists(client: Client) -> list[str]:
    return names(client.listplaylists(), "playlist")


def _listed(client: Client, *, name: str) -> list[str]:
    return [*client.listplaylist(name)][:_MOST_LISTED]


def _stickers(client: Client, *, uri: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in client.sticker_find("song", uri, name):
        file, sticker = name_in(row), word(row.get("sticker"))
        if file is not None and sticker is not None:
            found[file] = sticker.partition("=")[2][:_LONGEST_STICKER]
    return found


def _folder(client: Client, *, uri: str) -> tuple[list[str], list[str]]:
    """Its folders and its songs."""
    rows = client.lsinfo(uri)
    return names(rows, "directory"), names(rows, "file")


def _edit_playlist(
    client: Client, *, name: str, places: Sequence[int], new: Sequence[tuple[int, str]]
) -> list[str]:
    """Gives what the playlist held at the instant before."""
    is_there = name in _playlists(client)
    chooses_place = _version(client) >= (0, 23, 3)
    client.command_list_ok_begin()
    if is_there:
        client.listplaylist(name)
    for at in reversed(places):
        client.playlistdelete(name, at)
    for at, file in new:
        client.playlistadd(name, file, *([at] if chooses_place else []))
    answers = client.command_list_end()
    return list(answers[0]) if is_there else []


def _add_to_playlist(client: Client, *, name: str, file: str) -> None:
    client.playlistadd(name, file)


def _set_stickers(client: Client, *, file: str, words: Mapping[str, str]) -> None:
    for name, value in words.items():
        client.sticker_set("song", file, name, value)


def _tolerating(
    function: Callable[[Client], _T], *codes: FailureResponseCode | None
) -> Callable[[Client], _T | None]:
    """The function, giving None where MPD refuses it for one of these reasons; None: for any."""

    def tolerant(client: Client) -> _T | None:
        try:
            return function(client)
        except Refusal as error:
            if error.errno in codes or None in codes:
                return None
            raise

    return tolerant


def _is_socket(host: str) -> bool:
    return host.startswith(("/", "@"))


def _ahead_s(status: Mapping[str, Any]) -> float:
    """How much music MPD may count as played that it only holds ready."""
    rate = bytes_per_s(status.get("audio"))
    return _AHEAD_BYTES / rate if rate and word(status.get("state")) == State.PAUSE else 0.0
