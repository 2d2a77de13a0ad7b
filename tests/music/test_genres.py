import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.genres import first_spelling, genre_key, holds_genre

SAME = [
    ["Hip-Hop", "Hip Hop", "HipHop", "hip hop"],
    [
        "R&B",
        "RnB",
        "R'n'B",
        "R and B",
        "Rhythm and Blues",
        "R & B",
        "R\u2019n\u2019B",
        "Rhythm & Blues",
    ],
    ["Drum & Bass", "DnB", "D&B", "Drum 'n' Bass", "Drum and Bass", "drum n bass", "Drum&Bass"],
    [
        "Rock 'n' Roll",
        "Rock and Roll",
        "Rock & Roll",
        "Rock n Roll",
        "Rock\u2019n\u2019Roll",
        "Rock N' Roll",
    ],
    ["Synthpop", "Synth-Pop", "Synth Pop"],
    ["Lo-Fi", "LoFi", "lo fi"],
    ["Chanson française", "chanson francaise", "CHANSON FRANÇAISE"],
    ["Electronic Dance Music", "EDM"],
    ["民謡", "民謡 "],
]


@pytest.mark.parametrize("names", SAME)
def test_spellings_of_one_genre_are_one(names):
    assert len({genre_key(name) for name in names}) == 1
    for name in names:
        assert all(holds_genre(name, wanted) for wanted in names)


def test_different_genres_stay_apart():
    assert len({genre_key(names[0]) for names in SAME}) == len(SAME)
    assert not holds_genre("Rock", "Jazz")
    assert not holds_genre("", "Jazz")
    assert not holds_genre("Jazz", " ")


def test_a_kind_of_a_genre_is_of_it():
    assert holds_genre("Deep House", "house")
    assert holds_genre("Underground Hip-Hop", "HipHop")


def test_the_first_spelling_stands_for_all():
    assert first_spelling(["", "Hip-Hop", "Rock", "hip hop", "HipHop"]) == [0, 1, 2, 1, 1]


@given(st.text(max_size=30))
def test_every_name_is_its_own_spelling(name):
    assert holds_genre(name, name) == bool(genre_key(name))
    assert genre_key(name) == genre_key(name.upper()) or len(name.upper()) != len(name)
