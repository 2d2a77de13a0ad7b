"""The state folder: what is kept is there, what cannot be read is set aside, and no start fails."""

import asyncio
import contextlib
import errno
import json
import os
import shutil
import socket
import tempfile
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock, boot_id
from edgemood.config import Config
from edgemood.daemon import Daemon
from edgemood.emotion import EMOTIONS
from edgemood.incident import Faults
from edgemood.memory import FIRST_PAUSE_S, LONGEST_PAUSE_S, Memory
from edgemood.state import (
    DOCUMENTS,
    Account,
    AskedMood,
    AskedStrategy,
    Begun,
    Hands,
    HistoryRead,
    KnownMood,
    LastSeen,
    Opinions,
    OwnQueue,
    PlayedSongs,
    PlaylistAccounts,
    QuietVolumeBefore,
    Sensing,
    VolumeBefore,
)

SONGS = OwnQueue(songs=[(3, "a.flac"), (4, "caf\udce9.ogg")])


def test_what_was_kept_is_there_after_a_restart(tmp_path):
    assert Memory(tmp_path).keep(SONGS)
    assert Memory(tmp_path).recall(OwnQueue) == SONGS
    assert Memory(tmp_path).recall(PlayedSongs) is None


def test_what_was_forgotten_stays_so(tmp_path):
    memory = Memory(tmp_path)
    memory.keep(VolumeBefore(percent=3))
    assert memory.forget(VolumeBefore)
    assert memory.recall(VolumeBefore) is None
    assert Memory(tmp_path).recall(VolumeBefore) is None
    assert Memory(tmp_path / "none").forget(VolumeBefore)


def test_without_a_folder_it_lasts_as_long_as_the_process():
    memory = Memory()
    assert memory.keep(SONGS)
    assert memory.recall(OwnQueue) == SONGS
    assert memory.unlisted() == ""


def test_what_is_the_same_is_not_written_again(tmp_path):
    Memory(tmp_path).keep(SONGS)
    memory, written = Memory(tmp_path), (tmp_path / "queue.json").stat()
    memory.recall(OwnQueue)
    memory.keep(SONGS)
    now = (tmp_path / "queue.json").stat()
    assert (now.st_ino, now.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_a_half_written_replacement_leaves_the_old_document(tmp_path):
    Memory(tmp_path).keep(SONGS)
    (tmp_path / ".queue.json.new").write_text('["ne')  # power went here
    memory = Memory(tmp_path)
    assert memory.recall(OwnQueue) == SONGS
    assert memory.keep(OwnQueue(songs=[]))
    assert {path.name for path in tmp_path.iterdir()} == {"queue.json"}


def test_only_the_daemon_may_read_what_is_kept(tmp_path):
    Memory(tmp_path).keep(SONGS)
    assert (tmp_path / "queue.json").stat().st_mode & 0o777 == 0o600


def a_folder(path):
    path.mkdir()
    (path / "something").touch()


def a_socket(path):
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))


def unreadable(path):
    path.write_text("{}")
    path.chmod(0)


def huge(path):
    path.touch()
    os.truncate(path, 100 * 2**20)


ODD_FILES = {
    "an empty file": lambda path: path.touch(),
    "a folder": a_folder,
    "an empty folder": lambda path: path.mkdir(),
    "a FIFO": os.mkfifo,
    "a socket": a_socket,
    "a link to itself": lambda path: path.symlink_to(path),
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a file that nobody may read": unreadable,
    "100 MB": huge,
    "deep nesting": lambda path: path.write_bytes(b"[" * 200_000),
    "a number of 4,301 digits": lambda path: path.write_bytes(b"9" * 4301),
    "a list": lambda path: path.write_text("[1]"),
    "a newer version": lambda path: path.write_text('{"version": 99, "on": true}'),
    "a date": lambda path: path.write_text('"2026-11-30"'),
    "half a document": lambda path: path.write_text('{"version": 1, "on": tr'),
}


OTHER_FILES = (
    "library.db",
    "library.db-wal",
    "library.db-shm",
    "labels.jsonl",
    "taste.db",
    "taste.db-wal",
    "taste.jsonl",
    "faces",
    ".lock",
)


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture(params=ODD_FILES)
def odd(request):
    return ODD_FILES[request.param]


@pytest.mark.parametrize("kind", [OwnQueue, Sensing])
def test_what_is_no_document_is_set_aside_with_one_warning(tmp_path, odd, kind, caplog):
    odd(tmp_path / f"{kind.name}.json")
    memory = Memory(tmp_path)
    assert memory.recall(kind) is None
    if (tmp_path / f"{kind.name}.json").exists():  # as root, who may read everything
        return
    assert memory.lost(kind)
    assert len(caplog.records) == 1
    assert f"set aside as {kind.name}.json.unreadable" in caplog.text
    assert os.path.lexists(tmp_path / f"{kind.name}.json.unreadable")
    again = Memory(tmp_path)
    assert again.recall(kind) is None
    assert not again.lost(kind)
    assert len(caplog.records) == 1
    document = SONGS if kind is OwnQueue else Sensing(on=False)
    assert memory.keep(document)
    assert Memory(tmp_path).recall(kind) == document


def test_one_of_what_was_set_aside_is_kept(tmp_path, odd, caplog):
    path = tmp_path / "queue.json"
    for _ in range(3):
        path.write_text("[7")
        assert Memory(tmp_path).recall(OwnQueue) is None
    assert {path.name for path in tmp_path.iterdir()} == {"queue.json.unreadable"}
    odd(tmp_path / "queue.json")
    assert Memory(tmp_path).recall(OwnQueue) is None
    assert not os.path.lexists(path)
    path.write_text("[8")
    assert Memory(tmp_path).recall(OwnQueue) is None
    assert not os.path.lexists(path)
    assert len(list(tmp_path.iterdir())) <= 2


def test_whatever_lies_where_a_document_is_made_it_is_kept(tmp_path, odd):
    odd(tmp_path / ".queue.json.new")
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / ".played.json.new").symlink_to(victim)
    memory = Memory(tmp_path)
    assert memory.keep(SONGS)
    assert memory.keep(PlayedSongs(songs=[]))
    assert Memory(tmp_path).recall(OwnQueue) == SONGS
    assert victim.read_text() == "untouched"


@pytest.fixture
def config(tmp_path):
    return Config.model_validate(
        {
            "camera": {"source": "none"},
            "microphone": {"source": "none"},
            "mpd": {"host": str(tmp_path / "no-mpd")},
            "panel": {"enabled": "no"},
            "music": {"analyse": "no"},
            "daemon": {"socket": tmp_path / "control.sock"},
        }
    )


async def test_a_daemon_starts_and_runs_whatever_its_state_folder_holds(
    tmp_path, odd, config, caplog
):
    state = tmp_path / "state"
    state.mkdir()
    for name in (*(f"{kind.name}.json" for kind in DOCUMENTS), *OTHER_FILES):
        odd(state / name)
    clock = ManualClock()
    daemon = Daemon(config, clock, Memory(state), None, state)
    running = asyncio.create_task(daemon.run())
    async with asyncio.timeout(600):
        while not daemon.box.status()["music"]["detail"]:
            await asyncio.sleep(0.005)
    assert (await daemon.obey("mood sad"))["said"] == "sad for 60 min"
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == len({*told})


files = st.lists(st.text(max_size=4) | st.just("\udcff"), max_size=4).map(tuple)
songs = st.lists(st.tuples(st.integers(), st.text(max_size=4)), max_size=4).map(tuple)
percent = st.integers(0, 100)
seconds = st.floats(0, 1e11)
row = st.tuples(st.integers(), st.text(), st.booleans(), st.booleans(), st.text())
looks = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["play", "pause", "stop"]),
        "single": st.booleans(),
        "version": st.integers(),
        "songs": st.lists(row, max_size=4),
        "adding": st.none() | row,
        "moving": st.booleans(),
    }
)
hands = st.fixed_dictionaries(
    {
        "boot": st.sampled_from([boot_id(), "another"]),
        "silence": st.sampled_from([None, "stop", "clear"]),
        "since_s": st.none() | seconds,
        "version": st.integers(),
        "played_s": seconds,
        "robot": st.booleans(),
    }
)
strategy = st.sampled_from(["match", "lift", "steady", "table"])
account = st.builds(Account, known=files, planned=st.none() | files, own=files, refused=files)
lives = st.sampled_from(
    [
        st.builds(Sensing, on=st.booleans()),
        st.builds(Sensing, on=st.sampled_from([False]), because=st.text("abc: ")),
        st.builds(Begun),
        st.builds(
            lambda since_s, for_s, emotion: AskedMood(
                boot=boot_id(), emotion=emotion, since_s=since_s, until_s=since_s + for_s
            ),
            seconds,
            st.floats(0, 86400),
            st.sampled_from(EMOTIONS),
        ),
        st.builds(
            lambda at_s, scores: KnownMood(
                boot=boot_id(), at_s=at_s, emotion="sad", scores=(0.1, *scores)
            ),
            seconds,
            st.lists(st.floats(0, 1), min_size=6, max_size=6),
        ),
        st.builds(OwnQueue, songs=songs),
        st.builds(PlayedSongs, songs=songs),
        st.builds(VolumeBefore, percent=percent),
        st.builds(LastSeen, look=looks),
        st.builds(Hands, hands=hands),
        st.builds(AskedStrategy, said=strategy, configured=strategy),
        st.builds(HistoryRead, read=st.booleans()),
        st.builds(
            Opinions, stickers=st.dictionaries(st.text(max_size=4), st.tuples(st.text(), st.text()))
        ),
        st.builds(PlaylistAccounts, accounts=st.dictionaries(st.text(max_size=4), account)),
        st.builds(QuietVolumeBefore, before=percent, set_to=percent),
    ]
).flatmap(lambda document: document)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lives, max_size=6), st.floats(0, 1e9))
def test_a_daemon_lives_with_whatever_its_documents_may_say(config, documents, now_s):
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(Path(folder))
        for document in documents:
            (Path(folder) / f"{document.name}.json").write_bytes(document.to_json())
        daemon = Daemon(config, ManualClock(now_s), memory)
        status = daemon.box.status()
        assert json.dumps(status)
        assert status["sensing"] is False
        assert not memory.problem
        assert not any("unreadable" in path.name for path in Path(folder).iterdir())


async def test_what_cannot_be_written_is_told_while_it_lasts_and_tried_again(
    tmp_path, faults, caplog
):
    clock, blocked = ManualClock(), tmp_path / "state"
    blocked.write_text("a file where the folder should be")
    memory = Memory(blocked, faults)
    trying = asyncio.create_task(memory.keep_trying(clock))
    assert not memory.keep(SONGS)
    assert not memory.keep(Sensing(on=False))
    assert memory.recall(Sensing) == Sensing(on=False)
    (told,) = faults
    assert told.startswith(f"{blocked}: cannot be written (Not a directory)")
    for _ in range(10):
        await clock.advance(LONGEST_PAUSE_S)
    assert len(caplog.records) == 1
    assert memory.problem == "Not a directory"
    blocked.unlink()
    await clock.advance(LONGEST_PAUSE_S)
    assert [*faults] == []
    assert memory.problem == ""
    assert Memory(blocked).recall(Sensing) == Sensing(on=False)
    assert Memory(blocked).recall(OwnQueue) == SONGS

    blocked.rename(tmp_path / "elsewhere")
    blocked.touch()
    memory.forget(Sensing)
    assert [*faults]
    blocked.unlink()
    await clock.advance(FIRST_PAUSE_S)
    assert [*faults] == []
    trying.cancel()


async def test_what_vanishes_while_the_box_runs_is_written_again(tmp_path, faults):
    clock, state = ManualClock(), tmp_path / "state"
    memory = Memory(state, faults)
    trying = asyncio.create_task(memory.keep_trying(clock))
    assert memory.keep(Sensing(on=False))
    shutil.rmtree(state)
    assert memory.keep(Sensing(on=False))
    assert Memory(state).recall(Sensing) == Sensing(on=False)
    shutil.rmtree(state)
    await clock.advance(LONGEST_PAUSE_S)
    assert Memory(state).recall(Sensing) == Sensing(on=False)
    assert [*faults] == []
    trying.cancel()


async def test_what_could_not_be_set_aside_is_not_removed_later(tmp_path, monkeypatch):
    clock, damaged = ManualClock(), tmp_path / "queue.json"
    damaged.write_text("[7")
    memory = Memory(tmp_path)
    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "replace", Mock(side_effect=OSError(errno.EROFS, "Read-only")))
        assert memory.recall(OwnQueue) is None
    trying = asyncio.create_task(memory.keep_trying(clock))
    await clock.advance(3 * LONGEST_PAUSE_S)
    assert damaged.read_text() == "[7"
    trying.cancel()


class Disk:
    """What a power cut leaves: files as they were when last synced, under the names that were."""

    def __init__(self, monkeypatch):
        self.files = {}
        self.names = {}
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self.sync)

    def sync(self, number):
        self._fsync(number)
        path = Path(f"/proc/self/fd/{number}").readlink()
        if path.is_dir():
            self.names[path] = {entry.name: entry.lstat().st_ino for entry in path.iterdir()}
        else:
            self.files[os.fstat(number).st_ino] = path.read_bytes()

    def content(self, root, path):
        """Of a file, by way of synced names from a folder that was there before."""
        folder = root
        for part in path.relative_to(root).parts:
            inode = self.names.get(folder, {}).get(part)
            if inode is None:
                return None
            folder /= part
        return self.files.get(inode)


def test_what_was_acknowledged_survives_a_power_cut(tmp_path, monkeypatch):
    disk = Disk(monkeypatch)
    state = tmp_path / "var" / "lib" / "edgemood"
    memory = Memory(state)
    assert memory.keep(Sensing(on=False))
    assert json.loads(disk.content(tmp_path, state / "sensing.json"))["on"] is False
    assert memory.keep(Sensing(on=True))
    assert json.loads(disk.content(tmp_path, state / "sensing.json"))["on"] is True
    assert memory.forget(Sensing)
    assert disk.content(tmp_path, state / "sensing.json") is None


def test_a_document_of_the_first_release_is_rewritten_only_when_it_changes(tmp_path):
    (tmp_path / "strategy.json").write_text('{"said": "lift", "configured": "match"}')
    memory = Memory(tmp_path)
    asked = memory.recall(AskedStrategy)
    assert memory.keep(asked)
    assert "version" not in (tmp_path / "strategy.json").read_text()
    memory.keep(AskedStrategy(said="steady", configured="match"))
    assert json.loads((tmp_path / "strategy.json").read_text())["version"] == 1


def test_a_box_that_has_begun_says_so_on_disk(tmp_path):
    Memory(tmp_path).keep(Begun())
    assert json.loads((tmp_path / "begun.json").read_text()) == {"version": 1}
