import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.emotion import EMOTIONS, Emotion
from edgemood.records import FaceEvidence, Reason
from edgemood.vision.analyser import FaceJudge
from edgemood.vision.cameras.frame import Frame
from edgemood.vision.cameras.script import dim
from edgemood.vision.expression import SIDE, ExpressionModel
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.faces.faces import HaarDetector


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(VisionConfig().model)


def judge_once(
    model: ExpressionModel, picture: NDArray[np.uint8], **settings: object
) -> FaceEvidence:
    """What is said of a picture that stays in view; of several faces, that of the first."""
    return judge_all(model, picture, **settings)[0]


def judge_all(
    model: ExpressionModel, picture: NDArray[np.uint8], **settings: object
) -> list[FaceEvidence]:
    judge = FaceJudge(
        VisionConfig.model_validate(settings), FaceSearch(VisionConfig().detector), model
    )
    judge.judge(Frame(6.5, picture))
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


def test_a_face_is_resized_once_for_all_who_judge_it(
    model: ExpressionModel, portrait: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    resize, sizes = cv2.resize, []

    def counted(picture: NDArray[np.uint8], size: tuple[int, int], **way: int) -> object:
        sizes.append(size)
        return resize(picture, size, **way)

    monkeypatch.setattr(cv2, "resize", counted)
    judged = [each for each in judge_all(model, portrait) if each.scores is not None]
    assert len(judged) == 1
    assert sizes.count((SIDE, SIDE)) == 1


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
    blurred = cv2.GaussianBlur(portrait, (0, 0), 7)
    judge = FaceJudge(VisionConfig(), HaarDetector(), model)  # which finds faces as blurred as this
    judge.judge(Frame(6.5, blurred))
    (evidence,) = judge.judge(Frame(7.0, blurred))
    assert evidence.reason is Reason.FACE_BLURRED
    assert evidence.faces == 1


def test_each_of_two_people_is_evidence_of_their_own_the_nearer_first(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    near = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    far = np.zeros((400, 300), dtype=np.uint8)
    far[:300] = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_AREA)
    picture = np.hstack([far, near])
    everyone = judge_all(model, picture)
    (largest,) = judge_all(model, picture, people="largest")
    assert [one.track for one in everyone] == [1, 2]
    assert {one.faces for one in everyone} == {2}
    assert largest.faces == 2
    np.testing.assert_allclose(largest.scores, everyone[0].scores)


def test_when_the_nearest_leaves_the_next_one_makes_the_mood(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    near = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    far = np.zeros((400, 300), dtype=np.uint8)
    far[:300] = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_AREA)
    both, alone = np.hstack([far, near]), np.hstack([far, np.zeros_like(near)])
    vision = VisionConfig(people="largest")
    judge = FaceJudge(vision, FaceSearch(vision.detector), model)
    pictures = [both, both, both, alone, alone]
    seen = [judge.judge(Frame(0.5 * at, picture)) for at, picture in enumerate(pictures)]
    assert [[(one.track, one.faces) for one in each] for each in seen[1:]] == [
        *[[(1, 2)]] * 2,
        *[[(2, 1)]] * 2,
    ]


def test_each_of_several_people_is_trusted_by_how_well_they_are_seen(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    sharp = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(0).normal(0, 25, sharp.shape)
    dark = np.clip(sharp + grain, 0, 255).astype(np.uint8)
    seen = sorted(judge_all(model, np.hstack([sharp, dark])), key=lambda each: each.track)
    assert [each.track for each in seen] == [1, 2]
    assert min(seen[0].reliability, seen[1].reliability) > 0
    assert seen[0].reliability != seen[1].reliability


def test_a_face_that_says_nothing_clearly_is_counted_and_not_judged(
    model: ExpressionModel, portrait: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgemood.vision.analyser.TRUSTED_FROM", 1.0)
    evidence = judge_once(model, portrait)
    assert (evidence.reason, evidence.faces) == (Reason.FACE_UNCLEAR, 1)
    assert evidence.scores is None


def test_of_two_people_the_one_too_far_away_is_left_out(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    near = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    far = np.zeros((400, 300), dtype=np.uint8)
    far[:300] = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_AREA)
    (only,) = judge_all(model, np.hstack([far, near]), min_face_px=88)
    assert (only.reason, only.faces) == (None, 2)


def test_a_face_seen_for_the_first_time_is_waited_for(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    judge = FaceJudge(VisionConfig(), FaceSearch(VisionConfig().detector), model)
    (first,) = judge.judge(Frame(0.0, portrait))
    assert (first.reason, first.faces) == (Reason.NO_FACE, 0)
    (second,) = judge.judge(Frame(0.5, portrait))
    assert second.reason is None


def test_what_a_face_says_is_averaged_over_its_track(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    judge = FaceJudge(VisionConfig(), FaceSearch(VisionConfig().detector), model)
    pictures = [portrait, portrait, cv2.GaussianBlur(portrait, (0, 0), 2)]
    seen = [judge.judge(Frame(0.2 * at, picture))[0] for at, picture in enumerate(pictures)]
    alone = judge_once(model, pictures[-1])
    before, after = seen[1].scores, seen[2].scores
    assert before is not None
    assert after is not None
    assert alone.scores is not None
    assert np.abs(after - before).max() <= np.abs(alone.scores - before).max() + 1e-6


def test_what_a_face_said_before_a_press_is_not_averaged_in(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    judge = FaceJudge(VisionConfig(), FaceSearch(VisionConfig().detector), model)
    last = cv2.GaussianBlur(portrait, (0, 0), 2)
    for at, picture in enumerate([portrait, portrait, portrait]):
        judge.forget_before(0.5 if at == 2 else -math.inf)
        judge.judge(Frame(0.2 * at, picture))
    judge.forget_before(0.5)
    after = judge.judge(Frame(0.6, last))[0]
    alone = judge_once(model, last)
    assert after.scores is not None
    assert alone.scores is not None
    assert after.scores == pytest.approx(alone.scores, abs=0.02)


def test_dimmer_light_makes_the_same_face_less_reliable(
    model: ExpressionModel, portrait: NDArray[np.uint8]
) -> None:
    bright, dimmer = (judge_once(model, dim(portrait, light)) for light in (1.0, 0.32))
    assert 0 < dimmer.reliability < bright.reliability


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (480, 640), (4320, 7680)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_of_any_size_gives_a_reason_and_no_judgement(
    model: ExpressionModel, shape: tuple[int, int], level: int
) -> None:
    evidence = judge_once(model, np.full(shape, level, dtype=np.uint8))
    assert evidence.reason is (Reason.NO_FACE if level else Reason.DARK)
    assert 0 <= evidence.light <= 1
