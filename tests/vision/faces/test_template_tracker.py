"""Glances between searches, with the real network and cascade, on pictures of somebody."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgemood.config.schema import VisionConfig
from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.faces.cascade import FaceSearch, turned
from edgemood.vision.faces.faces import Face
from edgemood.vision.faces.template_tracker import SEARCH_EVERY_S, Glances, likeness
from edgemood.vision.faces.tracks import Tracks, overlap


class Counted:
    """The box's own search, which remembers how often it was asked."""

    def __init__(self) -> None:
        self._search = FaceSearch(VisionConfig().detector)
        self.searches = 0

    def find(self, grey: Grey) -> list[Face]:
        self.searches += 1
        return self._search.find(grey)


@pytest.fixture
def detector() -> Counted:
    return Counted()


@pytest.fixture
def glances(detector: Counted) -> Glances:
    return Glances(detector)


def room_with(portrait: NDArray[np.uint8], left: int, top: int, noise: float = 0.0) -> Grey:
    room = np.full((480, 640), 90, dtype=np.float32)
    room[top : top + 300, left : left + 300] = cv2.resize(portrait, (300, 300))
    room += np.random.default_rng(left).normal(0, noise, room.shape)
    return np.clip(room, 0, 255).astype(np.uint8)


def test_who_sits_still_is_searched_for_every_two_seconds_only(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    tracks, followed = Tracks(), []
    for number in range(12):
        picture = room_with(portrait, 100 + 2 * (number % 3), 100, noise=4)
        faces = glances.find(Frame(0.5 * number, picture), settled=tracks.settled)
        followed.append(len(tracks.follow(faces, 0.5 * number)))
    assert followed == [0] + [1] * 11
    assert detector.searches == 2 + round((5.5 - 0.5) // SEARCH_EVERY_S)


def test_a_face_that_moves_a_little_takes_its_box_along(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    (before,) = glances.find(Frame(0.0, room_with(portrait, 100, 100)), settled=False)
    (after,) = glances.find(Frame(0.5, room_with(portrait, 110, 94)), settled=True)
    assert detector.searches == 1
    assert (after.x - before.x, after.y - before.y) == pytest.approx((10, -6), abs=3)


def test_whoever_leaves_is_gone_in_the_next_picture(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    glances.find(Frame(0.0, room_with(portrait, 100, 100)), settled=False)
    empty = np.full((480, 640), 90, dtype=np.uint8)
    assert glances.find(Frame(0.5, empty), settled=True) == []
    assert detector.searches == 2


@pytest.mark.parametrize("change", ["turns", "tilts", "moves"])
def test_who_turns_or_moves_far_is_searched_for(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8], change: str
) -> None:
    here = room_with(portrait, 100, 100)
    glances.find(Frame(0.0, here), settled=False)
    there = {
        "turns": np.ascontiguousarray(here[:, ::-1]),
        "tilts": turned(here, 25.0),
        "moves": room_with(portrait, 250, 100),
    }[change]
    found = glances.find(Frame(0.5, there), settled=True)
    assert detector.searches == 2
    assert found == FaceSearch(VisionConfig().detector).find(there)


def test_what_was_found_once_is_never_taken_on_trust(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    tracks = Tracks()
    for number in range(2):
        faces = glances.find(Frame(0.5 * number, portrait), settled=tracks.settled)
        tracks.follow(faces, 0.5 * number)
    assert detector.searches == 2


def test_somebody_who_joins_is_found_within_two_seconds(
    glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    alone = room_with(portrait, 20, 100)
    both = np.hstack([alone[:, :320], alone[:, :320]])
    glances.find(Frame(0.0, alone), settled=False)
    counts = [len(glances.find(Frame(at_s, both), settled=True)) for at_s in (1.0, SEARCH_EVERY_S)]
    assert counts == [1, 2]


def test_dimmer_light_is_not_taken_for_somebody_else(
    detector: Counted, glances: Glances, portrait: NDArray[np.uint8]
) -> None:
    picture = room_with(portrait, 100, 100)
    (before,) = glances.find(Frame(0.0, picture), settled=False)
    (after,) = glances.find(Frame(0.5, (picture * 0.6).astype(np.uint8)), settled=True)
    assert detector.searches == 1
    assert overlap(before, after) > 0.9


@pytest.mark.parametrize("corner", [(0, 0), (340, 0), (0, 180), (340, 180)])
def test_boxes_stay_in_the_picture(
    glances: Glances, portrait: NDArray[np.uint8], corner: tuple[int, int]
) -> None:
    left, top = corner
    picture = room_with(portrait, left, top)
    glances.find(Frame(0.0, picture), settled=False)
    for face in glances.find(Frame(0.5, np.roll(picture, (7, -9), (0, 1))), settled=True):
        assert face.crop(picture).shape == (face.height, face.width)


def test_a_blank_wall_is_like_nothing() -> None:
    wall = np.full((48, 48), 120, dtype=np.uint8)
    look = np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)
    assert likeness(look, wall)[0] < 0.5
