import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.music.library.index.connection import Store
from edgemood.music.library.index.song_index import FILE_NAME, SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.sync.update import REMEMBERED_DAYS, Update
from edgemood.music.mood_words import SHIPPED, Words

DAY_S = 86_400


def files(index):
    library = index.library()
    return [library.song(row).file for row in range(len(library))]


def open_index(folder, clock):
    return SongIndex(Store(folder / FILE_NAME), clock=clock)


def pending(index):
    return [subject.file for subject in Worklist(index).after(0, 100)]


def test_only_new_and_changed_songs_are_to_be_analysed(index, take, listed):
    take(index, listed("a.mp3"), listed("b.mp3"))
    assert pending(index) == ["a.mp3", "b.mp3"]
    with index.store.writing() as database:
        database.execute("DELETE FROM pending")
    tally = take(index, listed("a.mp3"), listed("b.mp3"))
    assert (tally.new, tally.changed, tally.gone, tally.news) == (0, 0, 0, False)
    assert pending(index) == []
    later = {"last-modified": "2024-06-01T00:00:00Z"}
    tally = take(index, listed("a.mp3", **later, title="T"), listed("b.mp3"))
    assert tally.changed == 1
    assert pending(index) == ["a.mp3"]
    assert index.song_named("a.mp3").title == "T"


def test_a_song_that_is_gone_is_remembered_and_comes_back_as_it_was(index, take, listed):
    take(index, listed("a.mp3"), listed("b.mp3"))
    number = index.song_named("b.mp3").id
    assert take(index, listed("a.mp3")).gone == 1
    assert files(index) == ["a.mp3"]
    assert index.song_named("b.mp3") is None
    take(index, listed("a.mp3"), listed("b.mp3"))
    assert index.song_named("b.mp3").id == number


async def test_a_song_that_is_gone_for_long_is_forgotten(take, listed, tmp_path):
    with contextlib.closing(SongIndex.open(tmp_path)) as index:
        take(index, listed("a.mp3"))
    for days in (0, REMEMBERED_DAYS - 1):
        clock = ManualClock(1234.0)
        with contextlib.closing(open_index(tmp_path, clock)) as index:
            take(index)
            await clock.advance(days * DAY_S)
            take(index)
            assert index.song(1).file == "a.mp3"
            await clock.advance(DAY_S / 2)  # until it is closed
    with contextlib.closing(open_index(tmp_path, clock)) as index:
        await clock.advance(DAY_S / 2)
        take(index)
        assert index.song(1) is None


@pytest.mark.parametrize("years", [-40, 60])
def test_however_the_clock_is_set_nothing_is_forgotten(take, listed, tmp_path, years, monkeypatch):
    with contextlib.closing(SongIndex.open(tmp_path)) as index:
        take(index, listed("a.mp3"))
        take(index)
        now_s = time.time()
        monkeypatch.setattr("time.time", lambda: now_s + years * 365 * DAY_S)
        take(index)
        assert index.song(1).file == "a.mp3"
    with contextlib.closing(SongIndex.open(tmp_path)) as index:
        take(index)
        take(index, listed("a.mp3"))
        assert index.song_named("a.mp3").id == 1


async def test_what_was_gone_in_the_first_release_is_remembered_for_as_long(take, listed, tmp_path):
    clock = ManualClock()
    with contextlib.closing(open_index(tmp_path, clock)) as index:
        take(index, listed("a.mp3"))
        take(index)
        with index.store.writing() as database:
            database.execute("UPDATE song SET gone_at = 1700000000")
        await clock.advance(REMEMBERED_DAYS * 2 * DAY_S)
        take(index)
        assert index.song(1).file == "a.mp3"
        await clock.advance((REMEMBERED_DAYS + 1) * DAY_S)
        take(index)
        assert index.song(1) is None


def test_a_file_that_moved_keeps_its_number_and_its_label(index, take, listed):
    tags = {"title": "T", "artist": "A", "duration": "123.456"}
    take(index, listed("old/1.mp3", **tags), listed("other.mp3"))
    number = index.song_named("old/1.mp3").id
    index.labels.give("old/1.mp3", "sad")
    tally = take(index, listed("new/01 T.mp3", **tags), listed("other.mp3"))
    assert (tally.moved, tally.new, tally.gone) == (1, 0, 0)
    song = index.song_named("new/01 T.mp3")
    assert song.id == number
    assert song.mood.because == "label kept from before it moved: sad"
    assert index.song_named("old/1.mp3") is None


def test_a_file_without_tags_that_moved_is_known_by_its_name_and_age(index, take, listed):
    take(index, listed("old/1.mp3", duration="99.1"))
    index.labels.replace("sticker", {"old/1.mp3": "happy"})
    tally = take(index, listed("new/1.mp3", duration="99.1"))
    assert tally.moved == 1
    assert index.song_named("new/1.mp3").mood.because.endswith("happy")


def test_another_song_of_the_same_length_is_no_moved_one(index, take, listed):
    take(index, listed("a.mp3", title="One"))
    index.labels.give("a.mp3", "sad")
    tally = take(index, listed("b.mp3", title="Two"))
    assert (tally.moved, tally.new, tally.gone) == (0, 1, 1)
    assert index.song_named("b.mp3").mood is None


def test_a_song_in_two_places_that_moves_once_is_told_apart(index, take, listed):
    tags = {"title": "T", "artist": "A"}
    take(index, listed("album/1.mp3", **tags), listed("hits/7.mp3", **tags))
    hits = index.song_named("hits/7.mp3").id
    take(index, listed("album/1.mp3", **tags), listed("best/7.mp3", **tags))
    assert index.song_named("best/7.mp3").id == hits


def test_a_stream_is_in_the_library_but_there_is_no_file_to_listen_to(index, take, listed):
    take(index, listed("http://radio/stream", duration=""))
    assert files(index) == ["http://radio/stream"]
    assert pending(index) == []


def test_a_track_of_a_cue_sheet_is_a_part_of_a_file(index, take, listed):
    take(index, listed("a.cue/track0002", range="12.345-"), listed("b", range="0.000-9.5"))
    first, second = Worklist(index).after(0, 5)
    assert (first.start_s, first.end_s) == (12.345, None)
    assert (second.start_s, second.end_s) == (0.0, 9.5)


def test_a_pass_cut_short_loses_nothing(index, take, listed):
    take(index, listed("a.mp3"), listed("b.mp3"))
    update = Update(index)
    update.take([listed("b.mp3"), listed("c.mp3")])
    # MPD is lost here: nobody knows what is gone
    assert files(index) == ["a.mp3", "b.mp3", "c.mp3"]


@settings(max_examples=25)
@given(st.lists(st.sets(st.sampled_from("abcdef"), max_size=6), max_size=6))
def test_after_any_history_the_library_is_what_mpd_lists(passes):
    index = SongIndex.in_memory()
    for listed in passes:
        update = Update(index)
        update.take(
            [
                {"file": name, "title": name, "last-modified": "x", "duration": "1"}
                for name in listed
            ]
        )
        update.finish()
        assert set(files(index)) == listed
        assert {*pending(index)} <= listed


def test_tags_that_have_not_changed_are_read_again_with_other_words(tmp_path, listed):
    song = listed("a.mp3", mood="cosy", genre="Jazz")
    (tmp_path / "words.yaml").write_text("cosy: sad\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert words.mark != SHIPPED.mark
    for known, because in ((SHIPPED, "genre Jazz"), (words, "mood tag cosy")):
        index = SongIndex.open(tmp_path / "state", known)
        for retell in (False, True):
            update = Update(index, retell=retell)
            update.take([song])
            update.finish()
        assert index.song_named("a.mp3").mood.because == because
        index.close()
