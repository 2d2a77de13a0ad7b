"""Finding faces in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
from cv2.data import haarcascades

from edgemood.vision.frame import Grey


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is: a box in pixels of the picture, wholly inside it."""

    x: int
    """left edge"""
    y: int
    """top edge"""
    width: int
    height: int

    def crop(self, grey: Grey) -> Grey:
        """The face alone, (height, width) uint8; a view, not a copy."""
        return grey[self.y : self.y + self.height, self.x : self.x + self.width]


class FaceDetector(Protocol):
    """Finds faces that look towards the camera."""

    def find(self, grey: Grey) -> list[Face]:
        """The faces in the picture, the widest first; none in pictures too small to hold one."""
        ...


class HaarDetector:
    """Viola and Jones' boosted cascade (CVPR 2001), as trained by Lienhart and shipped in OpenCV 4.

    Its box, from brow to chin, is what the faces of FER2013 were cut out with. Pictures are scaled
    down to `LONGEST_SIDE` first, so that an 8K picture takes no longer than a small one.
    """

    LONGEST_SIDE = 480
    """At 640×480 faces are found from 32 pixels on: those too small to judge can be told so."""

    SMALLEST = 24
    """Least width of a face in the scaled picture; the cascade's own window is 20."""

    SCALE_STEP = 1.2
    NEIGHBOURS = 4
    """Overlapping hits a face needs. Step and neighbours were chosen on photographs of Labeled
    Faces in the Wild, shrunk and laid into pictures of other things."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_alt2.xml")

    def find(self, grey: Grey) -> list[Face]:
        height, width = grey.shape
        scale = min(1.0, self.LONGEST_SIDE / max(height, width))
        size = (round(width * scale), round(height * scale))
        if min(size) < self.SMALLEST:
            return []
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        boxes = self._cascade.detectMultiScale(
            small,
            scaleFactor=self.SCALE_STEP,
            minNeighbors=self.NEIGHBOURS,
            minSize=(self.SMALLEST, self.SMALLEST),
        )
        faces = [_enlarged(box, scale, width, height) for box in boxes]
        return sorted(faces, key=lambda face: face.width, reverse=True)


def _enlarged(box: tuple[int, int, int, int], scale: float, width: int, height: int) -> Face:
    """A box of the scaled picture in pixels of the whole one, cut at its edges."""
    left, top, right, bottom = (
        round(float(edge) / scale) for edge in (box[0], box[1], box[0] + box[2], box[1] + box[3])
    )
    right, bottom = min(right, width), min(bottom, height)
    return Face(left, top, right - left, bottom - top)
