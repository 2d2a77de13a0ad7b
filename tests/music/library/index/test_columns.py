import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import NO_IDEA, Emotion, strongest
from edgemood.music.library import ORIGINS, ROW, Library
from edgemood.music.library.index.columns import LANGUAGES
from edgemood.music.library.metadata.mpd_tags import song_of
from edgemood.music.song import Origin, Song


def test_each_column_says_what_the_song_says():
    song = Song(
        file="happy/1",
        artist="Ann",
        mood=song_of({"file": "happy/1"}).mood,
        genres=("Jazz", "Blues", "Folk", "Rock"),
        year=1959,
        language="en",
        duration_s=200.5,
        id=77,
    )
    library = Library.of([song])
    assert library.ids.tolist() == [77]
    assert strongest(library.scores[0]) is Emotion.HAPPY
    assert library.affect[0].tolist() == pytest.approx([0.81, 0.51], abs=1e-3)
    assert library.reliability[0] == pytest.approx(0.9, abs=1e-3)
    assert ORIGINS[library.origin[0]] is Origin.OWNER
    assert library.languages[library.language[0]] == "en"
    assert [library.genre_names[number] for number in library.genres[0]] == [
        "Jazz",
        "Blues",
        "Folk",
    ]
    assert library.year.tolist() == [1959]
    assert library.duration_s.tolist() == [200.5]
    assert library.song(0) is song


def test_of_a_song_nothing_is_known_about_the_columns_say_so():
    library = Library.of([Song("1")])
    assert library.scores[0] == pytest.approx(NO_IDEA, abs=1e-3)
    assert library.affect[0].tolist() == [0, 0]
    assert library.reliability.tolist() == [0]
    assert ORIGINS[library.origin[0]] is None
    assert library.languages[library.language[0]] == ""
    assert library.artist.tolist() == [0]


def test_of_more_languages_than_there_are_the_last_ones_are_unknown():
    songs = [Song(str(number), language=f"l{number}") for number in range(1, LANGUAGES + 20)]
    library = Library.of(songs)
    found = [library.languages[number] for number in library.language]
    assert found == [f"l{number}" for number in range(1, LANGUAGES + 1)] + [""] * 19


def test_an_empty_library_has_empty_columns():
    library = Library.of([])
    assert library.affect.shape == (0, 2)
    assert library.scores.shape == (0, 7)
    assert library.get("a") is None
    assert len(library) == 0


def test_songs_are_found_by_file():
    songs = [Song(str(number), artist="AB"[number % 2], id=10 + number) for number in range(4)]
    library = Library.of(songs)
    assert library.get("2") is songs[2]
    assert library.rows(["3", "gone", "0"]) == [3, 0]
    assert library.without(songs[0]).get("0") is None
    assert library.without(songs[0]).get("3") is songs[3]


def test_songs_of_one_artist_share_a_number():
    artist = Library.of(
        [Song("1", artist="A"), Song("2", artist="B"), Song("3", artist="A")]
    ).artist
    assert artist[0] == artist[2] != artist[1]


@given(st.lists(st.text(st.characters(blacklist_categories=[]), max_size=20), unique=True))
def test_every_file_is_found_in_its_row_whatever_its_name(files):
    library = Library.of([Song(file) for file in files])
    assert library.rows(files) == list(range(len(files)))


def test_half_a_million_songs_take_less_than_50_mb():
    assert ROW.itemsize * 500_000 < 50e6


def test_the_ids_and_columns_are_plain_arrays():
    library = Library.of([Song("1")])
    assert all(
        isinstance(getattr(library, name), np.ndarray) and getattr(library, name).flags.c_contiguous
        for name in ROW.names
    )
