import errno
import os
import sqlite3
import subprocess
import sys
from unittest.mock import Mock

import pytest

from edgemood.emotion import Emotion
from edgemood.errors import ProfileError
from edgemood.incident import Faults
from edgemood.music.recommender import HOUSEHOLD, TasteStore
from edgemood.storage.append_log import AppendLog


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "taste.db"


def bad(store, song=7, emotion=Emotion.SAD, name=HOUSEHOLD):
    counts = store.evidence(name).counts(emotion)
    return dict(zip(counts.songs.tolist(), counts.bad.tolist(), strict=True)).get(song, 0)


def test_what_was_told_is_there_after_a_kill(path):
    told = (
        "import os, pathlib, sys; from edgemood.music.recommender import TasteStore;"
        "from edgemood.emotion import Emotion; store = TasteStore(pathlib.Path(sys.argv[1]));"
        "store.tell_deed('household', 7, Emotion.SAD, bad=1);"
        "store.tell_opinion('household', 8, 1); store.tell_heard(7, 1e9);"
        "store.tell_parts({'taste': (1, 2)}); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", told, path], check=False)
    store = TasteStore(path)
    assert bad(store) == pytest.approx(1, rel=1e-3)
    assert store.evidence(HOUSEHOLD).counts(Emotion.HAPPY).good[1] > 1
    assert store.heard() == {7: 1e9}
    assert store.parts() == {"taste": (1, 2)}


def test_a_damaged_file_is_set_aside_and_the_music_goes_on(path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    store = TasteStore(path)
    store.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=1)
    assert "set aside as taste.db.damaged" in caplog.text
    assert bad(TasteStore(path)) == pytest.approx(1, rel=1e-3)


def test_a_file_that_turns_out_damaged_later_is_set_aside_too(path, caplog):
    store = TasteStore(path)
    for song in range(2000):
        store._database.execute("INSERT OR REPLACE INTO deed VALUES (1, ?, 'sad', 0, 1)", (song,))
    store.close()
    path.with_name("taste.jsonl").unlink()
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(path.stat().st_size - 4096 * 3))
    store = TasteStore(path)
    assert len(store.evidence(HOUSEHOLD)) <= 2000
    assert "damaged" in caplog.text
    store.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=1)
    assert bad(store) == pytest.approx(1, rel=1e-3)


def test_a_disk_that_is_full_is_told_and_what_was_told_meanwhile_is_kept(path, caplog, monkeypatch):
    faults = Faults()
    store = TasteStore(path, faults)
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as disk:
        disk.setattr(AppendLog, "append", Mock(side_effect=full))
        for _ in range(3):
            store.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=1)
        assert bad(store) == pytest.approx(3, rel=1e-2)
        assert caplog.text.count("cannot be written (No space left on device)") == 1
        assert "taste is not remembered" in next(iter(faults))
        with pytest.raises(ProfileError, match="cannot be written"):
            store.add_profile("Ada")
    assert store.profiles() == (HOUSEHOLD,)
    assert not store.flush()
    assert not list(faults)
    assert bad(TasteStore(path)) == pytest.approx(3, rel=1e-2)


def test_a_folder_that_is_a_file_costs_the_memory_not_the_music(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    store = TasteStore(tmp_path / "file" / "taste.db")
    store.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=1)
    assert bad(store) == pytest.approx(1, rel=1e-3)
    assert not store.remembers
    assert "not remembered" in caplog.text


def test_a_file_that_another_process_writes_is_read_and_stays_where_it_is(path):
    other = TasteStore(path)
    other.tell_deed(HOUSEHOLD, 7, Emotion.SAD, bad=1)
    other._database.execute("BEGIN EXCLUSIVE")
    with sqlite3.connect(path, timeout=0) as reader:
        assert reader.execute("SELECT count(*) FROM deed").fetchone() == (1,)
    other._database.rollback()
    assert path.exists()
    assert not path.with_name("taste.db.damaged").exists()


def test_a_clock_that_jumps_forgets_nothing_that_was_heard(path):
    store = TasteStore(path)
    for song, at in {1: 1.8e9, 2: 4.0e9, 3: 0.0}.items():
        store.tell_heard(song, at)
    assert store.heard() == {1: 1.8e9, 2: 4.0e9, 3: 0.0}
