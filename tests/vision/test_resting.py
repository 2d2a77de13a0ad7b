import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Emotion, Scores, softmax
from edgemood.vision.fitted import RESTING
from edgemood.vision.resting import SHIFT_MAX, RestingFaces

NEUTRAL, SAD = (EMOTIONS.index(e) for e in (Emotion.NEUTRAL, Emotion.SAD))


def face(**odds: float) -> Scores:
    """A face as most people's at rest, but for the log-odds against neutral that are named."""
    values = np.array(RESTING)
    for name, value in odds.items():
        values[EMOTIONS.index(Emotion(name))] = value
    return softmax(values)


def watch(
    faces: RestingFaces, scores: Scores, seconds: float, start_s: float = 0.0
) -> list[Scores]:
    """Two looks a second at the same face."""
    return [faces.judge(1, scores, start_s + at / 2) for at in range(int(2 * seconds))]


def test_a_face_that_rests_as_most_do_is_judged_as_it_is() -> None:
    scores = face()
    for judged in watch(RestingFaces(), scores, 120):
        np.testing.assert_allclose(judged, scores, atol=2e-3)


def test_somebody_who_looks_a_little_sad_at_rest_is_found_neutral() -> None:
    faces = RestingFaces()
    for at in range(120):  # by turns a little more and a little less likely than neutral
        judged = faces.judge(1, face(sad=0.3 if at % 8 else -0.1), at / 2)
    assert judged.argmax() == NEUTRAL
    assert face(sad=0.3).argmax() == SAD


def test_a_sadness_beyond_their_rest_is_told_at_once() -> None:
    faces = RestingFaces()
    watch(faces, face(sad=-0.1), 120)
    assert faces.judge(1, face(sad=1.0), 121.0).argmax() == SAD


def test_what_others_rest_like_is_nobodys_concern() -> None:
    faces = RestingFaces()
    watch(faces, face(sad=-0.1), 120)
    np.testing.assert_allclose(faces.judge(2, face(sad=0.3), 121.0), face(sad=0.3), atol=1e-6)


def test_a_face_that_leaves_is_forgotten() -> None:
    faces = RestingFaces()
    watch(faces, face(sad=-0.1), 120)
    faces.keep(frozenset())
    np.testing.assert_allclose(faces.judge(1, face(sad=0.3), 121.0), face(sad=0.3), atol=1e-6)


odds = st.floats(-5, 5)
rests = st.lists(st.tuples(odds, odds, st.integers(1, 120)), max_size=4)


def lives(faces: RestingFaces, stretches: list[tuple[float, float, int]]) -> float:
    """Somebody lives through stretches of looking sad or happy; returns the time after them."""
    now_s = 0.0
    for sad, happy, seconds in stretches:
        watch(faces, face(sad=sad, happy=happy), seconds, now_s)
        now_s += seconds
    return now_s


@settings(max_examples=60, deadline=None)
@given(rests, st.floats(0.01, 4))
def test_no_lasting_expression_is_hidden_for_more_than_a_minute(
    before: list[tuple[float, float, int]], strength: float
) -> None:
    faces = RestingFaces()
    now_s = lives(faces, before)
    told = watch(faces, face(sad=strength), 180, now_s)
    assert all(judged.argmax() == SAD for judged in told[2 * 60 :])


@settings(max_examples=60, deadline=None)
@given(rests, st.floats(SHIFT_MAX + 0.01, 4))
def test_a_clear_expression_is_never_hidden(
    before: list[tuple[float, float, int]], strength: float
) -> None:
    faces = RestingFaces()
    now_s = lives(faces, before)
    assert all(j.argmax() == SAD for j in watch(faces, face(sad=strength), 100, now_s))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(0, 1), min_size=7, max_size=7), min_size=1, max_size=30),
    st.lists(st.floats(0, 1e6), min_size=30, max_size=30),
)
def test_whatever_is_seen_the_scores_stay_scores_and_move_little(
    looks: list[list[float]], times: list[float]
) -> None:
    faces = RestingFaces()
    for weights, at_s in zip(looks, sorted(times), strict=False):
        scores = (np.array(weights) + 1e-6) / (sum(weights) + 7e-6)
        judged = faces.judge(1, scores.astype(np.float32), at_s)
        assert judged.sum() == pytest.approx(1, abs=1e-5)
        assert np.isfinite(judged).all()
        before = np.log(np.maximum(scores, 1e-3) / max(scores[NEUTRAL], 1e-3))
        after = np.log(judged / judged[NEUTRAL])
        assert (after <= before + 1e-3).all()
        assert (after >= before - SHIFT_MAX - 1e-3).all()
