"""The box's own search for faces, with the real network and cascade."""

from pathlib import Path

import cv2
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.errors import ModelError
from edgemood.vision.faces.cascade import FaceSearch, turned
from edgemood.vision.faces.network import NetDetector, normalise

EYES = (222, 110)
"""between the eyes of the portrait, in its pixels"""

SEARCH = FaceSearch(VisionConfig().detector)


def room_with(portrait: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    room = np.full((480, 640), 90, dtype=np.uint8)
    smaller = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    room[100 : 100 + side, 200 : 200 + side] = smaller
    return room


@pytest.mark.parametrize("side", [380, 300, 225, 180])
def test_a_face_is_found_where_it_is_near_or_far(portrait: NDArray[np.uint8], side: int) -> None:
    scale = side / 512
    (face,) = SEARCH.find(room_with(portrait, side))
    assert face.x < 200 + EYES[0] * scale < face.x + face.width
    assert face.y < 100 + EYES[1] * scale < face.y + face.height
    assert 70 * scale < face.width < 190 * scale


def test_nobody_is_found_where_nobody_is(still_life: NDArray[np.uint8]) -> None:
    assert SEARCH.find(still_life) == []


@pytest.mark.parametrize("name", ["chelsea", "brick", "grass", "page", "rocket"])
def test_neither_cats_nor_things_are_people(name: str) -> None:
    picture = getattr(skimage.data, name)()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    assert SEARCH.find(grey) == []


def test_the_cascade_only_ever_drops_what_the_network_proposes(
    portrait: NDArray[np.uint8],
) -> None:
    keen = VisionConfig().detector
    proposed = NetDetector(keen, logit_min=-2).find_sure(portrait)
    confirmed = FaceSearch(keen, logit_min=-2).find_sure(portrait)
    assert confirmed.items() <= proposed.items()
    assert len(confirmed) < len(proposed)


def test_an_8k_picture_holds_the_same_face(portrait: NDArray[np.uint8]) -> None:
    large = cv2.resize(portrait, (7680, 7680))
    (face,) = SEARCH.find(large)
    scale = 7680 / 512
    assert face.x < EYES[0] * scale < face.x + face.width
    assert face.y < EYES[1] * scale < face.y + face.height


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (480, 640)])
def test_an_even_picture_of_any_shape_holds_nobody(shape: tuple[int, int], level: int) -> None:
    assert SEARCH.find(np.full(shape, level, dtype=np.uint8)) == []


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=64))
)
@settings(max_examples=30)
def test_every_box_lies_inside_its_picture(picture: NDArray[np.uint8]) -> None:
    for face in NetDetector(VisionConfig().detector, logit_min=-6).find(picture):
        assert face.crop(picture).shape == (face.height, face.width)


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_the_network_sees_neither_exposure_nor_more_than_three_deviations(
    picture: NDArray[np.uint8],
) -> None:
    values = normalise(picture)
    assert values.shape == (*picture.shape, 1)
    assert np.abs(values).max() <= 3
    halved = normalise((picture // 2 + 60).astype(np.uint8))
    if picture.std() > 30:
        assert np.abs(values - halved).max() < 0.2


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"face\.tflite"):
        FaceSearch(tmp_path / "face.tflite")


@pytest.mark.parametrize("tilt_deg", [-20, 20])
def test_a_tilted_head_is_found(portrait: NDArray[np.uint8], tilt_deg: float) -> None:
    tilted = turned(portrait, tilt_deg)
    turn = cv2.getRotationMatrix2D((256, 256), tilt_deg, 1.0)
    x, y = turn @ (*EYES, 1)
    assert any(
        face.x < x < face.x + face.width and face.y < y < face.y + face.height
        for face in SEARCH.find(tilted)
    )
