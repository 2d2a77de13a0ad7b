"""The detectors that were weighed against each other, all under the Protocol of the box."""

from __future__ import annotations

import cv2
from cv2.data import haarcascades

from edgemood.vision.cameras.frame import Grey
from edgemood.vision.faces.faces import Face, FaceDetector, HaarDetector, apart, enlarged


class Cascades:
    """Haar cascades by name, each on the picture and where asked on its mirror image, too."""

    def __init__(self, names: tuple[str, ...], mirrored: tuple[str, ...] = ()) -> None:
        self._plain = [_cascade(name) for name in names]
        self._mirrored = [_cascade(name) for name in mirrored]

    def find(self, grey: Grey) -> list[Face]:
        height, width = grey.shape
        scale = min(1.0, HaarDetector.LONGEST_SIDE / max(height, width))
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        boxes = [box for cascade in self._plain for box in _hits(cascade, small)]
        flipped = cv2.flip(small, 1)
        for cascade in self._mirrored:
            boxes += [(small.shape[1] - x - w, y, w, h) for x, y, w, h in _hits(cascade, flipped)]
        margin = HaarDetector.MARGIN
        return apart([enlarged(box, margin, scale, width, height) for box in boxes])


class Turned:
    """A detector that looks at the picture upright and turned to either side."""

    ANGLES_DEG = (0.0, 25.0, -25.0)

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector

    def find(self, grey: Grey) -> list[Face]:
        found: list[Face] = []
        height, width = grey.shape
        for angle in self.ANGLES_DEG:
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
            back = cv2.invertAffineTransform(turn)
            turned = cv2.warpAffine(grey, turn, (width, height)) if angle else grey
            for face in self._detector.find(turned):
                x, y = back @ (face.x + face.width / 2, face.y + face.height / 2, 1.0)
                left, top = round(x - face.width / 2), round(y - face.height / 2)
                found.append(Face(left, top, face.width, face.height))
        return apart(found)


def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(f"{haarcascades}haarcascade_{name}.xml")


def _hits(cascade: cv2.CascadeClassifier, small: Grey) -> list[tuple[int, int, int, int]]:
    least = (HaarDetector.SMALLEST, HaarDetector.SMALLEST)
    found = cascade.detectMultiScale(
        small, HaarDetector.SCALE_STEP, HaarDetector.NEIGHBOURS, minSize=least
    )
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]
