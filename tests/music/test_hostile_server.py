"""A server that may say anything: each call ends in an answer or in a PlayerError with words."""

import asyncio
import contextlib
import random
import shlex
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.config.schema import Config, MpdConfig
from edgemood.errors import PlayerError, RefusedError
from edgemood.incident import Faults
from edgemood.memory import Memory
from edgemood.music import Dj, Player
from edgemood.music.library import SongIndex
from edgemood.music.mpd.bounded_socket import LARGEST_ANSWER

PATIENCE_S = 60.0
TIMEOUT_S = 2.0
"""for a busy machine; twists that are about time have a shorter one"""
SHORT_S = 0.05

COMMANDS = (
    *("status", "plchangesposid", "playlistinfo", "find", "stats", "idle", "readmessages"),
    *("addid", "deleteid", "moveid", "playid", "pause", "next", "setvol", "listall", "outputs"),
    *("commands", "tagtypes", "ping", "subscribe", "sendmessage", "channels", "config", "lsinfo"),
    *(
        "sticker",
        "listplaylists",
        "listplaylist",
        "playlistadd",
        "playlistdelete",
        "listpartitions",
    ),
    *("partition", "password"),
)
USUAL = {
    "hello": b"OK MPD 0.23.5\n",
    "commands": b"".join(f"command: {name}\n".encode() for name in COMMANDS),
    "status": b"volume: 50\nrepeat: 0\nrandom: 0\nsingle: 0\nconsume: 0\nplaylist: 7\n"
    b"playlistlength: 2\nstate: play\nsong: 0\nsongid: 1\nelapsed: 3.5\nduration: 60.0\n"
    b"nextsong: 1\nnextsongid: 2\n",
    "plchangesposid": b"cpos: 0\nId: 1\ncpos: 1\nId: 2\n",
    "playlistinfo": b"file: a.flac\nPos: 0\nId: 1\nfile: b.flac\nPos: 1\nId: 2\n",
    "find": b"file: a.flac\nLast-Modified: 2026-01-01T00:00:00Z\nTitle: A\nduration: 60.0\n"
    b"file: b.flac\nLast-Modified: 2026-01-01T00:00:00Z\nTitle: B\nduration: 61.0\n",
    "stats": b"db_update: 1\nsongs: 2\n",
    "idle": b"changed: player\n",
    "readmessages": b"channel: edgemood\nmessage: why\n",
    "addid": b"Id: 3\n",
    "listall": b"file: a.flac\n",
    "outputs": b"outputid: 0\noutputname: loud\nplugin: pulse\noutputenabled: 1\n",
    "tagtypes": b"tagtype: Artist\ntagtype: Title\ntagtype: Comment\n",
    "channels": b"channel: edgemood-status\n",
    "config": b"music_directory: /music\n",
    "lsinfo": b"directory: d\nfile: a.flac\n",
    "sticker find": b"file: a.flac\nsticker: rating=5\n",
    "sticker list": b"sticker: like=2\nsticker: playCount=1\n",
    "listplaylists": b"playlist: Mood\nplaylist: odd\n",
    "listplaylist": b"file: a.flac\nfile: b.flac\n",
    "listpartitions": b"partition: default\n",
}
"""What an ordinary server answers, without the OK."""

Twist = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


class ScriptedServer:
    """Speaks MPD's protocol like an ordinary server, but for the twists it is given."""

    def __init__(self, socket: str) -> None:
        self.socket = socket
        self.twists: dict[str, Twist] = {}
        """by command; bytes are sent as they are, an OK included"""
        self.heard: list[str] = []
        self.sent = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self.socket, limit=2**20)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._say(writer, "hello", b"")
            while line := await reader.readline():
                command = line.decode(errors="surrogateescape").strip()
                if command == "command_list_ok_begin":
                    while (inner := (await reader.readline()).decode().strip()) != (
                        "command_list_end"
                    ):
                        await self._answer(writer, inner, b"list_OK\n")
                    writer.write(b"OK\n")
                    await writer.drain()
                else:
                    await self._answer(writer, command, b"OK\n")
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, line: str, end: bytes) -> None:
        words = shlex.split(line)
        name = " ".join(words[:2]) if words[0] == "sticker" else words[0]
        self.heard.append(name)
        if name == "idle" and "idle" not in self.twists:
            await asyncio.sleep(0.01)
        if name == "find" and "find" not in self.twists and not words[-1].startswith("0:"):
            writer.write(end)
            return
        if name == "tagtypes" and len(words) > 1:
            name = "tagtypes clear"
        await self._say(writer, name, end)

    async def _say(self, writer: asyncio.StreamWriter, name: str, end: bytes) -> None:
        twist = self.twists.get(name, USUAL.get(name, b"") + (b"OK\n" if end else b""))
        if not isinstance(twist, bytes):
            await twist(writer)
            return
        # in a command list an answer ends otherwise
        ends = name != "hello" and (twist.endswith(b"\nOK\n") or twist == b"OK\n")
        data = twist[:-3] + end if ends else twist
        writer.write(data)
        self.sent += len(data)
        await writer.drain()
        if name != "hello" and not (data.endswith((b"OK\n", end)) or b"ACK" in data):
            writer.close()


@pytest.fixture
async def server(short_folder) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(str(short_folder / "socket")) as server:
        yield server


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A unix socket's path may have 107 bytes, which pytest's own folders can exceed."""
    with tempfile.TemporaryDirectory(prefix="mpd-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def player_of(server: ScriptedServer, timeout_s: float = TIMEOUT_S) -> Player:
    config = MpdConfig(host=server.socket, password="geheim", partition="default")
    return Player(config, timeout_s)


async def _library(player: Player) -> list[object]:
    return [song async for song in player.library()]


def calls(player: Player) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    """Everything that a player can do."""
    yield "snapshot", player.snapshot
    yield "append", lambda: player.append("a.flac")
    yield "move", lambda: player.move_to_end(1)
    yield "remove", lambda: player.remove(1)
    yield "play", lambda: player.play(1)
    yield "resume", player.resume
    yield "next", player.next
    yield "set_volume", lambda: player.set_volume(30)
    yield "volume", player.volume
    yield "outputs", player.outputs
    yield "missing", lambda: player.missing(["a.flac"])
    yield "library", lambda: _library(player)
    yield "library_state", player.library_state
    yield "music_folder", player.music_folder
    yield "stickers", lambda: player.stickers("rating")
    yield "stickers_of", lambda: player.stickers_of("a.flac")
    yield "set_stickers", lambda: player.set_stickers({"a.flac": {"like": "2"}})
    yield "increment", lambda: player.increment("a.flac", "playCount")
    yield "playlists", player.playlists
    yield "playlist", lambda: player.playlist("odd")
    yield "edit_playlist", lambda: player.edit_playlist("odd", ["a.flac"], ["b.flac"])
    yield "changes", player.changes
    yield "messages", player.messages
    yield "reply", lambda: player.reply("because")


CALLS_THAT_USE = {
    "addid": {"append"},
    "channels": {"reply"},
    "config": {"music_folder"},
    "deleteid": {"remove"},
    "find": {"library"},
    "idle": {"changes"},
    "listall": {"missing"},
    "listplaylist": {"playlist", "edit_playlist"},
    "listplaylists": {"playlists", "playlist", "edit_playlist"},
    "lsinfo": {"stickers"},
    "moveid": {"move"},
    "next": {"next"},
    "outputs": {"outputs"},
    "pause": {"resume"},
    "playid": {"play"},
    "playlistadd": {"edit_playlist"},
    "playlistdelete": {"edit_playlist"},
    "readmessages": {"messages"},
    "sendmessage": {"reply"},
    "setvol": {"set_volume"},
    "stats": {"library_state"},
    "status": {"snapshot", "move", "volume"},
    "sticker find": {"stickers"},
    "sticker list": {"stickers_of", "increment"},
    "sticker set": {"set_stickers", "increment"},
}
"""Of the other commands, connecting and looking at the queue use them all."""


async def call_everything(player: Player, using: str | None = None) -> dict[str, object]:
    """What came of each call, or of those using a command: an answer, or the PlayerError."""
    found: dict[str, object] = {}
    connected = False
    only = None if using is None else CALLS_THAT_USE.get(using, {"snapshot", "library"})
    for name, call in calls(player):
        if only is not None and name not in only:
            continue
        try:
            if not connected:
                await player.connect()
                connected = True
            found[name] = await call()
        except RefusedError as error:
            found[name] = error
        except PlayerError as error:
            found[name] = error
            connected = False
    player.close()
    for error in found.values():
        if isinstance(error, PlayerError):
            assert str(error).startswith("MPD at ")
            assert len(str(error)) < 1000
            assert str(error).isprintable()
            assert "geheim" not in str(error)
    return found


async def test_an_ordinary_server_answers_everything(server):
    found = await call_everything(player_of(server))
    assert not [error for error in found.values() if isinstance(error, PlayerError)]
    assert [song.file for song in found["snapshot"].songs] == ["a.flac", "b.flac"]
    assert len(found["library"]) == 2
    assert found["stickers"] == {"a.flac": "5"}
    assert found["playlist"] == ["a.flac", "b.flac"]


MANY_DIGITS = b"9" * 5000
ODD_ANSWERS = {
    "nothing": b"OK\n",
    "no colon": b"nonsense\nOK\n",
    "another program": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "not UTF-8": b"file: \xff\xfe\xff\nId: \xff\nOK\n",
    "NUL": b"file: a\x00b\nstate: \x00\nOK\n",
    "control characters": b"file: \x1b[2J\x07\nTitle: \x1b]0;x\x07\nerror: \x1b[31m\nOK\n",
    "many digits": b"Id: %(n)s\ncpos: %(n)s\nplaylistlength: %(n)s\nsong: %(n)s\nvolume: %(n)s\n"
    b"sticker: rating=%(n)s\nOK\n" % {b"n": MANY_DIGITS},
    "negative": b"Id: -1\ncpos: -1\nplaylistlength: -1\nplaylist: -5\nvolume: -40\nsong: -3\nOK\n",
    "not a number": b"Id: nan\ncpos: inf\nplaylistlength: 1e3\nplaylist: x\nelapsed: nan\nOK\n",
    "no end": b"elapsed: inf\nduration: -inf\nxfade: nan\nstate: play\nplaylistlength: 0\nOK\n",
    "a number of elsewhere": "Id: ٣\nplaylistlength: ²\nvolume: ½\nOK\n".encode(),
    "the same many times": b"file: a\n" * 50 + b"Id: 1\nId: 2\nstate: play\nstate: stop\nOK\n",
    "an unknown state": b"state: dancing\nplaylist: 1\nplaylistlength: 0\nOK\n",
    "an unknown subsystem": b"changed: weather\nchanged: player\nOK\n",
    "a refusal": b"ACK [52@0] {x} no\n",
    "a refusal without words": b"ACK [52@0] {}\n",
    "an unknown refusal": b"ACK [999@0] {x} no\n",
    "a refusal of another kind": b"ACK no\n",
    "a refusal that repeats the password": b"ACK [3@0] {password} not geheim\n",
    "a refusal with many digits": b"ACK [%b@%b] {x} no\n" % (MANY_DIGITS, MANY_DIGITS),
    "a long refusal": b"ACK [52@0] {x} " + b"no " * 30_000 + b"\n",
    "a list's end": b"list_OK\nOK\n",
    "several ends": b"OK\nOK\nOK\n",
    "lines without names": b": \n: x\n:\nOK\n",
    "other names": b"Foo: bar\nbar: foo\nOK\n",
    "a directory first": b"directory: x\nplaylist: y\nsticker: z\nOK\n",
    "an empty file": b"file: \nId: 1\nOK\n",
    "a long name": b"file: " + b"x" * 50_000 + b"\nId: 5\nOK\n",
    "a long line": b"file: a\nTitle: " + b"x" * 300_000 + b"\nOK\n",
    "a million songs": b"playlistlength: 1000000000\nplaylist: 1\nstate: play\nOK\n",
}
TWISTED = ("hello", *COMMANDS, "sticker find", "sticker list", "sticker set", "tagtypes clear")


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
async def test_an_odd_answer_is_an_answer_or_an_error_with_words(server, answer):
    player = player_of(server)
    async with asyncio.timeout(PATIENCE_S):
        for command in TWISTED:
            server.twists = {command: answer}
            await call_everything(player, command)


@pytest.mark.parametrize("command", ["status", "plchangesposid", "find", "sticker list", "hello"])
async def test_a_connection_that_ends_is_an_error_with_words(server, command):
    async def end(writer: asyncio.StreamWriter) -> None:
        writer.write(b"file: a")
        writer.close()

    server.twists = {command: end}
    async with asyncio.timeout(PATIENCE_S):
        found = await call_everything(player_of(server), command)
    assert any("the connection was lost" in str(error) for error in found.values())


@pytest.mark.parametrize("command", ["hello", "status", "find", "listplaylist", "addid"])
@pytest.mark.parametrize("drip", [b"", b"x", b"a: b\n"], ids=["silence", "letters", "lines"])
async def test_a_server_that_takes_for_ever_is_given_up(server, command, drip):
    async def keep_waiting(writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(drip)
            await asyncio.sleep(SHORT_S / 5)

    server.twists = {command: keep_waiting}
    player = player_of(server, SHORT_S)
    async with asyncio.timeout(PATIENCE_S):
        found = await call_everything(player, command)
    assert any(isinstance(error, PlayerError) for error in found.values())


@pytest.mark.parametrize("command", ["hello", "status", "find", "idle", "sticker find", "commands"])
@pytest.mark.parametrize("what", [b"x" * 65536, b"file: a\n" * 8192], ids=["line", "answer"])
async def test_what_never_ends_is_cut_off(server, command, what):
    async def never_end(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(what)
            server.sent += len(what)
            await writer.drain()

    server.twists = {command: never_end}
    player = player_of(server)
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(PlayerError):
            await player.connect()
            server.sent = 0
            if command == "find":
                await _library(player)
            elif command == "sticker find":
                await player.stickers("like")
            elif command == "idle":
                await player.changes()
            else:
                await player.snapshot()
    player.close()
    # a reading is tried again for less, and each try is bounded; sockets have buffers, too
    assert server.sent < 30 * LARGEST_ANSWER


async def test_a_library_without_end_is_bounded(server, monkeypatch):
    monkeypatch.setattr("edgemood.music.mpd.client._MOST_SONGS", 5000)
    server.twists = {"find": b"".join(b"file: %d\n" % number for number in range(1000)) + b"OK\n"}
    player = player_of(server)
    await player.connect()
    assert len(await _library(player)) == 5000
    player.close()


async def test_a_sticker_of_many_digits_stops_nothing(server):
    server.twists = {
        "sticker find": b"file: a.flac\nsticker: rating=" + b"9" * 400 + b"\nOK\n",
        "sticker list": b"sticker: playCount=" + b"9" * 5000 + b"\nOK\n",
    }
    found = await call_everything(player_of(server))
    assert not [error for error in found.values() if isinstance(error, PlayerError)]


@pytest.mark.parametrize("command", ["addid", "playid", "sticker find", "setvol", "listplaylists"])
async def test_a_refusal_leaves_the_connection_as_it_is(server, command):
    server.twists = {command: b"ACK [4@0] {x} you don't have permission\n"}
    player = player_of(server)
    await player.connect()
    connected = server.heard.count("commands")
    for _, call in calls(player):
        with contextlib.suppress(RefusedError):
            await call()
    player.close()
    long_answers = 6  # each on a connection of its own
    assert server.heard.count("commands") <= connected + long_answers


@pytest.mark.parametrize(
    ("hello", "words"),
    {
        b"SSH-2.0-OpenSSH_9.2p1\r\n": "not an MPD server",
        b"220 mail.example ESMTP\r\n": "not an MPD server",
        b"OK MPD nine\n": "not an MPD server",
        b"OK MPD \n": "not an MPD server",
        b"OK MPD 0.19.0\n": "version 0.19.0",
        b"OK MPD 0.20.23\n": "0.21 or later",
    }.items(),
)
async def test_foreign_and_old_servers_are_named(server, hello, words):
    server.twists = {"hello": hello}
    with pytest.raises(PlayerError, match=words):
        await player_of(server).connect()


NAMES = (
    *("file", "Id", "cpos", "state", "playlistlength", "playlist", "song", "elapsed", "sticker"),
    *("changed", "message", "channel", "outputname", "plugin", "volume"),
)


@given(
    command=st.sampled_from(TWISTED),
    answer=st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.tuples(
                st.sampled_from(NAMES),
                st.one_of(
                    st.integers().map(str), st.floats().map(str), st.text(max_size=30), st.just("")
                ),
            ),
            max_size=12,
        ).map(
            lambda pairs: b"".join(
                f"{name}: {value}\n".encode(errors="surrogatepass") for name, value in pairs
            )
        ),
    ),
    ends=st.booleans(),
)
@settings(max_examples=100)
def test_whatever_a_server_says_is_an_answer_or_an_error_with_words(command, answer, ends):
    async def converse() -> None:
        with tempfile.TemporaryDirectory(prefix="mpd-") as folder:
            async with ScriptedServer(f"{folder}/socket") as server, asyncio.timeout(PATIENCE_S):

                async def say(writer: asyncio.StreamWriter) -> None:
                    writer.write(answer + b"OK\n" * ends)
                    if not ends:
                        writer.close()

                server.twists = {command: say}
                await call_everything(player_of(server), command)

    asyncio.run(converse())


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
async def test_the_dj_outlives_odd_answers(server, answer, caplog):
    clock = ManualClock()
    config = Config.model_validate({"mpd": {"host": server.socket}})
    faults = Faults()
    index = SongIndex.in_memory()
    dj = Dj(config, clock, Memory(), index=index, faults=faults)
    twisted = [name for name in TWISTED if name not in ("password", "listpartitions", "partition")]
    random.Random(3).shuffle(twisted)
    running = asyncio.create_task(dj.run())
    async with asyncio.timeout(PATIENCE_S):
        for command in (*twisted[:8], "status", "sticker find", "find", "addid"):
            server.twists = {command: answer}
            server.heard.clear()
            while not (server.heard or running.done()):
                await clock.advance(5)
                await asyncio.sleep(0.001)
            for _ in range(10):
                await clock.advance(5)
                await asyncio.sleep(0.001)
            assert not running.done()
        server.twists = {}
        while not (dj.status().connected and not [*faults]):
            await clock.advance(5)
            await asyncio.sleep(0.001)
            assert not running.done()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("more", [[], ["playlist_directory: /playlists", "pcre: 1"]])
async def test_where_the_music_is_every_release_of_mpd_tells(server, more, order):
    """MPD 0.24 tells more than one thing, of which python-mpd2 makes nothing."""
    told = ["music_directory: /srv/music", *more][::order]
    server.twists["config"] = "\n".join([*told, "OK\n"]).encode()
    player = player_of(server)
    await player.connect()
    assert await player.music_folder() == "/srv/music"
    player.close()
