import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, strongest
from edgemood.errors import LibraryError
from edgemood.music.words import (
    GENRE_WORDS,
    MOOD_WORDS,
    SHIPPED,
    Words,
    affect_in,
    emotion_named,
    scores_near,
)


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("happy", Emotion.HAPPY),
        (" Sadness ", Emotion.SAD),
        ("Mood – happy", Emotion.HAPPY),
        ("mood-fear", Emotion.FEAR),
        ("MOOD: Anger", Emotion.ANGRY),
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
    affect = affect_in(text + " calm metal", MOOD_WORDS | GENRE_WORDS)
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
    "content", ["cosy: [2, 0]", "cosy: [1]", "cosy: calmly", "cosy: {a: b}", "- cosy", "a: [", "\0"]
)
def test_words_that_say_nothing_are_told(tmp_path, content):
    (tmp_path / "words.yaml").write_text(content)
    with pytest.raises(LibraryError, match=r"words\.yaml: "):
        Words.with_owners(tmp_path / "words.yaml")


def test_an_empty_file_of_words_adds_none(tmp_path):
    (tmp_path / "words.yaml").write_text("# none yet\n")
    assert Words.with_owners(tmp_path / "words.yaml").moods == SHIPPED.moods


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_scores_near_any_point_sum_to_one(valence, arousal):
    assert scores_near(Affect(valence, arousal)).sum() == pytest.approx(1, abs=1e-5)
