import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import (
    AFFECT_OF_EMOTION,
    EMOTIONS,
    Emotion,
    affect_of,
    as_scores,
    one_hot,
    softmax,
    strongest,
)

weights = st.lists(st.floats(0, 1e6), min_size=7, max_size=7).filter(lambda w: sum(w) > 0)


def test_the_order_is_that_of_fer2013():
    assert [str(emotion) for emotion in EMOTIONS] == [
        "angry",
        "disgust",
        "fear",
        "happy",
        "sad",
        "surprise",
        "neutral",
    ]


@given(weights)
def test_any_weights_become_a_probability_vector(weights):
    scores = as_scores(weights)
    assert scores.dtype == np.float32
    assert scores.shape == (7,)
    assert (scores >= 0).all()
    assert scores.sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "bad",
    [
        [1] * 6,
        [[1] * 7],
        [0] * 7,
        [1, 1, 1, -1, 1, 1, 1],
        [math.nan] + [1] * 6,
        [math.inf] + [1] * 6,
    ],
)
def test_what_is_no_set_of_weights_is_refused(bad):
    with pytest.raises(ValueError, match="emotion weights"):
        as_scores(bad)


@given(st.lists(st.floats(-1e4, 1e4), min_size=7, max_size=7), st.floats(-1e3, 1e3))
def test_softmax_is_a_probability_vector_that_no_common_offset_changes(logits, offset):
    scores = softmax(logits)
    assert scores.sum() == pytest.approx(1, abs=1e-6)
    assert scores[np.argmax(logits)] == scores.max()
    assert np.allclose(scores, softmax(np.array(logits) + offset), atol=1e-5)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_certainty_of_an_emotion_is_that_emotion_and_its_affect(emotion):
    assert strongest(one_hot(emotion)) is emotion
    assert affect_of(one_hot(emotion)) == pytest.approx(AFFECT_OF_EMOTION[emotion])


@given(weights)
def test_affect_lies_on_the_plane(weights):
    valence, arousal = affect_of(as_scores(weights))
    assert -1 <= valence <= 1
    assert -1 <= arousal <= 1


def test_only_happiness_and_surprise_are_pleasant_and_only_sadness_is_calm():
    affects = AFFECT_OF_EMOTION.items()
    assert {e for e, affect in affects if affect.valence > 0} == {Emotion.HAPPY, Emotion.SURPRISE}
    assert {e for e, affect in affects if affect.arousal < 0} == {Emotion.SAD}
