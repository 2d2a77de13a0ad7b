import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.control.mood_request import (
    LONGEST_OVERRIDE_S,
    OVERRIDE_S,
    MoodRequest,
    mood_request,
)
from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import EdgemoodError


@pytest.mark.parametrize(
    ("text", "emotion", "duration_s"),
    [
        ("happy", Emotion.HAPPY, OVERRIDE_S),
        ("happy 30m", Emotion.HAPPY, 1800),
        ("sadness 2 h", Emotion.SAD, 7200),
        ("angry 90 min", Emotion.ANGRY, 5400),
        ("neutral 45", Emotion.NEUTRAL, 2700),
        ("fear 10s", Emotion.FEAR, 10),
        ("sad 1h30m", Emotion.SAD, 5400),
        ("sad 1 h 30 min", Emotion.SAD, 5400),
        ("sad 1 hour and 5 minutes", Emotion.SAD, 3900),
        ("sad 1.5h", Emotion.SAD, 5400),
        ("sad 1,5 h", Emotion.SAD, 5400),
        ("sad 2m30s", Emotion.SAD, 150),
        ("sad 1440", Emotion.SAD, 86400),
    ],
)
def test_a_mood_is_asked_for_with_or_without_a_duration(text, emotion, duration_s):
    assert mood_request(text.split()) == MoodRequest(emotion, duration_s)


def test_auto_leaves_it_to_the_room():
    assert mood_request(["auto"]) is None


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "one of angry, disgust"),
        ("giddy", "one of angry, disgust"),
        ("happy forever", "'forever' is no duration; say such as 30m, 1h30m"),
        ("sad 1x", "'1x' is no duration"),
        ("sad 30m please", "'30m please' is no duration"),
        ("giddy 30m", "one of angry, disgust"),
        ("happy 0m", "from 1s to 24h"),
        ("happy 25h", "from 1s to 24h"),
    ],
)
def test_a_bad_request_is_answered_with_what_is_possible(text, advice):
    with pytest.raises(EdgemoodError) as refused:
        mood_request(text.split())
    assert advice in str(refused.value)


@given(st.text())
def test_whatever_is_said_is_understood_or_refused_in_words(text):
    try:
        request = mood_request(text.casefold().split())
    except EdgemoodError as error:
        assert str(error)  # noqa: PT017 - either is right
    else:
        assert request is None or request.emotion in EMOTIONS
        assert request is None or 0 < request.duration_s <= LONGEST_OVERRIDE_S
