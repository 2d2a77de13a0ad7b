"""Index and taste beside a real MPD, while their disk is late, full, or somebody else's."""

import asyncio
import os
import sqlite3
import threading
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from edgemood.incident import Faults
from edgemood.music.library.index import connection as index_store
from edgemood.music.library.index.song_index import FILE_NAME, SongIndex
from edgemood.music.recommender import HOUSEHOLD, TASTE, TasteStore
from edgemood.music.recommender.taste import store as taste_store
from edgemood.storage import append_log
from edgemood.storage import database as file


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def box_on(switch_on, clock, faults):
    """A box whose index and taste are kept in a folder, as the daemon's are."""

    @asynccontextmanager
    async def box_on(folder):
        index, taste = SongIndex.open(folder, mend=True), TasteStore(folder / TASTE, faults)
        writing = asyncio.create_task(taste.run(clock))
        try:
            async with switch_on(index=index, taste=taste, faults=faults) as dj:
                yield dj, index, taste
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            index.close()
            taste.close()

    return box_on


@pytest.fixture
def on_loop(monkeypatch):
    """Every time that whoever runs the loop writes or syncs a store's file."""
    loop_thread, seen = threading.get_ident(), []

    def watched(where, name):
        real = getattr(where, name)

        def wrapper(*args, **kwargs):
            if threading.get_ident() == loop_thread:
                seen.append((where.__name__, name))
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, wrapper)

    watched(index_store, "writing")
    watched(taste_store, "writing")
    watched(append_log, "_write")
    watched(file, "is_whole")
    return seen


@contextmanager
def written_by_another(path):
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


async def test_while_another_program_writes_the_box_answers_and_what_was_said_arrives_after(
    *, box_on, tmp_path, until, person, clock, on_loop, monkeypatch, music_folder, record_song
):
    monkeypatch.setattr(index_store, "PATIENCE_S", 0.1)
    monkeypatch.setattr(taste_store, "_PATIENCE_S", 0.1)
    async with box_on(tmp_path) as (dj, index, taste):
        await until(lambda: dj.status().playing and dj.status().songs == 20)
        on_loop.clear()
        liked = person.current()
        with written_by_another(tmp_path / FILE_NAME), written_by_another(tmp_path / TASTE):
            record_song(music_folder / "new.flac")
            person.read_library()
            said = await dj.like()
            skipping = asyncio.create_task(dj.not_this())
            await until(skipping.done, clock)
            await until(lambda: "database is locked" in " ".join(dj._faults), clock)
            assert dj.status().songs == 20
        assert said.startswith("you like ")
        assert "not remembered" not in said  # the journal has it
        await until(lambda: dj.status().songs == 21 and not list(dj._faults), clock)
        number = index.song_named(liked).id
        assert taste.evidence(HOUSEHOLD).opinion(number) == 1
        assert not on_loop
    again = TasteStore(tmp_path / TASTE)
    assert again.evidence(HOUSEHOLD).opinion(number) == 1


async def test_a_disk_that_comes_late_costs_no_music_and_is_used_by_itself(
    *, box_on, tmp_path, until, person, clock, faults
):
    folder = tmp_path / "state"
    folder.write_text("no disk is mounted here yet")
    async with box_on(folder) as (dj, index, taste):
        await until(lambda: dj.status().playing and dj.status().songs == 20)
        liked = person.current()
        said = await dj.like()
        assert "not remembered yet" in said
        assert any(FILE_NAME in fault for fault in faults)
        assert any("taste" in fault for fault in faults)
        folder.unlink()
        folder.mkdir()
        await until(lambda: not list(faults) and dj.status().songs == 20, clock)
        assert not index.store.in_memory
        assert taste.remembers
        number = index.song_named(liked).id
        await until(lambda: taste.evidence(HOUSEHOLD).opinion(number) == 1, clock)
    assert os.listdir(folder)  # noqa: PTH208 - as a person looks
    assert TasteStore(folder / TASTE).evidence(HOUSEHOLD).opinion(number) == 1
