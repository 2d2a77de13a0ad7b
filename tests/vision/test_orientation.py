"""Cameras hung upside down or sideways, with the box's own detector on a real photograph."""

from collections.abc import Iterable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.emotion import Emotion, as_scores
from edgemood.records import FaceEvidence, Reason
from edgemood.vision.cameras.frame import Frame
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.orientation import PROVEN_EVERY_S, Orientation

TURNS = {
    0: None,
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
HAPPY = as_scores([emotion is Emotion.HAPPY for emotion in Emotion])


@pytest.fixture(scope="module")
def search() -> FaceSearch:
    return FaceSearch(VisionConfig().detector)


@pytest.fixture(scope="module")
def somebody(portrait: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A room with somebody in it: 640×480."""
    room = np.full((480, 640), 128, np.uint8)
    room[120:360, 200:440] = cv2.resize(portrait[:300, 80:380], (240, 240))
    return room


@pytest.fixture(scope="module")
def nobody(still_life: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.resize(still_life, (640, 480))


def hung(picture: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """The picture of a camera whose pictures have to be turned by so much to stand upright."""
    turn = TURNS[-degrees % 360]
    return picture if turn is None else cv2.rotate(picture, turn)


def seen(at_s: float, faces: int, reason: Reason | None = Reason.NO_FACE) -> list[FaceEvidence]:
    scores = HAPPY if reason is None else None
    return [FaceEvidence(at_s, scores, float(reason is None), reason, faces, light=0.8)]


def shown(
    orientation: Orientation,
    search: FaceSearch,
    pictures: Iterable[NDArray[np.uint8]],
    start_s: float = 0.0,
) -> None:
    """Show pictures at two a second, judged as a room in which every face that is found counts."""
    for number, picture in enumerate(pictures):
        frame = orientation.upright(Frame(start_s + number / 2, picture))
        faces = len(search.find(frame.grey))
        orientation.check(frame, seen(frame.at_s, faces, None if faces else Reason.NO_FACE))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_camera_is_found_out_to_hang_another_way_up(
    search: FaceSearch, somebody: NDArray[np.uint8], degrees: int
) -> None:
    orientation = Orientation("auto", search)
    shown(orientation, search, [hung(somebody, degrees)] * 20)
    assert orientation.degrees == degrees
    assert str(degrees) in orientation.remark
    upright = orientation.upright(Frame(100.0, hung(somebody, degrees)))
    assert np.array_equal(upright.grey, somebody)


def test_a_camera_that_hangs_upright_is_left_alone(
    search: FaceSearch, somebody: NDArray[np.uint8], nobody: NDArray[np.uint8]
) -> None:
    orientation = Orientation("auto", search)
    shown(orientation, search, [somebody] * 10 + [nobody] * 20 + [somebody] * 10)
    assert orientation.degrees == 0
    assert orientation.remark == ""


def test_one_that_is_hung_up_again_is_followed(
    search: FaceSearch, somebody: NDArray[np.uint8]
) -> None:
    orientation = Orientation("auto", search)
    shown(orientation, search, [hung(somebody, 180)] * 20)
    pictures = [somebody] * int(2 * 5 * PROVEN_EVERY_S)
    shown(orientation, search, pictures, start_s=20.0)
    assert orientation.degrees == 0
    assert orientation.remark == ""


def test_with_somebody_upright_in_view_a_face_that_lies_changes_nothing(
    search: FaceSearch, somebody: NDArray[np.uint8]
) -> None:
    both = np.hstack([somebody, cv2.rotate(somebody, cv2.ROTATE_180)])
    orientation = Orientation("auto", search)
    shown(orientation, search, [both] * 40)
    assert orientation.degrees == 0


def test_what_the_owner_chose_holds_and_is_said_to_be_wrong_when_it_is(
    search: FaceSearch, somebody: NDArray[np.uint8]
) -> None:
    orientation = Orientation("90", search)
    shown(orientation, search, [hung(somebody, 180)] * 20)
    assert orientation.degrees == 90
    assert "camera.rotation: 180" in orientation.remark
    shown(orientation, search, [hung(somebody, 90)] * 20, start_s=20.0)
    assert orientation.remark == ""


def test_in_the_dark_nothing_is_looked_for(somebody: NDArray[np.uint8]) -> None:
    class Untouched:
        def find_sure(self, _grey: object) -> dict[object, float]:
            raise AssertionError("looked in the dark")

    orientation = Orientation("auto", Untouched())
    for number in range(20):
        frame = Frame(number / 2, somebody)
        assert not orientation.check(frame, seen(frame.at_s, 0, Reason.DARK))
