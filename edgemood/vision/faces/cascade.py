"""Finding faces on the box: a small network proposes, a cascade confirms.

The network looks at the whole picture in a few milliseconds and misses little, but alone it takes
one thing or another in most rooms for a face. Viola and Jones' cascade is hardly ever wrong, but
slow on whole pictures, and blind to small faces unless they are enlarged. Together they find more
faces than either with fewer false ones (`make detectors`).
"""

from __future__ import annotations

from pathlib import Path

import cv2
from cv2.data import haarcascades

from edgemood.vision.cameras.frame import Grey
from edgemood.vision.faces.faces import Face
from edgemood.vision.faces.network import NetDetector

MARGIN = 0.4
"""How much of what is around a face, as a share of its box, the cascade sees on every side."""

CLOSE_PX = 96
"""The width to which a proposed face is scaled for the cascade, whose own window has 20 pixels."""

TILTS_DEG = (0.0, 20.0, -20.0)
"""The cascade bears some ten degrees of tilt; the network far more."""

SCALE_STEP = 1.1
NEIGHBOURS = 2
"""Overlapping hits that confirm a face; on whole pictures it takes more to be as sure."""


class FaceSearch:
    """The box's `FaceDetector`: boxes of the network that the cascade agrees with."""

    def __init__(self, path: Path, logit_min: float = 0.0) -> None:
        """Load the network. Raises ModelError when the file cannot be used."""
        self._net = NetDetector(path, logit_min)
        self._cascade = cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_alt2.xml")

    def find(self, grey: Grey) -> list[Face]:
        return sorted(self.find_sure(grey), key=lambda face: face.width, reverse=True)

    def find_sure(self, grey: Grey) -> dict[Face, float]:
        """The faces and how sure the network is of each, as a logit; the surest first."""
        proposed = self._net.find_sure(grey)
        return {face: logit for face, logit in proposed.items() if self._confirms(grey, face)}

    def _confirms(self, grey: Grey, face: Face) -> bool:
        """Whether the cascade sees a face there, upright or on a tilted head."""
        region = face.crop(grey, MARGIN)
        scale = CLOSE_PX / max(face.width, face.height)
        size = (max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale)))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        close = cv2.resize(region, size, interpolation=way)
        return any(self._sees(turned(close, tilt_deg)) for tilt_deg in TILTS_DEG)

    def _sees(self, close: Grey) -> bool:
        least = (CLOSE_PX // 2, CLOSE_PX // 2)
        return len(self._cascade.detectMultiScale(close, SCALE_STEP, NEIGHBOURS, 0, least)) > 0


def turned(grey: Grey, angle_deg: float) -> Grey:
    """A picture turned about its middle, its edges continued."""
    if angle_deg == 0:
        return grey
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    whole: Grey = cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return whole
