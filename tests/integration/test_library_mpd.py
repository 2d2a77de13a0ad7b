"""The song index and a real MPD: whatever happens to the music folder and the server."""

import asyncio
import os
import shutil

import numpy as np
import pytest
import soundfile

from edgemood.clock import SystemClock
from edgemood.config.schema import MODELS
from edgemood.errors import PlayerError
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.scan import Scan
from edgemood.music.library.scan.throttle import Heat
from edgemood.music.library.scan.workers import Folders, LocalCrew
from edgemood.music.library.sync.mpd_sync import MUSIC_FOLDER, LibrarySync
from edgemood.music.mpd.client import Change, Player

ALL = set(Change)
CUE = """\
FILE "album.wav" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Two"
    INDEX 01 00:02:00
"""


@pytest.fixture
def index(tmp_path):
    return SongIndex.open(tmp_path / "state", mend=True)


@pytest.fixture
async def player(mpd_server, config):
    player = Player(config.mpd)
    await player.connect()
    yield player
    player.close()


@pytest.fixture
def sync(player, index):
    return LibrarySync(player, index)


def files(index):
    library = index.library()
    return {library.song(row).file for row in range(len(library))}


async def test_the_index_holds_what_mpd_lists_and_where_its_files_are(sync, index, music_folder):
    await sync.follow(ALL)
    assert len(files(index)) == 20
    assert index.song_named("sad/0.flac").artist == "artist sad 0"
    assert index.song_named("sad/0.flac").duration_s == 60
    assert index.store.recall(MUSIC_FOLDER) == str(music_folder)


async def test_while_nothing_changes_mpd_is_asked_for_no_songs(sync, index, monkeypatch, player):
    await sync.follow(ALL)
    monkeypatch.setattr(Player, "library", None)
    await sync.follow(ALL)


async def test_songs_that_come_change_move_and_go_are_followed(
    sync, index, person, music_folder, record_song
):
    await sync.follow(ALL)
    index.labels.give("sad/0.flac", "calm")
    number = index.song_named("sad/0.flac").id
    (music_folder / "moved").mkdir()
    (music_folder / "sad" / "0.flac").rename(music_folder / "moved" / "zero.flac")
    (music_folder / "sad" / "1.ogg").unlink()
    record_song(music_folder / "new.flac", 3.0, title="new")
    record_song(music_folder / "sad" / "2.flac", 30.0, title="another song")
    person.read_library()
    await sync.follow({Change.LIBRARY})
    moved = index.song_named("moved/zero.flac")
    assert (moved.id, moved.mood.because) == (number, "label kept from before it moved: calm")
    assert index.song_named("sad/1.ogg") is None
    assert index.song_named("new.flac").title == "new"
    assert index.song_named("sad/2.flac").title == "another song"
    assert len(files(index)) == 20


async def test_a_folder_that_is_renamed_takes_its_labels_with_it(sync, index, person, music_folder):
    await sync.follow(ALL)
    for name in ("0.flac", "1.ogg"):
        index.labels.give(f"angry/{name}", "calm")
    (music_folder / "angry").rename(music_folder / "metal")
    person.read_library()
    await sync.follow({Change.LIBRARY})
    moods = {name: index.song_named(f"metal/{name}").mood for name in ("0.flac", "1.ogg", "2.flac")}
    assert moods["0.flac"].because == moods["1.ogg"].because
    assert "kept" in moods["0.flac"].because
    assert moods["2.flac"] is None  # it was the folder's word


async def test_an_unplugged_disk_costs_nothing(sync, index, person, music_folder, tmp_path):
    await sync.follow(ALL)
    before = index.library()
    index.labels.give("untagged 0.flac", "sad")
    for path in list(music_folder.iterdir()):
        path.rename(tmp_path / path.name)
    person.read_library()
    await sync.follow({Change.LIBRARY})
    assert files(index) == set()
    for name in ("happy", "sad", "angry", "neutral", *(f"untagged {n}.flac" for n in range(4))):
        (tmp_path / name).rename(music_folder / name)
    person.read_library()
    await sync.follow({Change.LIBRARY})
    assert index.library().ids.tolist() == before.ids.tolist()
    assert index.song_named("untagged 0.flac").mood.because == "label sad"


async def test_tracks_of_a_cue_sheet_are_songs_that_can_be_listened_to(
    sync, index, person, music_folder, tmp_path
):
    rng = np.random.default_rng(0)
    soundfile.write(music_folder / "album.wav", rng.normal(0, 0.1, 8000 * 5), 8000)
    (music_folder / "album.cue").write_text(CUE)
    person.read_library()
    await sync.follow(ALL)
    one, two = (index.song_named(f"album.cue/track000{number}") for number in (1, 2))
    assert (one.title, two.title) == ("One", "Two")
    crew = LocalCrew(Folders(music_folder, MODELS), SystemClock())
    await Scan(index, SystemClock(), Heat(tmp_path, tmp_path / "none")).run(crew)
    assert {index.problem(song.id) for song in (one, two)} == {""}
    assert Worklist(index).counts().pending == 0
    assert index.problem(index.song_named("sad/0.flac").id) == "nothing but silence"


async def test_names_that_nobody_expects_are_names(sync, index, person, music_folder):
    names = [
        "🎵 emoji.flac",
        "日本語.flac",
        "od\udcff\udcfe.flac",
        "semi;'quote\".flac",
        "y" * 200 + ".flac",
    ]
    for name in names:
        shutil.copy(music_folder / "untagged 0.flac", os.fsencode(music_folder / name))
    shutil.copy(music_folder / "untagged 0.flac", music_folder / "line\nbreak.flac")  # not to MPD
    person.read_library()
    await sync.follow(ALL)
    assert files(index) >= set(names)


async def test_mpd_killed_in_the_middle_costs_nothing(sync, index, mpd_server, player, config):
    pages = 0

    async def songs():
        nonlocal pages
        async for tags in Player.library(player):
            pages += 1
            if pages == 10:
                mpd_server.kill()
            yield tags
        await player.library_state()

    player.library = songs
    with pytest.raises(PlayerError):
        await sync.follow(ALL)
    mpd_server.start()
    again = Player(config.mpd)
    await again.connect()
    await LibrarySync(again, index).follow(ALL)
    again.close()
    assert len(files(index)) == 20


async def test_a_library_that_changes_during_the_reading_loses_no_song(
    index, person, player, music_folder, record_song
):
    sync = LibrarySync(player, index)

    async def songs():
        count = 0
        async for tags in Player.library(player):
            count += 1
            if count == 5:
                (music_folder / "happy" / "0.flac").unlink()
                record_song(music_folder / "aaa.flac", 2.0)
                await asyncio.to_thread(person.read_library)
            yield tags

    player.library = songs
    await sync.follow(ALL)
    del player.library
    await sync.follow({Change.LIBRARY})  # as MPD's word of the change brings about
    assert "aaa.flac" in files(index)
    assert "happy/0.flac" not in files(index)
    assert len(files(index)) == 20


async def test_a_box_knows_its_songs_before_mpd_has_told_them_again(
    sync, index, switch_on, until, monkeypatch
):
    await sync.follow(ALL)
    index.store.keep("mpd", "something else, so that all is compared")
    hold = asyncio.Event()

    async def never(*_):
        await hold.wait()

    monkeypatch.setattr(LibrarySync, "follow", never)
    async with switch_on(index=index) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        assert dj.status().songs == 20


async def test_a_damaged_index_is_built_anew_while_the_music_goes_on(
    index, switch_on, until, mpd_server
):
    async with switch_on(index=index) as dj:
        await until(lambda: dj.status().connected and dj.status().songs == 20)
        index.labels.give("untagged 0.flac", "sad")
        dj.rebuild_index("a test says it is damaged")
        await until(lambda: not index.damage and index.song_named("untagged 0.flac") is not None)
        await until(lambda: dj.status().songs == 20)
        assert dj.status().connected
        assert index.song_named("untagged 0.flac").mood.because == "label sad"


async def test_an_index_that_is_found_damaged_at_the_start_is_built_anew(
    sync, index, switch_on, until, tmp_path
):
    await sync.follow(ALL)
    index.labels.give("untagged 0.flac", "sad")
    index.close()
    path = tmp_path / "state" / "library.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)  # but for the first page, with the tables
    path.write_bytes(content)
    again = SongIndex.open(tmp_path / "state", mend=True)
    async with switch_on(index=again) as dj:
        await until(lambda: dj.status().playing and dj.status().songs == 20)
    assert again.song_named("untagged 0.flac").mood.because == "label sad"
    assert path.with_name("library.db.damaged").exists()
