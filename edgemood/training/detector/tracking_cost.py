"""What glances save while somebody sits there, and what they miss: a part of `make detectors`.

`python -m edgemood.training.detector.tracking_cost [choose]` plays evenings of photographs that
sway in a room, and prints how much alike other faces and rooms are to a face that was found.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.detector.compose import Scene
from edgemood.training.detector.data import Part, Photo, load_backgrounds, load_photos
from edgemood.training.detector.evaluate import on_a_face
from edgemood.training.detector.test_images import evenings
from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.faces.faces import Face
from edgemood.vision.faces.template_tracker import PATCH_PX, REACH, Glances, likeness
from edgemood.vision.faces.tracks import Tracks

PAUSE_S = 0.5
"""between two pictures, as `camera.frames_per_s` has it"""

Look = Callable[[Frame, Tracks], list[Face]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of some evenings."""

    followed: float
    """share of the pictures with somebody, but for the first, in which their face is followed"""
    astray: float
    """tracks for each picture that are on nobody's face"""
    frame_ms: float
    """processor time for each picture while somebody is there"""

    def __str__(self) -> str:
        return (
            f"followed {self.followed:.1%}, astray {self.astray:.2%}, "
            f"{self.frame_ms:.1f} ms a picture"
        )


def watch(nights: Sequence[list[Scene]], look_of: Callable[[], Look]) -> Watched:
    """Follow faces through evenings, each before a camera of its own."""
    followed: list[bool] = []
    astray = spent_s = 0.0
    for night in nights:
        tracks, look = Tracks(), look_of()
        for number, scene in enumerate(night):
            frame = Frame(PAUSE_S * number, scene.grey)
            began_s = time.process_time()
            seen = tracks.follow(look(frame, tracks), frame.at_s)
            own_s = time.process_time() - began_s
            right = [on_a_face(track.face, scene) for track in seen]
            astray += len(right) - sum(right)
            if len(scene.boxes) and number:
                followed.append(any(right))
                spent_s += own_s
    pictures = sum(len(night) for night in nights)
    return Watched(float(np.mean(followed)), astray / pictures, 1000 * spent_s / len(followed))


def alike(photos: Sequence[Photo], rooms: Sequence[Grey]) -> dict[str, list[float]]:
    """How much a face looks like another person's in its place, and like a piece of a room."""
    dice = np.random.default_rng(5)
    found: dict[str, list[float]] = {"somebody else": [], "a room": []}
    for one, other in itertools.pairwise(photos):
        look = _patch(one, 0.0)
        found["somebody else"].append(likeness(look, _patch(other, REACH))[0])
        room = rooms[int(dice.integers(len(rooms)))]
        span = int(dice.uniform(0.1, 0.5) * min(room.shape))
        y, x = (int(dice.integers(length - span)) for length in room.shape)
        side = round(PATCH_PX * (1 + 2 * REACH))
        piece = cv2.resize(room[y : y + span, x : x + span], (side, side))
        found["a room"].append(likeness(look, piece)[0])
    return found


def _patch(photo: Photo, margin: float) -> Grey:
    """The face as a glance compares it."""
    reach = round(margin * photo.side)
    pad = photo.side
    whole = cv2.copyMakeBorder(photo.grey, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    x, y = photo.x + pad - reach, photo.y + pad - reach
    span = photo.side + 2 * reach
    side = round(PATCH_PX * (1 + 2 * margin))
    small: Grey = cv2.resize(
        whole[y : y + span, x : x + span], (side, side), interpolation=cv2.INTER_AREA
    )
    return small


def main() -> None:
    """Print both, on the test part unless another is named."""
    cv2.setNumThreads(1)
    part = Part(sys.argv[1]) if len(sys.argv) > 1 else Part.TEST
    photos = load_photos(part, data_folder())
    for what, values in alike(photos, load_backgrounds(part)[0]).items():
        print(f"alike to {what}: half {np.median(values):.2f}, at most {max(values):.2f}")
    search = FaceSearch(MODELS / "face_detector.tflite")
    nights = list(evenings(photos[::2], part))
    print("search in every picture:", watch(nights, lambda: _searching(search)), flush=True)
    print("glances between searches:", watch(nights, lambda: _glancing(search)))


def _searching(search: FaceSearch) -> Look:
    return lambda frame, _: search.find(frame.grey)


def _glancing(search: FaceSearch) -> Look:
    glances = Glances(search)
    return lambda frame, tracks: glances.find(frame, settled=tracks.settled)


if __name__ == "__main__":
    main()
