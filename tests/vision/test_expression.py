from pathlib import Path

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemood.emotion import Emotion, strongest
from edgemood.vision.expression import CLIP, SIDE, ExpressionModel, normalise

PAPERS = sorted((Path(__file__).parents[2] / "models" / "papers").glob("*.tflite"))

crops = arrays(np.uint8, st.tuples(st.integers(1, 120), st.integers(1, 120)))


@pytest.fixture(scope="module")
def model() -> ExpressionModel:
    return ExpressionModel(Path(__file__).parents[2] / "models" / "face_emotion.tflite")


@pytest.fixture(scope="module")
def smiling_face() -> np.ndarray:
    astronaut = skimage.data.astronaut()
    grey = (astronaut @ [0.299, 0.587, 0.114]).astype(np.uint8)
    return grey[65:175, 170:280]


@given(crops)
def test_every_crop_becomes_a_finite_bounded_picture_of_one_size(crop):
    faces = normalise(crop)
    assert faces.shape == (SIDE, SIDE, 1)
    assert faces.dtype == np.float32
    assert np.isfinite(faces).all()
    assert np.abs(faces).max() <= CLIP


@given(level=st.integers(0, 255), height=st.integers(1, 60), width=st.integers(1, 60))
def test_a_crop_without_contrast_becomes_grey(level, height, width):
    assert not normalise(np.full((height, width), level, dtype=np.uint8)).any()


@given(arrays(np.uint8, (SIDE, SIDE), elements=st.integers(0, 80)), st.integers(0, 50))
def test_brightness_and_contrast_of_the_camera_do_not_matter(crop, offset):
    if crop.std() < 5:
        crop[: SIDE // 2] += 20
    np.testing.assert_allclose(normalise(2 * crop + np.uint8(offset)), normalise(crop), atol=1e-4)


def test_the_faintest_contrast_is_not_blown_up_to_a_face():
    crop = np.full((SIDE, SIDE), 10, dtype=np.uint8)
    crop[::7] += 1
    assert np.abs(normalise(crop)).max() < 0.5


def test_an_8k_frame_and_a_single_pixel_are_crops_too(model: ExpressionModel):
    for shape in [(4320, 7680), (1, 1)]:
        assert np.isfinite(model.scores(np.zeros(shape, dtype=np.uint8))).all()


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((0, 5), dtype=np.uint8),
        np.zeros((48, 48, 3), dtype=np.uint8),
        np.zeros((48, 48), dtype=np.float32),
    ],
    ids=["empty", "colour", "float"],
)
def test_what_is_no_grey_picture_is_refused(crop):
    with pytest.raises(ValueError, match="expected a grey uint8 crop"):
        normalise(crop)


def test_scores_are_a_probability_vector(model: ExpressionModel, smiling_face):
    scores = model.scores(smiling_face)
    assert scores.shape == (7,)
    assert scores.dtype == np.float32
    assert scores.min() >= 0
    assert scores.sum() == pytest.approx(1, abs=1e-5)


def test_a_smile_is_judged_happy(model: ExpressionModel, smiling_face):
    assert strongest(model.scores(smiling_face)) is Emotion.HAPPY


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_a_papers_model_with_one_output_drops_in(path: Path, smiling_face):
    scores = ExpressionModel(path).scores(smiling_face)
    assert scores.shape == (7,)
    assert scores.sum() == pytest.approx(1, abs=1e-5)


def test_a_smile_in_half_the_light_is_still_judged_happy(model: ExpressionModel, smiling_face):
    assert strongest(model.scores(smiling_face // 2)) is Emotion.HAPPY
