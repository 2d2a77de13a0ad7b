"""The detector's part of the scorecard, and the comparison it was chosen by.

`python -m edgemood.training.detector.evaluate` prints the rivals beside it (`make detectors`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.detector.baselines import Cascades, Turned
from edgemood.training.detector.compose import Scene
from edgemood.training.detector.data import Part, load_photos
from edgemood.training.detector.test_images import (
    anything_without,
    photographs_alone,
    rooms_with_somebody,
    rooms_without,
)
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.faces.faces import Face, FaceDetector, HaarDetector
from edgemood.vision.faces.network import NetDetector

_ASTRAY = 0.3
"""A box whose middle is further from the face's, as a share of its side, has not found it …"""
_RATIO = 1.7
"""… nor one that is so many times larger or smaller: the judge could make nothing of the crop."""

FALSE_PER_PICTURE = 0.02
"""Where the threshold is set: one box in fifty pictures is no face. The tracks drop it unless it
stays, and the judge would make little of it."""


@dataclass(frozen=True, slots=True)
class Test:
    """Everything that detectors are tried on, of one part of the data."""

    rooms: list[tuple[int, Scene]]
    alone: list[Scene]
    empty_rooms: list[Grey]
    anything: list[Grey]


def load_test(part: Part, data: Path) -> Test:
    """Compose the pictures of a part. Raises MissingDataError when something is not there."""
    photos = load_photos(part, data)
    return Test(
        list(rooms_with_somebody(photos, part)),
        list(photographs_alone(photos)),
        list(rooms_without(part)),
        list(anything_without(part)),
    )


def figures_of(detector: FaceDetector, test: Test) -> dict[str, Any]:
    """How many faces a detector finds, how often it is wrong, and what that costs."""
    began_s = time.process_time()
    found: dict[int, list[bool]] = defaultdict(list)
    false = 0
    for side, scene in test.rooms:
        hits, misses = _hits(detector.find(scene.grey), scene)
        found[side].append(hits > 0)
        false += misses
    frame_ms = 1000 * (time.process_time() - began_s) / len(test.rooms)
    return {
        "recall_by_px": {str(side): _share(hits) for side, hits in sorted(found.items())},
        "recall_from_36px": _share(hit for side, own in found.items() if side >= 36 for hit in own),
        "recall_filling": _share(_hits(detector.find(s.grey), s)[0] > 0 for s in test.alone),
        "false_beside_somebody": false / len(test.rooms),
        "false_in_empty_rooms": _boxes(detector, test.empty_rooms),
        "false_in_anything": _boxes(detector, test.anything),
        "frame_ms": round(frame_ms, 2),
    }


def choose_logit(detector: FaceSearch, test: Test) -> float:
    """The least logit at which boxes that are no face are as rare as `FALSE_PER_PICTURE`."""
    false: list[float] = []
    scenes = [scene for _, scene in test.rooms]
    for scene in scenes:
        sure = detector.find_sure(scene.grey)
        false += [logit for face, logit in sure.items() if not on_a_face(face, scene)]
    empty = test.empty_rooms + test.anything
    for grey in empty:
        false += detector.find_sure(grey).values()
    allowed = round(FALSE_PER_PICTURE * (len(scenes) + len(empty)))
    return sorted(false, reverse=True)[allowed] if len(false) > allowed else min(false, default=0.0)


def measure(models: Path, data: Path) -> dict[str, Any]:
    """The figures of the box's own detector and of the cascade it replaced, on the test part."""
    from edgemood.training.detector import checkpoint as detector_files

    test = load_test(Part.TEST, data)
    path = models / detector_files.INT8
    return {
        "detector": {
            **figures_of(FaceSearch(path), test),
            "haar": figures_of(HaarDetector(), test),
            "size_bytes": path.stat().st_size,
            "macs": detector_files.multiply_adds_of(models),
        }
    }


def _hits(faces: Iterable[Face], scene: Scene) -> tuple[int, int]:
    """How many boxes are on a face of the scene, and how many are not."""
    hits = misses = 0
    for face in faces:
        if on_a_face(face, scene):
            hits += 1
        else:
            misses += 1
    return hits, misses


def on_a_face(face: Face, scene: Scene) -> bool:
    """Whether a box has found one of the scene's faces."""
    return any(_finds(face, *box) for box in scene.boxes.tolist())


def _finds(face: Face, right: float, down: float, side: float) -> bool:
    near = max(abs(face.x + face.width / 2 - right), abs(face.y + face.height / 2 - down))
    ratio = max(face.width, face.height) / side
    return near <= _ASTRAY * side and 1 / _RATIO <= ratio <= _RATIO


def _share(hits: Iterable[bool]) -> float:
    every = list(hits)
    return sum(every) / len(every)


def _boxes(detector: FaceDetector, pictures: list[Grey]) -> float:
    """Boxes for each picture of nobody."""
    return sum(len(detector.find(picture)) for picture in pictures) / len(pictures)


def main() -> None:
    """Print the figures of every rival, on an eighth of the photographs of the test part."""
    cv2.setNumThreads(1)
    test = _some(load_test(Part.TEST, data_folder()))
    net = NetDetector(MODELS / "face_detector.tflite")
    rivals: dict[str, FaceDetector] = {
        "Haar alt2": Cascades(("frontalface_alt2",)),
        "Haar default": Cascades(("frontalface_default",)),
        "Haar alt2, profiles": Cascades(
            ("frontalface_alt2", "profileface"), mirrored=("profileface",)
        ),
        "Haar alt2, turned ±25°": Turned(Cascades(("frontalface_alt2",))),
        "net, confirmed by Haar alt2": FaceSearch(MODELS / "face_detector.tflite"),
        "net": net,
    }
    for name, detector in rivals.items():
        print(name, _rounded(figures_of(detector, test)), flush=True)


def _some(test: Test) -> Test:
    """Enough to compare by: cascades on turned pictures take a quarter of a second each."""
    return Test(
        test.rooms[: len(test.rooms) // 8],
        test.alone[: len(test.alone) // 8],
        test.empty_rooms,
        test.anything[::8],
    )


def _rounded(figures: Any) -> Any:
    if isinstance(figures, dict):
        return {name: _rounded(value) for name, value in figures.items()}
    return round(figures, 3) if isinstance(figures, float) else figures


if __name__ == "__main__":
    main()
