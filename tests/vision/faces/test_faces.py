import cv2
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from edgemood.vision.faces.faces import Face, HaarDetector

EYES = (222, 110)
"""between the eyes of the portrait, in its pixels"""


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector()


def test_a_face_is_found_where_it_is(detector: HaarDetector, portrait: NDArray[np.uint8]) -> None:
    (face,) = detector.find(portrait)
    assert face.x < EYES[0] < face.x + face.width
    assert face.y < EYES[1] < face.y + face.height
    assert 80 < face.width < 160
    assert face.crop(portrait).shape == (face.height, face.width)


def test_nobody_is_found_where_nobody_is(
    detector: HaarDetector, still_life: NDArray[np.uint8]
) -> None:
    assert detector.find(still_life) == []


def test_two_people_are_found_the_nearer_one_first(
    detector: HaarDetector, portrait: NDArray[np.uint8]
) -> None:
    near = cv2.resize(portrait, (400, 400), interpolation=cv2.INTER_AREA)
    far = np.zeros((400, 300), dtype=np.uint8)
    far[:300] = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_AREA)
    near_face, far_face = detector.find(np.hstack([far, near]))
    assert near_face.width > far_face.width
    assert near_face.x > 300 > far_face.x


@pytest.mark.parametrize("side", [512, 400, 358, 300, 250])
def test_one_person_is_one_face(
    detector: HaarDetector, portrait: NDArray[np.uint8], side: int
) -> None:
    smaller = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    assert len(detector.find(smaller)) == 1


def test_a_face_too_small_to_judge_is_still_found(
    detector: HaarDetector, portrait: NDArray[np.uint8]
) -> None:
    room = np.full((480, 640), 90, dtype=np.uint8)
    room[100:280, 200:380] = cv2.resize(portrait, (180, 180), interpolation=cv2.INTER_AREA)
    (face,) = detector.find(room)
    assert face.width < 48


def test_an_8k_picture_holds_the_same_face(
    detector: HaarDetector, portrait: NDArray[np.uint8]
) -> None:
    large = np.full((4320, 7680), 90, dtype=np.uint8)
    large[:, :4320] = cv2.resize(portrait, (4320, 4320))
    (face,) = detector.find(large)
    scale = 4320 / 512
    assert face.x < EYES[0] * scale < face.x + face.width
    assert face.y < EYES[1] * scale < face.y + face.height


def test_a_wider_crop_ends_at_the_edge_of_the_picture() -> None:
    picture = np.zeros((100, 200), dtype=np.uint8)
    assert Face(50, 20, 40, 40).crop(picture, margin=0.1).shape == (48, 48)
    assert Face(0, 60, 40, 40).crop(picture, margin=0.5).shape == (60, 60)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (23, 640), (24, 24)])
def test_a_picture_too_small_for_a_face_holds_none(
    detector: HaarDetector, shape: tuple[int, int]
) -> None:
    assert detector.find(np.zeros(shape, dtype=np.uint8)) == []


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_holds_no_face(detector: HaarDetector, level: int) -> None:
    assert detector.find(np.full((480, 640), level, dtype=np.uint8)) == []


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=24, max_side=64))
)
@settings(deadline=None)
def test_every_box_lies_inside_its_picture(picture: NDArray[np.uint8]) -> None:
    for face in HaarDetector().find(picture):
        assert face.crop(picture).shape == (face.height, face.width)
