"""The MPD server. The only module that knows MPD's protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

import mpd
from mpd.base import FailureResponseCode

from edgemood.config.schema import MpdConfig
from edgemood.errors import PlayerError
from edgemood.music.link import Client, Link
from edgemood.music.mirror import QueueMirror
from edgemood.music.queue import QueuedSong, Snapshot, State
from edgemood.music.refusal import explained

CHANNEL = "edgemood"
"""messages to the box, from any MPD client: ``mpc sendmessage edgemood redetect``"""
REPLY_CHANNEL = "edgemood-status"
"""its answers"""

TIMEOUT_S = 5.0
"""MPD answers within milliseconds; one that does not in this time hangs"""

_PAGE = 1000
"""songs asked for at once; MPD drops a client whose answer outgrows its output buffer (8 MiB)"""

_TAGS = ("Artist", "Title", "Album", "Genre", "Date", "Mood", "Comment")
_NEEDED = {
    "read": ("status", "currentsong", "find", "listall", "idle", "plchangesposid"),
    "add": ("addid",),
    "control": ("deleteid", "moveid", "next", "pause", "play", "setvol", "sendmessage"),
}

_UNPLAYABLE = (
    FailureResponseCode.NO_EXIST,
    FailureResponseCode.PLAYER_SYNC,
    FailureResponseCode.SYSTEM,
    FailureResponseCode.UNKNOWN,
)
_ABSENT = (
    FailureResponseCode.UNKNOWN,
    FailureResponseCode.NO_EXIST,
    FailureResponseCode.SYSTEM,
    FailureResponseCode.PERMISSION,
)
"""how MPD says that it was set up without a sticker database or playlist folder, or that both are
none of the box's business"""
_UNTOLD = (FailureResponseCode.PERMISSION, FailureResponseCode.UNKNOWN)

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


Tags = Mapping[str, Any]
"""One song as MPD gives it: ``file``, and tags in lower case, each a string or a list of them."""


class Player:
    """A client of one MPD server: a connection for commands, and one that waits for changes.

    Every method raises PlayerError when the server cannot be reached, hangs, or refuses; after that
    `close` and `connect` again. Safe to cancel at any time.
    """

    def __init__(self, config: MpdConfig, timeout_s: float = TIMEOUT_S) -> None:
        self._config = config
        self._timeout_s = timeout_s
        self._commands: Link | None = None
        self._events: Link | None = None
        self._mirror = QueueMirror()

    @property
    def address(self) -> str:
        """Where the server is, for people."""
        host = self._config.host
        return host if _is_socket(host) else f"{host}:{self._config.port}"

    async def connect(self) -> None:
        """Connect, authenticate, and make sure that everything needed is permitted."""
        self.close()
        self._mirror = QueueMirror()
        self._commands, self._events = Link(self._timeout_s), Link(self._timeout_s)
        try:
            await self._call(self._open)
            await self._event(self._open)
            await self._event(lambda client: client.subscribe(CHANNEL))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the server at once."""
        for link in (self._commands, self._events):
            if link is not None:
                link.close()
        self._commands = self._events = None

    async def snapshot(self) -> Snapshot:
        """What MPD does, and its queue; only what changed since the last call crosses the wire."""
        mirror = self._mirror
        status = await self._call(mirror.follow)
        while (start := mirror.first_unknown()) is not None:
            await self._call(partial(mirror.fetch, start=start))
            status = await self._call(mirror.follow)
        elapsed_s = float(status.get("elapsed", 0))
        return Snapshot(
            state=State(status["state"]),
            songs=mirror.songs(),
            current=int(status["song"]) if "song" in status else None,
            elapsed_s=elapsed_s,
            remaining_s=float(status["duration"]) - elapsed_s if "duration" in status else None,
            crossfade_s=float(status.get("xfade", 0)),
            volume=_volume_in(status),
            random=status["random"] == "1",
            repeat=status["repeat"] == "1",
            single=status["single"] != "0",
            consume=status["consume"] != "0",
            coming=mirror.song(status.get("nextsongid")),
            error=status.get("error"),
            updating="updating_db" in status,
            version=int(status["playlist"]),
        )

    async def append(self, file: str) -> QueuedSong | None:
        """Add a song at the end of the queue; None when the library no longer has it."""
        id_ = await self._unless_gone(lambda client: client.addid(file))
        return None if id_ is None else QueuedSong(int(id_), file)

    async def move_to_end(self, id_: int) -> None:
        """Take a queued song to the end of the queue, if it is still there."""

        def move(client: Client) -> None:
            client.moveid(id_, int(client.status()["playlistlength"]) - 1)

        await self._unless_gone(move)

    async def remove(self, id_: int) -> None:
        """Take a song out of the queue, if it is still there."""
        await self._unless_gone(lambda client: client.deleteid(id_))

    async def play(self, id_: int) -> None:
        """Play a song of the queue; when it cannot be played, `Snapshot.error` says why."""
        await self._call(_tolerating(lambda client: client.playid(id_), *_UNPLAYABLE))

    async def resume(self) -> None:
        """End a pause; when MPD cannot, `Snapshot.error` says why."""
        await self._call(_tolerating(lambda client: client.pause(0), *_UNPLAYABLE))

    async def next(self) -> None:
        """Go to the next song; when it cannot be played, `Snapshot.error` says why."""
        await self._call(_tolerating(lambda client: client.next(), *_UNPLAYABLE))

    async def set_volume(self, volume: int) -> None:
        """Set the mixer, 0–100."""
        await self._call(lambda client: client.setvol(volume))

    async def volume(self) -> int | None:
        """The mixer's volume, 0–100; None without a mixer."""
        return _volume_in(await self._call(lambda client: client.status()))

    async def missing(self, files: Iterable[str]) -> set[str]:
        """Those files that MPD's library does not have; streams are never missing."""
        local = [file for file in files if "://" not in file]
        return {file for file in local if await self._unless_gone(_lists(file)) is None}

    async def library(self) -> AsyncIterator[Tags]:
        """Every song of the library, page by page, so that other commands get their turn."""
        start = 0
        while True:
            window = f"{start}:{start + _PAGE}"
            page = await self._call(partial(_find_all, window=window))
            for song in page:
                yield song
            if len(page) < _PAGE:
                return
            start += _PAGE

    async def library_state(self) -> str:
        """Differs when songs may have come, gone or changed since it was last the same."""
        stats = await self._call(lambda client: client.stats())
        return f"{stats.get('db_update')}, {stats.get('songs')} songs"

    async def played_s(self) -> float:
        """For how long MPD has played music since it was started."""
        stats = await self._call(lambda client: client.stats())
        return float(stats.get("playtime", 0))

    async def music_folder(self) -> str | None:
        """Where MPD's files are; only told to clients that come by a unix socket."""
        found = await self._call(_tolerating(lambda client: client.config(), *_UNTOLD))
        folder = found.get("music_directory") if isinstance(found, dict) else found
        return str(folder) if folder else None

    async def stickers(self, name: str) -> dict[str, str]:
        """The songs that have a sticker of this name, and its value; none without a database."""
        found = await self._call(
            _tolerating(lambda client: client.sticker_find("song", "", name), *_ABSENT)
        )
        return {song["file"]: song["sticker"].partition("=")[2] for song in found or []}

    async def stickers_of(self, file: str) -> dict[str, str]:
        """All stickers of a song, by name; none without a database."""
        found: dict[str, str] | None = await self._call(
            _tolerating(lambda client: client.sticker_list("song", file), *_ABSENT)
        )
        return found or {}

    async def set_stickers(self, stickers: Mapping[str, Mapping[str, str]]) -> None:
        """Write the stickers of songs, file by file; songs that are gone are passed over."""
        for file, words in stickers.items():
            await self._call(_tolerating(partial(_set_stickers, file=file, words=words), *_ABSENT))

    async def increment(self, file: str, name: str) -> None:
        """Count one more in a sticker."""

        def count(client: Client) -> None:
            if _version(client) >= (0, 24):
                client.sticker_inc("song", file, name, 1)
                return
            before = client.sticker_list("song", file).get(name, "")
            client.sticker_set("song", file, name, int(before) + 1 if before.isdecimal() else 1)

        await self._call(_tolerating(count, *_ABSENT))

    async def playlists(self) -> list[str]:
        """The names of the stored playlists; none where MPD keeps none."""
        found = await self._call(_tolerating(lambda client: client.listplaylists(), *_ABSENT))
        return [row["playlist"] for row in found or []]

    async def playlist(self, name: str) -> list[str]:
        """The files in a stored playlist; none when it is gone."""
        found: list[str] | None = await self._unless_gone(lambda client: client.listplaylist(name))
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
        found = await self._call(_tolerating(edit, FailureResponseCode.NO_EXIST))
        if found is None or found == list(before):
            return
        meant = {before[at] for at in places}
        taken = [found[at] for at in places if at < len(found)]
        for file in taken:
            if file not in meant:
                await self._unless_gone(partial(_add_to_playlist, name=name, file=file))

    async def changes(self) -> frozenset[Change]:
        """Wait until something has changed since the last call, and say what."""
        return frozenset(map(Change, await self._event(lambda client: client.idle(*Change))))

    async def messages(self) -> list[str]:
        """What clients sent to the box since the last call."""
        read = await self._event(lambda client: client.readmessages())
        return [message["message"] for message in read]

    async def reply(self, text: str) -> None:
        """Answer on the reply channel; nobody needs to listen."""
        line = " ".join(text.splitlines())
        await self._unless_gone(lambda client: client.sendmessage(REPLY_CHANNEL, line))

    def _open(self, client: Client) -> None:
        client.connect(self._config.host, self._config.port)
        if self._config.password is not None:
            client.password(self._config.password.get_secret_value())
        allowed = set(client.commands())
        missing = [name for name, commands in _NEEDED.items() if not allowed.issuperset(commands)]
        if missing:
            who = "the password" if self._config.password else "a connection without password"
            raise PlayerError(
                f"MPD at {self.address}: {who} gives no permission to {', '.join(missing)}; set "
                "mpd.password in config.yaml to one that mpd.conf grants read, add and control"
            )
        self._enter_partition(client)
        known = {tag.casefold(): tag for tag in client.tagtypes()}
        client.tagtypes("clear")
        client.tagtypes("enable", *(tag for tag in _TAGS if tag.casefold() in known))

    def _enter_partition(self, client: Client) -> None:
        name = self._config.partition
        if name is None:
            return
        there = [row["partition"] for row in client.listpartitions()]
        if name not in there:
            raise PlayerError(
                f"MPD at {self.address}: it has no partition {name!r}, only {', '.join(there)}; "
                f"make it (mpc makepart {name}) or correct mpd.partition in config.yaml"
            )
        client.partition(name)

    async def _call(self, function: Callable[[Client], _T]) -> _T:
        return await self._on(self._commands, function)

    async def _event(self, function: Callable[[Client], _T]) -> _T:
        return await self._on(self._events, function)

    async def _unless_gone(self, function: Callable[[Client], _T]) -> _T | None:
        """Call; None when what it names no longer exists."""
        return await self._call(_tolerating(function, FailureResponseCode.NO_EXIST))

    async def _on(self, link: Link | None, function: Callable[[Client], _T]) -> _T:
        if link is None:
            raise PlayerError(f"MPD at {self.address}: not connected")
        try:
            return await link.call(function)
        except PlayerError:
            raise
        except (OSError, mpd.MPDError, ValueError) as error:
            why = explained(error, self._timeout_s)
            raise PlayerError(f"MPD at {self.address}: {why}") from error


def _volume_in(status: Mapping[str, str]) -> int | None:
    volume = int(status.get("volume", -1))
    return volume if volume >= 0 else None


def _lists(file: str) -> Callable[[Client], list[Tags]]:
    return lambda client: client.listall(file)


def _version(client: Client) -> tuple[int, ...]:
    return tuple(map(int, client.mpd_version.split(".")[:2]))


def _edit_playlist(
    client: Client, *, name: str, places: Sequence[int], new: Sequence[tuple[int, str]]
) -> list[str]:
    """Gives what the playlist held at the instant before."""
    is_there = any(row["playlist"] == name for row in client.listplaylists())
    client.command_list_ok_begin()
    if is_there:
        client.listplaylist(name)
    for at in reversed(places):
        client.playlistdelete(name, at)
    for at, file in new:
        client.playlistadd(name, file, at)
    answers = client.command_list_end()
    return list(answers[0]) if is_there else []


def _add_to_playlist(client: Client, *, name: str, file: str) -> None:
    client.playlistadd(name, file)


def _set_stickers(client: Client, *, file: str, words: Mapping[str, str]) -> None:
    for name, value in words.items():
        client.sticker_set("song", file, name, value)


def _find_all(client: Client, *, window: str) -> list[Tags]:
    found: list[Tags] = client.find("(file != '')", "window", window)
    return found


def _tolerating(
    function: Callable[[Client], _T], *codes: FailureResponseCode
) -> Callable[[Client], _T | None]:
    """The function, giving None where MPD refuses it for one of these reasons."""

    def tolerant(client: Client) -> _T | None:
        try:
            return function(client)
        except mpd.CommandError as error:
            if error.errno in codes:
                return None
            raise

    return tolerant


def _is_socket(host: str) -> bool:
    return host.startswith(("/", "@"))
