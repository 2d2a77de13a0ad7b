import cv2
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgemood.records import Reason
from edgemood.vision.expression import normalise
from edgemood.vision.faces.faces import HaarDetector
from edgemood.vision.fitted import BLURRED_BELOW, FACE_DARK_BELOW
from edgemood.vision.light import light_of_noise
from edgemood.vision.quality import (
    SHARP_FROM,
    look_at,
    obstacle,
    reliability,
    sharpness,
)

crops = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=80))
lights = st.floats(0, 1)
widths = st.integers(1, 8000)
details = st.floats(0, 10)
confidences = st.floats(0, 1)


@pytest.fixture(scope="module")
def face(portrait: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return HaarDetector().find(portrait)[0].crop(portrait)


@given(crops)
def test_the_sharpness_of_any_crop_is_a_number_from_0(crop: NDArray[np.uint8]) -> None:
    assert 0 <= sharpness(crop) < np.inf


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (90, 70)])
def test_a_blank_crop_has_no_sharpness(shape: tuple[int, int]) -> None:
    assert sharpness(np.full(shape, 128, dtype=np.uint8)) == pytest.approx(0)


def test_a_face_grows_less_sharp_the_more_it_is_blurred(face: NDArray[np.uint8]) -> None:
    blurred = [cv2.GaussianBlur(face, (0, 0), sigma) for sigma in (1, 3, 6, 12)]
    values = [sharpness(crop) for crop in (face, *blurred)]
    assert values == sorted(values, reverse=True)
    assert values[0] > SHARP_FROM
    assert values[-1] < BLURRED_BELOW


def test_dim_light_is_not_taken_for_blur(face: NDArray[np.uint8]) -> None:
    assert sharpness((face * 0.3).astype(np.uint8)) == pytest.approx(sharpness(face), rel=0.2)


def test_sensor_noise_does_not_make_a_blurred_face_sharp(face: NDArray[np.uint8]) -> None:
    blurred = cv2.GaussianBlur(face, (0, 0), face.shape[1] / 8)
    noise = np.random.default_rng(3).normal(0, 4, face.shape)
    assert sharpness(np.clip(blurred + noise, 0, 255).astype(np.uint8)) < BLURRED_BELOW


def test_a_small_face_is_too_far_away_even_when_sharp() -> None:
    assert obstacle(47, 1.0, min_face_px=48) is Reason.FACE_SMALL


def test_a_blurred_face_is_not_judged() -> None:
    assert obstacle(100, BLURRED_BELOW / 2, min_face_px=48) is Reason.FACE_BLURRED


def test_a_large_sharp_face_is_judged() -> None:
    assert obstacle(48, SHARP_FROM, min_face_px=48) is None


@given(lights, widths, details, confidences)
def test_reliability_lies_between_0_and_1(
    light: float, width: int, detail: float, confidence: float
) -> None:
    assert 0 <= reliability(light, width, detail, confidence) <= 1


@given(
    *[st.tuples(values, values).map(sorted) for values in (lights, widths, details, confidences)]
)
def test_reliability_never_falls_with_more_light_size_sharpness_or_confidence(
    light: list[float], width: list[int], detail: list[float], confidence: list[float]
) -> None:
    best = reliability(light[1], width[1], detail[1], confidence[1])
    assert reliability(light[0], width[1], detail[1], confidence[1]) <= best
    assert reliability(light[1], width[0], detail[1], confidence[1]) <= best
    assert reliability(light[1], width[1], detail[0], confidence[1]) <= best
    assert reliability(light[1], width[1], detail[1], confidence[0]) <= best


def test_a_sure_judgement_of_a_face_seen_well_is_reliable() -> None:
    assert reliability(1.0, 100, 1.0, 0.95) > 0.9


def test_a_doubtful_judgement_of_a_face_seen_badly_is_not() -> None:
    assert reliability(0.1, 24, 0.02, 0.4) < 0.4


def test_a_face_in_the_dark_is_not_judged() -> None:
    assert obstacle(100, SHARP_FROM, 48, light=FACE_DARK_BELOW / 2) is Reason.DARK


@given(crops, lights)
def test_a_look_sees_the_same_as_each_judge_of_the_crop_itself(
    crop: NDArray[np.uint8], light: float
) -> None:
    look = look_at(crop, crop.shape[1], light)
    assert look.sharpness == sharpness(crop)
    assert look.light == min(light, light_of_noise(crop))
    assert (normalise(look.pixels) == normalise(crop)).all()
