import pytest

from edgemood.emotion import Emotion, strongest
from edgemood.music.library.metadata.mpd_tags import label_says, song_of
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


@pytest.mark.parametrize("given_by", ["sticker", "command", "kept"])
def test_labels_hold_an_emotion_or_mood_words(given_by):
    assert strongest(label_says(given_by, "happy").scores) is Emotion.HAPPY
    gentle = label_says(given_by, "gentle, dreamy")
    assert gentle.affect.arousal < 0 < gentle.affect.valence
    assert gentle.reliability == 1
    assert gentle.origin is Origin.OWNER
    assert label_says(given_by, "x=1") is None


def test_a_playlist_must_be_named_after_an_emotion():
    assert label_says("playlist", "Mood – sad").because == "playlist Mood – sad"
    assert label_says("playlist", "gentle songs") is None


@pytest.mark.parametrize(
    ("date", "year"),
    [("1999", 1999), ("2004-05-01", 2004), ("01.05.2004", 2004), ("", None), ("0", None)],
)
def test_the_year_is_found_however_the_date_is_written(date, year):
    assert song_of({"file": "a", "date": date}).year == year


def test_several_genres_in_one_tag_are_told_apart():
    song = song_of({"file": "a", "genre": ["Rock; Blues/Soul", "Rock"]})
    assert song.genres == ("Rock", "Blues", "Soul")


def test_a_song_without_title_is_called_after_its_file():
    assert song_of({"file": "a/b c.flac"}).name == "b c"
    assert song_of({"file": "a", "title": "T", "artist": "A"}).name == "A – T"
    assert song_of({"file": "od\udcff.flac"}).name.encode() == b"od?"


def test_a_comment_as_long_as_a_book_is_not_kept():
    song = song_of({"file": "a", "title": "x" * 100_000, "comment": "calm " * 100_000})
    assert len(song.title) == 200
    assert song.mood.because == "comment"
