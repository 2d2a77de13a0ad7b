import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import AFFECT_OF_EMOTION, Affect, Emotion, strongest
from edgemood.music.words import (
    GENRE_WORDS,
    MOOD_WORDS,
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


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_scores_near_any_point_sum_to_one(valence, arousal):
    assert scores_near(Affect(valence, arousal)).sum() == pytest.approx(1, abs=1e-5)
