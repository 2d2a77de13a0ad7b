import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, strongest
from edgemood.music.genres import whole
from edgemood.music.mood_words import (
    GENRE_WORDS,
    MOOD_WORDS,
    SHIPPED,
    Words,
    affect_in,
    emotion_named,
    scores_near,
)

FIELD = Path(__file__).parents[1] / "field"


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("happy", Emotion.HAPPY),
        (" Sadness ", Emotion.SAD),
        ("Mood – happy", Emotion.HAPPY),
        ("mood-fear", Emotion.FEAR),
        ("MOOD: Anger", Emotion.ANGRY),
        ("Mood\u00a0\u2013\u00a0happy", Emotion.HAPPY),
        ("Mood \u2212 \uff33ad", Emotion.SAD),
        ("Mood – not happy", None),
        ("Happy Mondays", None),
        ("Mood Indigo", None),
        ("mood", None),
        ("", None),
    ],
)
def test_folders_and_playlists_are_named_after_emotions(name, emotion):
    assert emotion_named(name) is emotion


def test_words_are_found_in_any_case_and_between_any_separators():
    assert affect_in("Dark;CALM, (party)", MOOD_WORDS) == pytest.approx((0.7 / 3, 0.1))


def test_longer_entries_win_over_words_inside_them():
    assert affect_in("Melodic Death Metal", GENRE_WORDS) == GENRE_WORDS["death metal"]


def test_a_text_without_known_words_says_nothing():
    assert affect_in("ripped with love by xX", MOOD_WORDS) is None
    assert affect_in("", MOOD_WORDS) is None


@given(st.text(max_size=500))
def test_no_text_leads_off_the_plane(text):
    affect = affect_in(f"{text} calm metal", MOOD_WORDS | GENRE_WORDS)
    if affect is None:  # the text denies what comes after it
        affect = affect_in(f"{text}; a; calm metal", MOOD_WORDS | GENRE_WORDS)
    assert affect is not None
    assert all(-1 <= coordinate <= 1 for coordinate in affect)


def test_every_word_lies_on_the_plane():
    for affect in (MOOD_WORDS | GENRE_WORDS).values():
        assert all(-1 <= coordinate <= 1 for coordinate in affect)


@pytest.mark.parametrize("emotion", list(Emotion))
def test_scores_near_an_emotion_favour_it(emotion):
    assert strongest(scores_near(AFFECT_OF_EMOTION[emotion])) is emotion


def test_the_owners_words_are_added_and_win(tmp_path):
    (tmp_path / "words.yaml").write_text("Cosy: [0.6, -0.3]\nblue: sad\nparty: [0, 1]\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert affect_in("so cosy", words.moods) == (0.6, -0.3)
    assert affect_in("blue", words.genres) == AFFECT_OF_EMOTION[Emotion.SAD]
    assert affect_in("party", words.moods) == (0, 1)
    assert affect_in("calm", words.moods) == affect_in("calm", SHIPPED.moods)
    assert affect_in("cosy", SHIPPED.moods) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("cosy: [2, 0]", "2:7: cosy: must be an emotion"),
        ("cosy: [1]", "2:7: cosy: must be"),
        ("cosy: [nan, 0]", "2:7: cosy: must be"),
        ("cosy: [1e999, 0]", "2:7: cosy: must be"),
        ("cosy: [0,6, -0,3]", "2:7: cosy: must be.*with a point"),
        ("cosy: calmly", r"2:7: cosy: must be.*did you mean calm\?"),
        ("cosy: angri", "2:7: cosy: must be.*did you mean angry"),
        ("cosy: 2024-13-45", "2:7: cosy: must be"),
        ("cosy: {a: b}", "2:7: cosy: must be"),
        ("cosy:", "cosy: must be"),
        ("cosy: *x", r'2:7: "\*" refers'),
        ("cosy: !!x y", "2:7: cosy: has a tag"),
        ("one two three four: sad", "2:1: one two three four: must be one to 3 words"),
        ("cosy:[0.6, -0.3]", '2:6: a space is missing after "cosy:"'),
        ('cosy: "[', "quotation mark"),
        ("blue: sad", "2:1: blue: stands here a second time"),
        ("\tcosy: sad", "2:1: a tab"),
    ],
)
def test_a_line_that_says_nothing_costs_only_itself(tmp_path, line, problem):
    file = tmp_path / "words.yaml"
    file.write_text(f"blue: sad\n{line}\noff: calm\n")
    words = Words.with_owners(file)
    assert len(words.problems) == 1, words.problems
    assert re.search(problem, words.problems[0]), words.problems
    assert words.problems[0].startswith(f"{file}:")
    assert affect_in("so blue", words.moods) == AFFECT_OF_EMOTION[Emotion.SAD]
    assert affect_in("off", words.moods) == MOOD_WORDS["calm"]


@pytest.mark.parametrize("name", ["words-misspelt", "words-off", "words-short-numbers"])
def test_words_as_they_came_from_the_field(name):
    words = Words.with_owners(FIELD / f"{name}.yaml")
    known = {
        "words-misspelt": ["blue"],
        "words-off": ["off", "blue"],
        "words-short-numbers": ["cosy"],
    }
    assert set(words.moods) - set(SHIPPED.moods) == set(known[name])
    assert len(words.problems) == (name == "words-misspelt")


@pytest.mark.parametrize(
    "value",
    ["[.6, -.3]", "[+0.6, -0.30]", "[0.6, \u22120.3]", "\n- 0.6\n- -0.3", "0.6, -0.3", "0.6 -0.3"],
)
def test_numbers_are_read_as_people_write_them(tmp_path, value):
    (tmp_path / "words.yaml").write_text(f"cosy: {value}\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert words.problems == ()
    assert words.moods["cosy"] == (0.6, -0.3)


@pytest.mark.parametrize("word", ["yes", "no", "on", "null", "1999-12-31", "12:30", "0x10", "~"])
def test_words_that_yaml_takes_for_something_else_are_words(tmp_path, word):
    (tmp_path / "words.yaml").write_text(f"{word}: sad\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert words.problems == ()
    assert affect_in(word, words.moods) == AFFECT_OF_EMOTION[Emotion.SAD]


@pytest.mark.parametrize("content", [b"- cosy", b"a: [", b"\0", b"\xff", b"cosy", b"x" * 40_000])
def test_a_file_that_holds_no_words_is_told(tmp_path, content):
    (tmp_path / "words.yaml").write_bytes(content)
    words = Words.with_owners(tmp_path / "words.yaml")
    assert words.problems
    assert words.moods == SHIPPED.moods


def test_a_file_that_is_not_there_or_none_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("gone.yaml", "pipe", "."):
        assert Words.with_owners(tmp_path / name).problems


@given(st.text(max_size=200))
def test_no_file_of_words_breaks_anything(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "any-words.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    for affect in Words.with_owners(file).moods.values():
        assert all(-1 <= coordinate <= 1 for coordinate in affect)


def test_an_empty_file_of_words_adds_none(tmp_path):
    (tmp_path / "words.yaml").write_text("# none yet\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert words.moods == SHIPPED.moods
    assert words.problems == ()


NOTHING = [
    *("Not happy", "Not acoustic, Not happy, Not party", "no longer sad", "unhappy", "not-happy"),
    *("not very happy", "Happy? No.", "Happy (not)", "isn\u2019t happy", "isn't happy"),
    *("anything but happy", "far from happy", "neither happy nor sad", "without joy", "un-happy"),
    *(
        "nicht happy",
        "kein party",
        "pas happy",
        "n\u00e3o happy",
        "\u043d\u0435 happy",
        "non happy",
    ),
    *("never happy", "hardly relaxed", "not at all happy", "no fun", "Happy: no", "NOT_HAPPY"),
    *("not... happy", "Not: happy", "keineswegs happy", "anti happy", "un happy", "Happy: 0"),
    *("don't be happy", "\u043d\u0435 happy"),
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_denied_says_nothing(text):
    assert affect_in(text, SHIPPED.moods) is None
    assert affect_in(text, SHIPPED.genres, genres=True) is None
    assert affect_in(f"{text}; calm", SHIPPED.moods) == MOOD_WORDS["calm"]
    assert affect_in(f"calm, {text}", SHIPPED.moods) == MOOD_WORDS["calm"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("sad, not happy", "sad"),
        ("Not happy; Not party; Not relaxed; Sad", "sad"),
        ("not happy but sad", "sad"),
        ("nicht party, sondern calm", "calm"),
        ("not only happy", "happy"),
        ("No 1 party", "party"),
        ("nothing. Happy!", "happy"),
        ("Sad \u2013 not happy", "sad"),
        ("Chill-Out", "chillout"),
    ],
)
def test_what_is_said_beside_it_counts(text, word):
    assert affect_in(text, SHIPPED.moods) == MOOD_WORDS[word]


def test_the_owners_own_denial_is_a_word_like_any_other(tmp_path):
    (tmp_path / "words.yaml").write_text("not happy: sad\n")
    words = Words.with_owners(tmp_path / "words.yaml")
    assert affect_in("Not happy", words.moods) == AFFECT_OF_EMOTION[Emotion.SAD]


@pytest.mark.parametrize(
    ("spellings", "genre"),
    [
        (["Hip-Hop", "HipHop", "hip hop", "HIP_HOP"], "hip hop"),
        (["R&B", "RnB", "R'n'B", "R and B", "R & B", "r\u2019n\u2019b", "Rhythm & Blues"], "r&b"),
        (["Drum & Bass", "DnB", "D&B", "drum 'n' bass", "Drum'n'Bass"], "drum and bass"),
        (["Dark Wave", "dark-wave"], "darkwave"),
        (["Bossanova", "Bossa-Nova"], "bossa nova"),
        (["Singer/Songwriter", "Singer-Songwriter", "singer songwriter"], "singer-songwriter"),
        (["Nu Metal"], "metal"),
    ],
)
def test_every_spelling_of_a_genre_is_the_same_one(spellings, genre):
    for spelling in spellings:
        found = affect_in(whole(spelling), SHIPPED.genres, genres=True)
        assert found == GENRE_WORDS[genre], spelling


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_scores_near_any_point_sum_to_one(valence, arousal):
    assert scores_near(Affect(valence, arousal)).sum() == pytest.approx(1, abs=1e-5)
