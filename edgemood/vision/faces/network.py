"""The face net: finds faces with a small TFLite network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgemood.tflite import Model
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.faces.faces import Face
from edgemood.vision.faces.grid import CELL_PX, CHANNELS, distinct, read_grid

WIDTH, HEIGHT = 320, 240
"""of the net's input: a face of 20 pixels in a picture of 640×480 has 10"""

CONTRAST_FLOOR = 6.0
"""Least standard deviation in grey levels that is stretched to 1; below it there is only noise."""

CLIP = 3.0

OVERLAP_MAX = 0.5
"""share of the smaller of two boxes that both may have in common: cheek to cheek"""


def normalise(grey: Grey) -> NDArray[np.float32]:
    """A grey picture, (height, width) uint8, as the net wants it: (height, width, 1) float32."""
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    values = (grey.astype(np.float32) - mean) / np.float32(max(deviation, CONTRAST_FLOOR))
    clipped: NDArray[np.float32] = np.clip(values, -CLIP, CLIP)
    return clipped[..., np.newaxis]


class NetDetector:
    """Finds faces from about 16 pixels of a 640×480 picture on, up to those that fill it."""

    def __init__(self, path: Path, logit_min: float = 0.0) -> None:
        """Load the model. Raises ModelError when the file cannot be used.

        The threshold is folded into the model: 0 is where the training set it.
        """
        self._model = Model(
            path, (HEIGHT, WIDTH, 1), (HEIGHT // CELL_PX, WIDTH // CELL_PX, CHANNELS)
        )
        self._logit_min = logit_min

    def find(self, grey: Grey) -> list[Face]:
        return sorted(self.find_sure(grey), key=lambda face: face.width, reverse=True)

    def find_sure(self, grey: Grey) -> dict[Face, float]:
        """The faces and how sure each of them is, as a logit; the surest first."""
        height, width = grey.shape
        scale = min(WIDTH / width, HEIGHT / height)
        boxes = distinct(read_grid(self._model(_fitted(grey, scale)), self._logit_min), OVERLAP_MAX)
        faces = (
            _within(middle / scale, side / scale, width, height)
            for middle, side in zip(boxes.middles, boxes.sides.tolist(), strict=True)
        )
        sure = zip(faces, boxes.logits.tolist(), strict=True)
        return {face: logit for face, logit in sure if face is not None}


def _fitted(grey: Grey, scale: float) -> NDArray[np.float32]:
    """The picture as large as the net's input allows, in its upper left corner, grey beside it."""
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    values = np.zeros((HEIGHT, WIDTH, 1), dtype=np.float32)
    values[: size[1], : size[0]] = normalise(cv2.resize(grey, size, interpolation=way))
    return values


def _within(middle: NDArray[np.float32], side: float, width: int, height: int) -> Face | None:
    """A box in whole pixels, cut at the edges of the picture; None where it lies beside it."""
    left, top = (max(0, round(float(edge))) for edge in middle - side / 2)
    right, bottom = (round(float(edge)) for edge in middle + side / 2)
    right, bottom = min(right, width), min(bottom, height)
    if right - left < 1 or bottom - top < 1:
        return None
    return Face(left, top, right - left, bottom - top)
