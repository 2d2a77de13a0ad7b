import pytest

from edgemood.config.schema import MoodTable, MusicConfig
from edgemood.emotion import Emotion, one_hot
from edgemood.music.dj.table_check import unanswered
from edgemood.music.library import Library
from edgemood.music.recommender.strategy import NO_LIMITS, path_for
from edgemood.music.song import Song

LIBRARY = Library.of([Song(file="a.flac", genres=("Free Jazz",)), Song(file="b.flac")])
PLAYLISTS = {"Evening": ["a.flac"], "Gone": ["elsewhere.flac"]}


def wrong(entry, library=LIBRARY, playlists=PLAYLISTS):
    return unanswered(MoodTable(sad=entry), library, playlists)


@pytest.mark.parametrize("entry", ["happy", "Happy", "genre Jazz", "Genre free jazz", "Evening"])
def test_what_is_there_answers(entry):
    assert not wrong(entry)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("hapy", "no emotion, and MPD has no playlist"),
        ("genre Jaz zz", "no song is of the genre"),
        ("evening", "no playlist"),
        ("Gone", "holds no song of the library"),
    ],
)
def test_what_is_not_there_is_told(entry, told):
    assert told in wrong(entry)[entry]


def test_while_no_song_is_known_nothing_is_told():
    assert not wrong("hapy", library=Library.of([]))


def test_the_music_is_like_the_room_where_nothing_answers():
    config = MusicConfig(strategy="table", table=MoodTable(sad="hapy"))
    (target,) = path_for(Emotion.SAD, one_hot(Emotion.SAD), config, {"hapy"})
    (matching,) = path_for(Emotion.SAD, one_hot(Emotion.SAD), MusicConfig())
    assert (target.scores == matching.scores).all()
    assert target.limits is NO_LIMITS
    assert "the table says hapy, which nothing answers to" in target.because
