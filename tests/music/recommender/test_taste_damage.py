"""Whatever lies in the folder of taste: it is opened, and what people said is there."""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.emotion import Emotion
from edgemood.incident import Faults
from edgemood.music.recommender import HOUSEHOLD, TASTE, TasteStore
from edgemood.music.recommender.taste.store import JOURNAL
from edgemood.storage.append_log import AppendLog

KEY = 7_000_000_000_000_007


def bad(store, song=7, emotion=Emotion.SAD, name=HOUSEHOLD):
    counts = store.evidence(name).counts(emotion)
    return dict(zip(counts.songs.tolist(), counts.bad.tolist(), strict=True)).get(song, 0)


def say_all(store):
    store.tell_songs({7: KEY, 8: -KEY})
    store.add_profile("Ada")
    store.tell_opinion("Ada", 8, -1)
    store.tell_opinion(HOUSEHOLD, 7, 1)
    for song in range(100, 160):
        store.tell_songs({song: song * 1001})
        store.tell_deed(HOUSEHOLD, song, Emotion.SAD, bad=1)
    store.tell_heeded("opinions")
    store.tell_parts({"taste": (1, 2)})
    store.tell_heard(7, 1e9)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A folder as a kill left it, and one that was left in order."""
    folder = tmp_path_factory.mktemp("bench")
    store = TasteStore(folder / "live" / TASTE)
    say_all(store)
    shutil.copytree(folder / "live", folder / "killed")
    store.close()
    shutil.copytree(folder / "live", folder / "closed")
    return folder


@pytest.fixture
def state(bench, tmp_path):
    shutil.copytree(bench / "killed", tmp_path / "state")
    return tmp_path / "state"


def told(store):
    """What people said, by the files of songs: these may have other numbers."""
    files = store.songs()
    everything = {}
    for name in store.profiles():
        evidence = store.evidence(name)
        everything[name] = (
            evidence.at,
            {files[song]: evidence.opinion(song) for song in evidence.songs.tolist()},
            {files[song]: evidence.stored(song, Emotion.SAD) for song in evidence.songs.tolist()},
        )
    return everything


@pytest.fixture(scope="module")
def before(bench):
    shutil.copytree(bench / "closed", bench / "before")
    return told(TasteStore(bench / "before" / TASTE))


def use(state, before):
    store = TasteStore(state / TASTE)
    assert store.remembers
    assert told(store) == before
    assert store.heeded("opinions")
    store.tell_deed("Ada", 7, Emotion.HAPPY, good=1)
    assert not store.flush()
    store.close()
    again = TasteStore(state / TASTE)
    assert again.evidence("Ada").at == 1
    again.close()


def in_place(path, make):
    path.unlink(missing_ok=True)
    make(path)


def alter(path, *statements):
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


ODD = {
    "emptied": lambda s: (s / TASTE).write_bytes(b""),
    "gone": lambda s: (s / TASTE).unlink(),
    "all of it gone": lambda s: [path.unlink() for path in s.glob(f"{TASTE}*")],
    "text": lambda s: (s / TASTE).write_text("no database\n" * 1000),
    "another program's": lambda s: in_place(
        s / TASTE, lambda path: alter(path, "CREATE TABLE bookmarks (id INTEGER)")
    ),
    "newer": lambda s: alter(s / TASTE, "PRAGMA user_version = 9"),
    "a column more": lambda s: alter(s / TASTE, "ALTER TABLE deed ADD COLUMN mood TEXT"),
    "a folder": lambda s: in_place(s / TASTE, lambda path: path.mkdir()),
    "a fifo": lambda s: in_place(s / TASTE, os.mkfifo),
    "wal gone": lambda s: (s / f"{TASTE}-wal").unlink(),
    "wal is text": lambda s: (s / f"{TASTE}-wal").write_text("text" * 9999),
    "wal is a folder": lambda s: in_place(s / f"{TASTE}-wal", lambda path: path.mkdir()),
    "shm is a folder": lambda s: in_place(s / f"{TASTE}-shm", lambda path: path.mkdir()),
    "counts of text": lambda s: alter(s / TASTE, "UPDATE deed SET good = 'x', bad = 'y'"),
    "endless counts": lambda s: alter(s / TASTE, "UPDATE deed SET bad = 9e999"),
    "deeds without end": lambda s: alter(s / TASTE, "UPDATE profile SET deeds = 1 << 60"),
    "a mood nobody knows": lambda s: alter(s / TASTE, "UPDATE deed SET emotion = 'bored'"),
    "files of text": lambda s: alter(s / TASTE, "UPDATE song SET file = 'a.mp3'"),
    "opinions too strong": lambda s: alter(s / TASTE, "UPDATE opinion SET value = 1e9"),
    "journal gone": lambda s: (s / JOURNAL).unlink(),
    "journal emptied": lambda s: (s / JOURNAL).write_bytes(b""),
    "journal of zeros": lambda s: (s / JOURNAL).write_bytes(bytes(5000)),
    "journal without its beginning": lambda s: (s / JOURNAL).write_bytes(
        (s / JOURNAL).read_bytes()[300:]
    ),
    "journal without its end": lambda s: (s / JOURNAL).write_bytes(
        (s / JOURNAL).read_bytes()[:-300]
    ),
    "journal is a folder": lambda s: in_place(s / JOURNAL, lambda path: path.mkdir()),
    "journal is a fifo": lambda s: in_place(s / JOURNAL, os.mkfifo),
}


@pytest.mark.parametrize("how", ODD)
def test_whatever_lies_there_what_people_said_is_known(state, before, how, caplog):
    ODD[how](state)
    use(state, before)
    assert len(caplog.records) <= 1, caplog.text


@settings(max_examples=60)
@given(
    left=st.sampled_from(["killed", "closed"]),
    part=st.sampled_from(["", "", "-wal", "-shm"]),
    where=st.floats(0, 1, exclude_max=True),
    noise=st.binary(max_size=64) | st.just(bytes(4096)) | st.none(),
)
def test_whatever_becomes_of_its_bytes_what_people_said_is_known(  # noqa: PLR0917 - hypothesis
    bench, before, tmp_path_factory, left, part, where, noise
):
    state = tmp_path_factory.mktemp("damage") / "state"
    shutil.copytree(bench / left, state)
    path = state / f"{TASTE}{part}"
    content = path.read_bytes() if path.exists() else b""
    at = int(where * len(content))
    after = b"" if noise is None else noise + content[at + len(noise) :]
    path.write_bytes(content[:at] + after)
    store = TasteStore(state / TASTE)
    assert store.remembers
    assert set(store.profiles()) == {"household", "Ada"}
    assert len(store.evidence(HOUSEHOLD)) >= 60
    store.tell_deed("Ada", 7, Emotion.HAPPY, good=1)
    assert not store.flush()
    store.close()
    shutil.rmtree(state.parent)


@given(
    line=st.binary(max_size=60)
    | st.dictionaries(st.text(), st.integers()).map(repr).map(str.encode)
)
@settings(max_examples=30)
def test_lines_that_are_no_deeds_cost_no_other(bench, before, tmp_path_factory, line):
    state = tmp_path_factory.mktemp("lines") / "state"
    shutil.copytree(bench / "closed", state)
    (state / TASTE).unlink()
    lines = (state / JOURNAL).read_bytes().splitlines(keepends=True)
    (state / JOURNAL).write_bytes(
        b"".join([*lines[:20], line.replace(b"{", b"(") + b"\n", *lines[20:]])
    )
    assert told(TasteStore(state / TASTE)) == before
    shutil.rmtree(state.parent)


STRANGE = [
    {"kind": "profile", "name": "x" * 300},
    {"kind": "profile", "name": "\ud800"},
    {"kind": "profile"},
    {"kind": ["profile"], "name": "x"},
    {"kind": "telepathy"},
    {"kind": "deed", "name": HOUSEHOLD, "song": 1, "emotion": "bored", "good": 1, "bad": 0},
    {"kind": "deed", "name": HOUSEHOLD, "song": 1, "emotion": "sad", "good": -1, "bad": 0},
    {"kind": "deed", "name": HOUSEHOLD, "song": 1, "emotion": "sad", "good": "1", "bad": 0},
    {"kind": "deed", "name": HOUSEHOLD, "song": 1 << 70, "emotion": "sad", "good": 1, "bad": 0},
    {"kind": "opinion", "name": HOUSEHOLD, "song": 1, "value": 9},
    {"kind": "opinion", "name": HOUSEHOLD, "song": 1, "value": float("nan")},
    {"kind": "known", "name": HOUSEHOLD, "deeds": 1 << 60},
    {"kind": "moved", "file": 1, "to": "x"},
    {"kind": "identity", "value": 7},
]


def test_deeds_of_another_version_are_passed_over_with_one_warning(state, before, caplog):
    AppendLog(state / JOURNAL).append(STRANGE)
    assert told(TasteStore(state / TASTE)) == before
    assert f"{len(STRANGE)} lines are no deeds" in caplog.text
    assert len(caplog.records) == 1


def test_a_power_cut_that_drops_what_sqlite_wrote_costs_nothing(tmp_path):
    store = TasteStore(tmp_path / TASTE)
    cut = {path: path.read_bytes() for path in tmp_path.glob(f"{TASTE}*")}
    say_all(store)
    expected = told(store)
    store.close()
    for path, content in cut.items():
        path.write_bytes(content)
    assert told(TasteStore(tmp_path / TASTE)) == expected


def test_when_nothing_is_left_what_other_programs_know_is_asked_anew(state):
    for path in state.iterdir():
        path.write_bytes(b"")
    assert not TasteStore(state / TASTE).heeded("opinions")


def test_the_first_releases_file_is_taken_over(tmp_path, before, bench):
    state = tmp_path / "state"
    shutil.copytree(bench / "closed", state)
    alter(state / TASTE, "DROP TABLE meta", "DROP INDEX file", "PRAGMA user_version = 0")
    (state / JOURNAL).unlink()
    store = TasteStore(state / TASTE)
    assert told(store) == before
    assert store.heeded("opinions")
    assert store.heeded("history")
    store.close()
    (state / TASTE).unlink()
    use(state, before)


def test_the_journal_stays_small_and_tells_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("edgemood.music.recommender.taste.store.COMPACT_ABOVE_BYTES", 5000)
    store = TasteStore(tmp_path / TASTE)
    store.tell_songs({7: KEY})
    for number in range(100):
        store.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=number % 2)
        store.tell_opinion(HOUSEHOLD, 7, number / 100)
    expected = told(store)
    store.close()
    assert (tmp_path / JOURNAL).stat().st_size < 8000
    (tmp_path / TASTE).unlink()
    again = told(TasteStore(tmp_path / TASTE))
    assert again[HOUSEHOLD][:2] == expected[HOUSEHOLD][:2]
    assert again[HOUSEHOLD][2][KEY] == pytest.approx(expected[HOUSEHOLD][2][KEY])


def test_two_programs_tell_and_none_of_it_is_lost(tmp_path):
    one, other = TasteStore(tmp_path / TASTE), TasteStore(tmp_path / TASTE)
    for number in range(10):
        one.tell_deed(HOUSEHOLD, number, Emotion.SAD, bad=1)
        other.tell_opinion(HOUSEHOLD, 100 + number, 1)
    other.add_profile("Ada")
    assert one.profiles() == (HOUSEHOLD, "Ada")
    for store in (one, other, TasteStore(tmp_path / TASTE)):
        assert len(store.evidence(HOUSEHOLD)) == 20
        assert store.evidence(HOUSEHOLD).at == 10


def test_a_folder_that_comes_back_is_used_by_itself_with_all_that_was_said(tmp_path, caplog):
    """As of a disk that is late, or was read-only for a while."""
    folder = tmp_path / "disk"
    store = TasteStore(folder / TASTE)
    say_all(store)
    store.close()
    folder.rename(tmp_path / "away")
    folder.write_text("nothing is mounted here")
    faults = Faults()
    store = TasteStore(folder / TASTE, faults)
    store.tell_songs({1: KEY})  # the index is another, too
    store.tell_opinion(HOUSEHOLD, 1, -1)
    assert "taste is not remembered" in store.flush()
    assert list(faults)
    assert store.evidence(HOUSEHOLD).opinion(1) == -1
    folder.unlink()
    (tmp_path / "away").rename(folder)
    assert not store.flush()
    assert not list(faults)
    assert store.profiles() == (HOUSEHOLD, "Ada")
    assert store.evidence(HOUSEHOLD).opinion(1) == -1
    assert len(store.evidence(HOUSEHOLD)) == 61
    store.close()
    assert told(TasteStore(folder / TASTE))[HOUSEHOLD][1][KEY] == -1


def test_a_file_that_is_taken_away_from_under_it_is_made_again(state, before):
    store = TasteStore(state / TASTE)
    for path in state.glob(f"{TASTE}*"):
        path.unlink()
    store.tell_heard(8, 2e9)
    assert told(store) == before
    store.close()
    use(state, before)


def test_what_is_said_before_there_is_a_disk_at_all_is_kept_when_there_is(tmp_path):
    folder = tmp_path / "disk"
    folder.write_text("nothing is mounted here")
    store = TasteStore(folder / TASTE)
    store.tell_songs({1: KEY})
    store.tell_opinion(HOUSEHOLD, 1, -1)
    store.tell_deed(HOUSEHOLD, 1, Emotion.SAD, bad=1)
    folder.unlink()
    folder.mkdir()
    assert not store.flush()
    expected = told(store)
    assert expected[HOUSEHOLD][:2] == (1, {KEY: -1})
    store.close()
    assert told(TasteStore(folder / TASTE)) == expected
    for path in folder.glob(f"{TASTE}*"):
        path.unlink()
    assert told(TasteStore(folder / TASTE)) == expected


def test_what_is_taken_away_altogether_is_written_down_again(state, before):
    store = TasteStore(state / TASTE)
    shutil.rmtree(state)
    store.tell_heard(8, 2e9)
    assert told(store) == before
    assert not store.flush()
    store.close()
    use(state, before)


async def test_while_another_program_writes_nobody_waits_and_it_arrives_after(state):
    store, clock = TasteStore(state / TASTE), ManualClock()
    store._database.execute("PRAGMA busy_timeout = 1")
    with sqlite3.connect(state / TASTE, isolation_level=None, check_same_thread=False) as other:
        other.execute("BEGIN IMMEDIATE")
        store._runs = True
        store.tell_opinion(HOUSEHOLD, 8, 1)
        assert store.evidence(HOUSEHOLD).opinion(8) == 1
        store._runs = False
        assert not await store.kept()  # in the journal
        assert store._trouble.lasts
        other.execute("ROLLBACK")
    assert not await store.kept()
    assert not store._trouble.lasts
    assert TasteStore(state / TASTE).evidence(HOUSEHOLD).opinion(8) == 1
    assert clock.now_s() == 0


def test_no_like_that_was_acknowledged_is_lost_by_a_kill(tmp_path):
    script = (
        "import pathlib, sys; from edgemood.music.recommender import TasteStore\n"
        "store = TasteStore(pathlib.Path(sys.argv[1]))\n"
        "for song in range(int(sys.argv[2]), 10_000):\n"
        "    store.tell_opinion('household', song, 1); print(song, flush=True)\n"
    )
    said = set()
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", script, tmp_path / TASTE, str(1000 * round_)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            said |= {int(process.stdout.readline()) for _ in range(5 + round_)}
            process.kill()
            said |= {int(line) for line in process.stdout}
    evidence = TasteStore(tmp_path / TASTE).evidence(HOUSEHOLD)
    assert all(evidence.opinion(song) == 1 for song in said)
