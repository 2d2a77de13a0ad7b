import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.daemon.commands import LONGEST_OVERRIDE_S, OVERRIDE_S, VERBS, Request, parse
from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import EdgemoodError


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "mood"])
def test_every_verb_is_understood_however_it_is_written(verb):
    assert parse(f" {verb.upper()} \n") == Request(verb)


@pytest.mark.parametrize(
    ("text", "emotion", "duration_s"),
    [
        ("mood happy", Emotion.HAPPY, OVERRIDE_S),
        ("mood happy 30m", Emotion.HAPPY, 1800),
        ("mood sadness 2 h", Emotion.SAD, 7200),
        ("mood angry 90 min", Emotion.ANGRY, 5400),
        ("mood neutral 45", Emotion.NEUTRAL, 2700),
        ("mood fear 10s", Emotion.FEAR, 10),
        ("mood sad 1h30m", Emotion.SAD, 5400),
        ("mood sad 1 h 30 min", Emotion.SAD, 5400),
        ("mood sad 1 hour and 5 minutes", Emotion.SAD, 3900),
        ("mood sad 1.5h", Emotion.SAD, 5400),
        ("mood sad 1,5 h", Emotion.SAD, 5400),
        ("mood sad 2m30s", Emotion.SAD, 150),
        ("mood sad 1440", Emotion.SAD, 86400),
        ("mood auto", None, OVERRIDE_S),
    ],
)
def test_a_mood_is_asked_for_with_or_without_a_duration(text, emotion, duration_s):
    assert parse(text) == Request("mood", emotion, duration_s)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "there are status, redetect"),
        ("dance", "unknown verb 'dance'; there are status, redetect"),
        ("redetct", "did you mean 'redetect'?"),
        ("mood", "one of angry, disgust"),
        ("mood giddy", "one of angry, disgust"),
        ("mood happy forever", "'forever' is no duration; say such as 30m, 1h30m"),
        ("mood sad 1x", "'1x' is no duration"),
        ("mood sad 30m please", "'30m please' is no duration"),
        ("mood giddy 30m", "one of angry, disgust"),
        ("mood happy 0m", "from 1s to 24h"),
        ("mood happy 25h", "from 1s to 24h"),
        ("like this song", "`like` takes no more words"),
    ],
)
def test_a_bad_request_is_answered_with_what_is_possible(text, advice):
    with pytest.raises(EdgemoodError) as refused:
        parse(text)
    assert advice in str(refused.value)


@given(st.text())
def test_whatever_is_said_is_understood_or_refused_in_words(text):
    try:
        request = parse(text)
    except EdgemoodError as error:
        assert str(error)  # noqa: PT017 - either is right
    else:
        assert request.verb in VERBS
        assert request.emotion is None or request.emotion in EMOTIONS
        assert 0 < request.duration_s <= LONGEST_OVERRIDE_S
