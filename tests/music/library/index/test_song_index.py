import sqlite3
import threading

import numpy as np
import pytest

from edgemood.emotion import Emotion, strongest
from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.index.song_index import FILE_NAME, SongIndex
from edgemood.music.song import Origin
from edgemood.storage.database import is_whole

STRANGE_NAMES = [
    "line\nbreak.mp3",
    "🎵/日本語 – ñ.flac",
    "not utf-8 \udcff\udc80.ogg",
    "x" * 4000,
    "semi;colon'quote\".mp3",
    " leading and trailing ",
]


def test_what_mpd_says_of_a_song_is_in_the_library(index, take, listed):
    take(index, listed("a.mp3", title="T", artist="A", genre="Party", date="1999-01-02"))
    library = index.library()
    song = library.song(0)
    assert (song.title, song.artist, song.genres, song.year) == ("T", "A", ("Party",), 1999)
    assert song.mood.origin is Origin.TAG
    assert strongest(library.scores[0]) is Emotion.HAPPY
    assert library.genre_names[library.genres[0, 0]] == "Party"
    assert library.row_of("a.mp3") == 0


def test_the_next_process_finds_all_of_it(index, take, listed, tmp_path):
    take(index, *(listed(f"{number}.mp3", artist=f"A{number % 2}") for number in range(10)))
    before = index.library()
    index.close()
    after = SongIndex.open(tmp_path / "state").library()
    assert after.ids.tolist() == before.ids.tolist()
    assert after.artist.tolist() == before.artist.tolist()
    assert after.song(3).file == "3.mp3"


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_song_is_found_under_any_name(index, take, listed, name):
    take(index, listed(name, title=name[:200]))
    assert index.song_named(name).file == name
    assert index.library().row_of(name) == 0


def test_one_process_sees_what_another_wrote(index, take, listed, tmp_path):
    other = SongIndex.open(tmp_path / "state")
    index.changed()
    assert not index.changed()
    take(other, listed("a.mp3"))
    assert index.changed()
    assert len(index.library()) == 1
    assert not index.changed()


def test_a_damaged_index_is_moved_aside_and_the_owners_labels_are_kept(
    index, take, listed, tmp_path
):
    take(index, listed("a.mp3"))
    index.labels.give("a.mp3", "sad")
    index.close()
    path = tmp_path / "state" / FILE_NAME
    path.write_bytes(b"SQLite format 3\0" + b"garbage" * 1000)
    with pytest.raises(IndexDamagedError):
        SongIndex.open(tmp_path / "state")
    mended = SongIndex.open(tmp_path / "state", mend=True)
    assert path.with_name(f"{FILE_NAME}.damaged").exists()
    assert len(mended.library()) == 0
    take(mended, listed("a.mp3"))
    assert mended.library().song(0).mood.because == "label sad"
    assert mended.library().ids[0] > 1  # nobody takes it for the first song of the lost index


def test_damage_in_the_middle_is_found_when_every_page_is_looked_at(index, take, listed, tmp_path):
    take(index, *(listed(f"{number}.mp3", title="t" * 100) for number in range(300)))
    index.close()
    path = tmp_path / "state" / FILE_NAME
    assert is_whole(path)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    path.write_bytes(content)
    assert not is_whole(path)


def test_an_index_is_begun_anew_under_the_hands_of_its_users(index, take, listed, tmp_path):
    take(index, listed("a.mp3"))
    index.labels.give("a.mp3", "happy")
    other = SongIndex.open(tmp_path / "state")
    index.rebuild("damaged")
    assert other.store.replaced
    assert not index.store.replaced
    take(index, listed("a.mp3"))
    assert index.library().song(0).mood.because == "label happy"


def test_a_newer_edgemoods_index_is_left_alone_by_all_but_the_daemon(index, tmp_path):
    index.close()
    with sqlite3.connect(tmp_path / "state" / FILE_NAME) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="another version"):
        SongIndex.open(tmp_path / "state")


def test_a_folder_that_cannot_be_had_is_told_and_used_as_soon_as_it_can_be(tmp_path, take, listed):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(LibraryError, match=r"state/library\.db: the song index cannot be used"):
        SongIndex.open(tmp_path / "state")
    index = SongIndex.open(tmp_path / "state", mend=True)
    assert "songs are not remembered" in index.store.problem
    take(index, listed("a.mp3"))
    assert len(index.library()) == 1
    with pytest.raises(LibraryError, match="nothing was changed"):
        index.labels.give("a.mp3", "sad")
    assert not index.reopen()
    assert index.store.in_memory
    assert len(index.library()) == 0
    (tmp_path / "state").unlink()
    (tmp_path / "state").mkdir()
    assert index.reopen()
    assert not index.store.problem
    take(index, listed("a.mp3"))
    index.labels.give("a.mp3", "sad")
    index.close()
    assert SongIndex.open(tmp_path / "state").library().song(0).mood.because == "label sad"


def test_after_a_power_cut_it_is_known_that_nobody_has_looked_at_every_page(
    index, take, listed, tmp_path, monkeypatch
):
    take(index, listed("a.mp3"))
    monkeypatch.setattr("edgemood.music.library.index.connection.CHECKED_AT_ONCE_BYTES", 0)
    SongIndex.open(tmp_path / "state", mend=True)  # while the write-ahead log is there
    assert index.store.recall("unchecked") == "yes"


def test_an_index_in_memory_does_as_well_while_it_lasts(take, listed):
    index = SongIndex.in_memory()
    take(index, listed("a.mp3"))
    index.labels.give("a.mp3", "calm")
    assert index.library().song(0).mood.because == "label calm"


def test_a_song_takes_less_than_a_kilobyte(index, take, listed, tmp_path):
    songs = [
        listed(
            f"Artist of this {number // 20}/Album of that {number // 10}/{number:02d} Title.flac",
            title=f"The title of song {number}",
            artist=f"Artist of this {number // 20}",
            album=f"Album of that {number // 10}",
            genre="Rock",
        )
        for number in range(2000)
    ]
    take(index, *songs)
    index.close()
    assert (tmp_path / "state" / FILE_NAME).stat().st_size < 1000 * 1000


def test_words_of_a_title_find_a_song(index, take, listed):
    take(index, listed("a/1.mp3", title="Yesterday"), listed("a/2.mp3", title="Tomorrow"))
    assert [song.file for song in index.search("yesterd", most=5)] == ["a/1.mp3"]
    assert len(index.search("a/", most=5)) == 2
    assert len(index.search("a/", most=1)) == 1


def test_a_song_that_was_forgotten_is_none(index):
    assert index.song(99) is None


def test_the_library_is_a_snapshot(index, take, listed):
    take(index, listed("a.mp3"))
    library = index.library()
    take(index, listed("b.mp3"))
    assert library.row_of("a.mp3") == 0
    assert library.song(0).file == "a.mp3"
    assert np.array_equal(library.ids, [1])


def test_whoever_reads_never_waits_for_a_long_write(index, take, listed):
    take(index, listed("a.mp3"))
    library = index.library()

    def read(results):
        results.append(library.song(0).file)
        results.append(len(index.library()))

    results = []
    with index.store.writing() as database:
        database.execute("DELETE FROM row")
        reader = threading.Thread(target=read, args=(results,))
        reader.start()
        reader.join(timeout=600)
        assert results == ["a.mp3", 1]
    assert len(index.library()) == 0
