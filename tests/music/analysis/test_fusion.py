import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Affect, Emotion, as_scores, strongest
from edgemood.music.analysis.fusion import fuse
from edgemood.music.song import Origin, SongMood

SCORES = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(as_scores)
UNIT = st.floats(-1, 1)


def mood(emotion: Emotion, reliability: float, origin: Origin = Origin.SOUND) -> SongMood:
    scores = as_scores([0.7 if each == emotion else 0.05 for each in EMOTIONS])
    return SongMood(scores, Affect(0.1, 0.2), origin, reliability, str(origin))


MOODS = st.none() | st.builds(
    SongMood,
    SCORES,
    st.builds(Affect, UNIT, UNIT),
    st.just(Origin.SOUND),
    st.floats(0, 1),
    st.just(""),
)


def test_nobody_speaks():
    assert fuse(None, None, None) is None


def test_one_alone_is_taken_at_its_word():
    lyrics = mood(Emotion.SAD, 0.4, Origin.LYRICS)
    assert fuse(None, lyrics, None) is lyrics


def test_two_that_agree_are_surer_than_each():
    both = fuse(None, mood(Emotion.SAD, 0.5), mood(Emotion.SAD, 0.5))
    assert both.origin is Origin.FUSED
    assert strongest(both.scores) is Emotion.SAD
    assert both.reliability > 0.5


def test_two_that_contradict_are_trusted_less_than_two_that_agree():
    agreeing = fuse(None, mood(Emotion.SAD, 0.5), mood(Emotion.SAD, 0.5))
    contrary = fuse(None, mood(Emotion.HAPPY, 0.5), mood(Emotion.SAD, 0.5))
    assert contrary.reliability < agreeing.reliability


def test_the_more_reliable_one_prevails():
    both = fuse(None, mood(Emotion.HAPPY, 0.2), mood(Emotion.SAD, 0.8))
    assert strongest(both.scores) is Emotion.SAD


def test_one_hardly_worth_trusting_changes_hardly_anything():
    sure = mood(Emotion.SAD, 0.8)
    both = fuse(None, mood(Emotion.HAPPY, 0.001, Origin.LYRICS), sure)
    assert both.scores == pytest.approx(sure.scores, abs=0.01)


@given(MOODS, MOODS, MOODS)
def test_whatever_is_fused_is_a_mood(
    tag: SongMood | None, lyrics: SongMood | None, sound: SongMood | None
):
    fused = fuse(tag, lyrics, sound)
    if fused is not None:
        assert fused.scores.sum() == pytest.approx(1, abs=1e-4)
        assert 0 <= fused.reliability <= 1
        assert np.abs(fused.affect).max() <= 1
