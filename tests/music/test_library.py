import numpy as np
import pytest

from edgemood.emotion import NO_IDEA, Emotion, strongest
from edgemood.music.library import Library, song_of, stickers_say
from edgemood.music.song import Origin


def mood_of(**tags):
    return song_of({"file": "album/song.flac"} | tags).mood


def test_a_folder_named_after_an_emotion_is_the_owners_word():
    song = song_of({"file": "Sad/x/1.flac", "genre": "Party"})
    assert strongest(song.mood.scores) is Emotion.SAD
    assert song.mood.origin is Origin.OWNER


def test_a_mood_folder_counts_at_any_depth_and_a_plain_one_only_at_the_top():
    assert song_of({"file": "music/Mood – fear/1.flac"}).mood.because == "folder Mood – fear"
    assert song_of({"file": "Pharrell Williams/Happy/1.flac"}).mood is None


def test_tags_are_trusted_in_order():
    tags = {"mood": "Melancholy", "genre": "Party", "comment": "sunny"}
    reliabilities = []
    for tag in ("mood", "genre", "comment"):
        mood = mood_of(**tags)
        assert mood.because.startswith(tag)
        reliabilities.append(mood.reliability)
        del tags[tag]
    assert reliabilities == sorted(reliabilities, reverse=True)
    assert mood_of(**tags) is None


def test_several_tags_of_one_kind_are_joined():
    song = song_of({"file": "a", "artist": ["Ann", "Bob"], "genre": ["Rock", "Ballroom"]})
    assert song.artist == "Ann, Bob"
    assert song.mood.because == "genre Rock, Ballroom"


def test_stickers_hold_an_emotion_or_mood_words():
    moods = stickers_say({"a": "happy", "b": "gentle, dreamy", "c": "x=1"})
    assert strongest(moods["a"].scores) is Emotion.HAPPY
    assert moods["b"].affect.arousal < 0 < moods["b"].affect.valence
    assert moods.keys() == {"a", "b"}
    assert all(mood.reliability == 1 for mood in moods.values())


def test_the_less_is_known_of_a_song_the_nearer_it_is_to_neutral():
    library = Library(
        [
            song_of({"file": "happy/1"}),
            song_of({"file": "1", "comment": "happy"}),
            song_of({"file": "2"}),
        ]
    )
    assert library.affect[:, 0].tolist() == sorted(library.affect[:, 0], reverse=True)
    assert library.affect[2].tolist() == [0, 0]
    assert library.scores[2] == pytest.approx(NO_IDEA)
    assert library.scores.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert library.reliability.tolist() == pytest.approx([0.9, 0.3, 0])


def test_an_empty_library_has_empty_arrays():
    library = Library([])
    assert library.affect.shape == (0, 2)
    assert library.scores.shape == (0, 7)
    assert library.get("a") is None


def test_songs_are_found_by_file_and_artist():
    songs = [song_of({"file": str(n), "artist": "AB"[n % 2]}) for n in range(4)]
    library = Library(songs)
    assert library.get("2") is songs[2]
    assert library.rows(["3", "gone"]) == [3]
    assert library.rows_by_artist == {"A": [0, 2], "B": [1, 3]}
    assert library.without(songs[0]).get("0") is None


def test_a_song_without_title_is_called_after_its_file():
    assert song_of({"file": "a/b c.flac"}).name == "b c"
    assert song_of({"file": "a", "title": "T", "artist": "A"}).name == "A – T"
    assert song_of({"file": "od\udcff.flac"}).name.encode() == b"od?"


def test_arrays_are_what_the_chooser_computes_with():
    library = Library([song_of({"file": "happy/1"})])
    assert {library.affect.dtype, library.scores.dtype} == {np.dtype(np.float32)}


def test_a_comment_as_long_as_a_book_is_not_kept():
    song = song_of({"file": "a", "title": "x" * 100_000, "comment": "calm " * 100_000})
    assert len(song.title) == 200
    assert song.mood.because == "comment"
