"""Whatever lies in the index's folder: it is opened, read, written, and the labels are there."""

import os
import shutil
import sqlite3
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.index.song_index import FILE_NAME, JOURNAL_NAME, SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings
from edgemood.music.library.tagging.write_tags import tags_of

SONGS = 40
LABELLED = "3.mp3"


@pytest.fixture(scope="module")
def bench(tmp_path_factory, listed_songs, take_songs):
    """A folder with an index that holds all there can be, and one with what a kill left of it."""
    folder = tmp_path_factory.mktemp("bench")
    index = SongIndex.open(folder / "live", mend=True)
    take_songs(index, *listed_songs)
    worklist = Worklist(index)
    features = np.linspace(-1, 1, 16).astype(np.float16)
    findings = Findings(language="en", features=features, fingerprint=b"\1" * 64)
    worklist.record([(subject, findings) for subject in worklist.after(0, SONGS // 2)])
    index.labels.give(LABELLED, "sad")
    shutil.copytree(folder / "live", folder / "killed")
    index.close()
    shutil.copytree(folder / "live", folder / "closed")
    return folder


@pytest.fixture(scope="module")
def listed_songs():
    return [
        {
            "file": f"{number}.mp3",
            "last-modified": "2024-05-01T12:00:00Z",
            "duration": "200.000",
            "title": f"Song {number}",
            "artist": f"Artist {number % 7}",
            "genre": ["Party", "Jazz", "Folk"][number % 3],
        }
        for number in range(SONGS)
    ]


@pytest.fixture(scope="module")
def take_songs():
    from edgemood.music.library.sync.update import Update

    def take(index, *songs):
        update = Update(index)
        update.take(songs)
        return update.finish()

    return take


@pytest.fixture(scope="module")
def use(listed_songs, take_songs):
    """Live with an index as the daemon does: at damage it is begun anew, once."""

    def look(index):
        library = index.library()
        for row in range(len(library)):
            if (song := index.song(int(library.ids[row]))) is not None:
                index.sources(song.id)
        take_songs(index, *listed_songs)
        list(tags_of(index, index.store.path.parent, guesses=True))
        index.labels.replace("sticker", {"5.mp3": "happy"})
        index.search("song", most=5)
        worklist = Worklist(index)
        worklist.counts()
        worklist.add_all()
        worklist.record([(subject, Findings()) for subject in worklist.after(0, SONGS)])
        index.changed()

    def use(folder):
        index = SongIndex.open(folder, mend=True)
        try:
            look(index)
        except IndexDamagedError as error:
            index.rebuild(str(error))
            look(index)
        assert not index.store.in_memory
        library = index.library()
        assert sorted(library.song(row).file for row in range(len(library))) == sorted(
            song["file"] for song in listed_songs
        )
        assert index.song_named(LABELLED).mood.because == "label sad"
        index.close()

    return use


@pytest.fixture
def state(bench, tmp_path):
    """A fresh copy of what a kill left."""
    shutil.copytree(bench / "killed", tmp_path / "state")
    return tmp_path / "state"


OTHER_PROGRAM = "CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)"


def foreign(path, statement=OTHER_PROGRAM, version=0):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute(statement)
        database.execute(f"PRAGMA user_version = {version}")
    database.close()


def in_place(path, make):
    path.unlink(missing_ok=True)
    make(path)


def alter(path, *statements):
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def wal_of_another(state):
    """The log of a database that grew elsewhere, left beside this one."""
    other = state.parent / "other.db"
    database = sqlite3.connect(other)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(OTHER_PROGRAM)
    database.executemany("INSERT INTO moz_places VALUES (?, 'u')", [(n,) for n in range(500)])
    database.commit()
    shutil.copy(f"{other}-wal", state / f"{FILE_NAME}-wal")
    database.close()


ODD = {
    "emptied": lambda s: (s / FILE_NAME).write_bytes(b""),
    "gone": lambda s: (s / FILE_NAME).unlink(),
    "text": lambda s: (s / FILE_NAME).write_text("no database\n" * 1000),
    "one byte": lambda s: (s / FILE_NAME).write_bytes(b"S"),
    "another program's": lambda s: foreign(s / FILE_NAME),
    "another program's of this version": lambda s: foreign(s / FILE_NAME, version=1),
    "a table alike": lambda s: foreign(s / FILE_NAME, "CREATE TABLE song (id INTEGER)", 1),
    "newer": lambda s: alter(s / FILE_NAME, "PRAGMA user_version = 7"),
    "a column more": lambda s: alter(s / FILE_NAME, "ALTER TABLE song ADD COLUMN mbid TEXT"),
    "a table less": lambda s: alter(s / FILE_NAME, "DROP TABLE row"),
    "utf-16": lambda s: (
        (s / FILE_NAME).unlink(),
        alter(s / FILE_NAME, "PRAGMA encoding = 'UTF-16'", OTHER_PROGRAM),
    ),
    "a folder": lambda s: in_place(s / FILE_NAME, lambda path: path.mkdir()),
    "a full folder": lambda s: in_place(s / FILE_NAME, lambda p: (p / "a").mkdir(parents=True)),
    "a fifo": lambda s: in_place(s / FILE_NAME, os.mkfifo),
    "a socket's link": lambda s: in_place(s / FILE_NAME, lambda path: path.symlink_to("/dev/null")),
    "a dangling link": lambda s: in_place(s / FILE_NAME, lambda path: path.symlink_to("nowhere")),
    "wal gone": lambda s: (s / f"{FILE_NAME}-wal").unlink(),
    "shm gone": lambda s: (s / f"{FILE_NAME}-shm").unlink(),
    "wal and shm gone": lambda s: [
        (s / f"{FILE_NAME}{ending}").unlink() for ending in ("-wal", "-shm")
    ],
    "wal of another": wal_of_another,
    "wal is text": lambda s: (s / f"{FILE_NAME}-wal").write_text("text" * 9999),
    "wal is a folder": lambda s: in_place(s / f"{FILE_NAME}-wal", lambda path: path.mkdir()),
    "shm is a folder": lambda s: in_place(s / f"{FILE_NAME}-shm", lambda path: path.mkdir()),
    "shm is text": lambda s: (s / f"{FILE_NAME}-shm").write_text("text" * 9999),
    "a journal of another": lambda s: (s / f"{FILE_NAME}-journal").write_bytes(
        bytes.fromhex("d9d505f920a163d7") + b"\0\0\0\5" * 300
    ),
    "mangled rows": lambda s: alter(s / FILE_NAME, "UPDATE row SET packed = x'01' WHERE song = 9"),
    "mangled moods": lambda s: alter(s / FILE_NAME, "UPDATE source SET mood = zeroblob(20)"),
    "moods of text": lambda s: alter(s / FILE_NAME, "UPDATE source SET mood = 'happy'"),
    "text that is none": lambda s: alter(
        s / FILE_NAME, "UPDATE song SET title = CAST(x'ff' AS TEXT)"
    ),
    "paths of text": lambda s: alter(s / FILE_NAME, "UPDATE song SET path = 'x' || id"),
    "numbers of text": lambda s: alter(s / FILE_NAME, "UPDATE song SET year = 'x', artist = 'y'"),
    "names gone": lambda s: alter(s / FILE_NAME, "DELETE FROM name"),
    "a name of a huge number": lambda s: alter(
        s / FILE_NAME, "UPDATE name SET id = 1 << 40 WHERE id = 3"
    ),
    "songs gone": lambda s: alter(s / FILE_NAME, "DELETE FROM song"),
    "labels gone": lambda s: alter(s / FILE_NAME, "DELETE FROM label", "DELETE FROM meta"),
    "a label's time is text": lambda s: alter(s / FILE_NAME, "UPDATE label SET at = 'soon'"),
    "marks of text": lambda s: alter(s / FILE_NAME, "UPDATE meta SET value = 'x 9 '"),
    "aside is taken": lambda s: (
        (s / f"{FILE_NAME}.damaged" / "a").mkdir(parents=True),
        (s / FILE_NAME).write_text("text"),
    ),
    "journal gone": lambda s: (s / JOURNAL_NAME).unlink(),
    "journal emptied": lambda s: (s / JOURNAL_NAME).write_bytes(b""),
    "journal of zeros": lambda s: (s / JOURNAL_NAME).write_bytes(bytes(5000)),
    "journal is a folder": lambda s: in_place(s / JOURNAL_NAME, lambda path: path.mkdir()),
    "journal is a fifo": lambda s: in_place(s / JOURNAL_NAME, os.mkfifo),
}


@pytest.mark.parametrize("how", ODD)
def test_whatever_lies_there_it_ends_in_an_index_that_can_be_used(state, how, use, caplog):
    ODD[how](state)
    use(state)
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) <= 1, caplog.text
    caplog.clear()
    use(state)
    assert not caplog.records


damages = st.lists(
    st.tuples(
        st.sampled_from(["zeros", "noise", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([1, 3, 64, 4096, 20_000]),
        st.binary(min_size=1, max_size=64),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content, damage):
    kind, where, length, noise = damage
    at = int(where * len(content))
    if kind == "cut":
        return content[:at]
    middle = bytes(length) if kind == "zeros" else (noise * length)[:length]
    return content[:at] + middle[: len(content) - at] + content[at + length :]


@settings(max_examples=50)
@given(
    left=st.sampled_from(["killed", "closed"]),
    part_how=st.tuples(st.sampled_from(["", "", "-wal", "-wal", "-shm"]), damages),
)
def test_whatever_becomes_of_its_bytes_it_ends_in_an_index_that_can_be_used(
    bench, tmp_path_factory, use, left, part_how
):
    part, how = part_how
    state = tmp_path_factory.mktemp("damage") / "state"
    shutil.copytree(bench / left, state)
    path = state / f"{FILE_NAME}{part}"
    content = path.read_bytes() if path.exists() else b""
    for damage in how:
        content = damaged(content, damage)
    path.write_bytes(content)
    use(state)
    shutil.rmtree(state.parent)


@pytest.mark.parametrize("page", range(-1, 24))
def test_without_a_page_or_with_a_page_of_zeros(bench, tmp_path, use, page):
    for zeros in (False, True):
        state = tmp_path / str(zeros)
        shutil.copytree(bench / "closed", state)
        content = (state / FILE_NAME).read_bytes()
        at = (page * 4096) % len(content)
        after = content[at + 4096 :] if zeros else b""
        (state / FILE_NAME).write_bytes(content[:at] + bytes(4096 * zeros) + after)
        use(state)


@given(cut=st.floats(0, 1))
@settings(max_examples=20)
def test_a_power_cut_that_drops_what_was_not_synced_costs_no_label(
    bench, tmp_path_factory, use, cut
):
    """What is acknowledged is in the journal and synced; of the log of SQLite, anything may go."""
    state = tmp_path_factory.mktemp("cut") / "state"
    shutil.copytree(bench / "killed", state)
    wal = state / f"{FILE_NAME}-wal"
    os.truncate(wal, int(cut * wal.stat().st_size))
    with suppress(FileNotFoundError):
        (state / f"{FILE_NAME}-shm").unlink()
    use(state)
    shutil.rmtree(state.parent)


def test_somebody_elses_file_is_set_aside(state, use, monkeypatch):
    """As after `sudo`; root may read everything, so the kernel's answer is played."""
    theirs = (state / FILE_NAME).stat().st_ino

    def access(path, _mode):
        return path.stat().st_ino != theirs

    monkeypatch.setattr(
        "edgemood.storage.database.os", SimpleNamespace(access=access, R_OK=4, W_OK=2)
    )
    use(state)
    assert (state / f"{FILE_NAME}.damaged").stat().st_ino == theirs


def test_only_the_daemon_moves_anything(bench, tmp_path):
    state = tmp_path / "state"
    shutil.copytree(bench / "closed", state)
    (state / FILE_NAME).write_text("text" * 1000)
    before = sorted(path.name for path in state.iterdir())
    with pytest.raises(LibraryError):
        SongIndex.open(state)
    assert sorted(path.name for path in state.iterdir()) == before
