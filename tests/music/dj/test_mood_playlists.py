from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import AFFECT_OF_EMOTION, Emotion, one_hot
from edgemood.music.dj.mood_playlists import Account, Deeds, arranged, best_songs, deeds, named
from edgemood.music.library import Library
from edgemood.music.song import Origin, Song, SongMood

files = st.sampled_from([f"{letter}.flac" for letter in "abcdefghij"])
playlists = st.lists(files, unique=True)


def happy(file, reliability):
    felt = Emotion.HAPPY
    mood = SongMood(one_hot(felt), AFFECT_OF_EMOTION[felt], Origin.TAG, reliability, "a test")
    return Song(file, mood=mood)


def test_what_people_add_and_take_out_is_found():
    account = Account(known=["a", "b", "c"], own=["a", "b"])
    done = deeds(account, ["a", "c", "d"])
    assert done == Deeds(added=frozenset("d"), removed=frozenset("b"))


def test_a_song_added_once_more_is_a_persons_word():
    assert deeds(Account(known=["a"], own=["a"]), ["a", "a"]).added == {"a"}


def test_an_empty_playlist_tells_nothing():
    assert deeds(Account(known=["a", "b"]), []) == Deeds()


@given(playlists, playlists, st.data())
def test_however_far_the_box_came_with_its_own_writing_none_of_it_is_a_persons(known, best, data):
    """The power may go between any two of MPD's edits, and before the box notes that it wrote."""
    drop = frozenset(data.draw(st.lists(st.sampled_from(known)))) if known else frozenset()
    after = arranged(known, drop - {*best}, best)
    gone = [file for file in known if file not in after]
    new = [file for file in after if file not in known]
    halfway = [
        file for file in known if file not in data.draw(st.sets(st.sampled_from(gone or ["-"])))
    ]
    halfway += data.draw(st.lists(st.sampled_from(new or ["-"]), unique=True)) if new else []
    assert deeds(Account(known=known, planned=after), halfway) == Deeds()


@given(playlists, playlists, files)
def test_a_persons_addition_is_found_whether_the_box_has_written_or_not(known, best, song):
    after = arranged(known, frozenset(), best)
    if song not in after:
        for base in (known, after):
            assert deeds(Account(known=known, planned=after), [*base, song]).added == {song}


@given(playlists, st.frozensets(files), playlists)
def test_what_is_there_stays_in_its_order_and_the_best_come_where_they_rank(content, drop, best):
    after = arranged(content, drop, best)
    stayed = [file for file in content if file not in drop]
    assert [file for file in after if file in stayed] == stayed
    assert {*after} == {*stayed, *best}
    assert len(after) == len({*after})


def test_an_empty_playlist_is_filled_best_first():
    assert arranged([], frozenset(), ["a", "b", "c"]) == ["a", "b", "c"]
    assert arranged(["a", "c"], frozenset(), ["a", "b", "c"]) == ["a", "b", "c"]


def test_the_best_songs_are_those_surely_of_the_emotion():
    library = Library.of([happy("a", 0.4), happy("b", 1.0), happy("c", 0.1), Song("d")])
    assert best_songs(library, Emotion.HAPPY, frozenset()) == ["b", "a"]
    assert best_songs(library, Emotion.HAPPY, frozenset("b")) == ["a"]
    assert best_songs(library, Emotion.NEUTRAL, frozenset()) == []


def test_at_most_five_hundred_songs_are_shown():
    library = Library.of([happy(f"{number}", 1 - number / 2000) for number in range(600)])
    assert best_songs(library, Emotion.HAPPY, frozenset("0")) == [str(n) for n in range(1, 501)]


def test_playlists_are_named_after_every_emotion_or_not_kept():
    assert dict(named("Mood – *"))[Emotion.SAD] == "Mood – sad"
    assert dict(named("none")) == {}
