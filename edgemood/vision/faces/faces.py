"""Finding faces in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

import cv2
from cv2.data import haarcascades

from edgemood.vision.cameras.frame import Grey


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is: a box in pixels of the picture, wholly inside it."""

    x: int
    """left edge"""
    y: int
    """top edge"""
    width: int
    height: int

    def crop(self, grey: Grey, margin: float = 0.0) -> Grey:
        """The face alone, (height, width) uint8, as far as the picture reaches; a view, no copy.

        `margin` widens the box on every side by that part of its own size.
        """
        across, down = round(self.width * margin), round(self.height * margin)
        top, left = max(0, self.y - down), max(0, self.x - across)
        return grey[top : self.y + self.height + down, left : self.x + self.width + across]


class FaceDetector(Protocol):
    """Finds faces that look towards the camera."""

    def find(self, grey: Grey) -> list[Face]:
        """The faces in the picture, the widest first; none in pictures too small to hold one."""
        ...


class HaarDetector:
    """Viola and Jones' boosted cascade (CVPR 2001), as trained by Lienhart and shipped in OpenCV 4.

    Pictures are scaled down to `LONGEST_SIDE` first, so that an 8K picture takes no longer than a
    small one. Step, neighbours and sizes were chosen on photographs of Labeled Faces in the Wild,
    as they are and shrunk into pictures of other things.
    """

    LONGEST_SIDE = 480
    """At 640×480 faces are found from 35 pixels on: those too small to judge can be told so."""

    SMALLEST = 26
    """Least width of a face in the scaled picture; the cascade's own window is 20."""

    SCALE_STEP = 1.1
    NEIGHBOURS = 4
    """Overlapping hits that a face needs."""

    MARGIN = 0.1
    """The cascade's boxes cut chin and brows off more closely than the faces of FER2013 are cut;
    chosen by the likelihood of the labels on photographs of Labeled Faces in the Wild."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_alt2.xml")

    def find(self, grey: Grey) -> list[Face]:
        height, width = grey.shape
        scale = min(1.0, self.LONGEST_SIDE / max(height, width))
        size = (round(width * scale), round(height * scale))
        if min(size) < self.SMALLEST:
            return []
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        boxes, confirmations = self._cascade.detectMultiScale2(
            small,
            scaleFactor=self.SCALE_STEP,
            minNeighbors=self.NEIGHBOURS,
            minSize=(self.SMALLEST, self.SMALLEST),
        )
        by_trust = sorted(zip(confirmations, boxes, strict=True), key=itemgetter(0), reverse=True)
        faces = apart([enlarged(box, self.MARGIN, scale, width, height) for _, box in by_trust])
        return sorted(faces, key=lambda face: face.width, reverse=True)


def enlarged(
    box: tuple[int, int, int, int], margin: float, scale: float, width: int, height: int
) -> Face:
    """A box of the scaled picture in pixels of the whole one, widened, cut at its edges.

    `margin` is added on every side, as a part of the box's own size.
    """
    x, y, across, down = (float(length) / scale for length in box)
    left, top = max(0, round(x - margin * across)), max(0, round(y - margin * down))
    right = min(width, round(x + (1 + margin) * across))
    bottom = min(height, round(y + (1 + margin) * down))
    return Face(left, top, right - left, bottom - top)


def apart(faces: list[Face]) -> list[Face]:
    """The faces without second boxes around the same one; the first of them stays."""
    kept: list[Face] = []
    for face in faces:
        if not any(_same(face, other) for other in kept):
            kept.append(face)
    return kept


def _same(one: Face, other: Face) -> bool:
    """Whether the middle of one box lies in the other: heads are not that close."""
    return _holds_middle(one, other) or _holds_middle(other, one)


def _holds_middle(box: Face, other: Face) -> bool:
    x, y = other.x + other.width / 2, other.y + other.height / 2
    return box.x < x < box.x + box.width and box.y < y < box.y + box.height
