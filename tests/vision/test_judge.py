import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.emotion import EMOTIONS, Emotion, as_scores, one_hot
from edgemood.mood.evidence import FaceEvidence, Reason
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces import HaarDetector
from edgemood.vision.frame import Frame
from edgemood.vision.judge import FaceJudge, Judgement, join
from edgemood.vision.script import dim

weights = st.lists(st.floats(0.01, 1), min_size=len(EMOTIONS), max_size=len(EMOTIONS))
judgements = st.builds(Judgement, weights.map(as_scores), st.floats(0, 1))


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(VisionConfig().model)


def judge_once(
    model: ExpressionModel, picture: NDArray[np.uint8], **settings: object
) -> FaceEvidence:
    judge = FaceJudge(VisionConfig.model_validate(settings), HaarDetector(), model)
    return judge.judge(Frame(7.0, picture))


def test_a_face_in_good_light_is_judged(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    evidence = judge_once(model, portrait)
    assert evidence.reason is None
    assert evidence.scores is not None
    assert evidence.scores.sum() == pytest.approx(1)
    assert evidence.reliability > 0.5
    assert (evidence.at_s, evidence.faces) == (7.0, 1)


def test_a_smile_is_happy(model: ExpressionModel, portrait: NDArray[np.uint8]) -> None:
    evidence = judge_once(model, portrait)
    assert evidence.scores is not None
    assert evidence.scores.argmax() == EMOTIONS.index(Emotion.HAPPY)


def test_a_room_without_people_is_no_face(
    model: ExpressionModel, still_life: NDArray[np.uint8]
) -> None:
    evidence = judge_once(model, still_life)
    assert evidence.reason is Reason.NO_FACE
    assert (evidence.faces, evidence.reliability) == (0, 0)


def test_a_face_in_the_dark_is_not_looked_for(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    evidence = judge_once(model, dim(portrait, 0.02))
    assert evidence.reason is Reason.DARK
    assert evidence.scores is None


def test_a_face_far_away_is_counted_and_not_judged(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    evidence = judge_once(model, portrait, min_face_px=200)
    assert evidence.reason is Reason.FACE_SMALL
    assert evidence.faces == 1


def test_a_blurred_face_is_counted_and_not_judged(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    evidence = judge_once(model, cv2.GaussianBlur(portrait, (0, 0), 7))
    assert evidence.reason is Reason.FACE_BLURRED
    assert evidence.faces == 1


def test_of_two_people_the_far_one_does_not_spoil_the_judgement(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    near = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    far = np.zeros((400, 300), dtype=np.uint8)
    far[:300] = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_AREA)
    picture = np.hstack([far, near])
    everyone = judge_once(model, picture, min_face_px=70)
    largest = judge_once(model, picture, min_face_px=70, people="largest")
    assert everyone.faces == largest.faces == 2
    assert everyone.scores is not None
    assert largest.scores is not None
    np.testing.assert_allclose(everyone.scores, largest.scores)


def test_dimmer_light_makes_the_same_face_less_reliable(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    bright, dimmer = (judge_once(model, dim(portrait, light)) for light in (1.0, 0.45))
    assert 0 < dimmer.reliability < bright.reliability


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (480, 640), (4320, 7680)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_of_any_size_gives_a_reason_and_no_judgement(
    model: ExpressionModel, shape: tuple[int, int], level: int
) -> None:
    evidence = judge_once(model, np.full(shape, level, dtype=np.uint8))
    assert evidence.reason is (Reason.NO_FACE if level else Reason.DARK)
    assert 0 <= evidence.light <= 1


@given(st.lists(judgements, min_size=1, max_size=6))
def test_several_faces_are_joined_into_scores_between_theirs(seen: list[Judgement]) -> None:
    scores, trust = join(seen)
    every = np.stack([judgement.scores for judgement in seen])
    assert scores.sum() == pytest.approx(1, abs=1e-5)
    assert (scores <= every.max(axis=0) + 1e-5).all()
    assert (scores >= every.min(axis=0) - 1e-5).all()
    assert 0 <= trust <= 1


@given(judgements, st.floats(0, 0.5), st.floats(0.5, 1))
def test_the_face_seen_better_weighs_more(other: Judgement, poor: float, good: float) -> None:
    happy = one_hot(Emotion.HAPPY)
    at = EMOTIONS.index(Emotion.HAPPY)
    seen_poorly, _ = join([Judgement(happy, poor), Judgement(other.scores, 0.5)])
    seen_well, _ = join([Judgement(happy, good), Judgement(other.scores, 0.5)])
    assert seen_well[at] >= seen_poorly[at] - 1e-6


@given(st.lists(judgements, min_size=1, max_size=4), judgements)
def test_another_face_never_makes_the_judgement_less_reliable(
    seen: list[Judgement], another: Judgement
) -> None:
    assert join([*seen, another])[1] >= join(seen)[1]
