"""The expression model: from a grey face crop to scores over the seven emotions."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Scores, softmax
from edgemood.tflite import Model

SIDE = 48
"""Width and height of the model's input in pixels, as in FER2013."""

CONTRAST_FLOOR = 2.0
"""Least standard deviation in grey levels that is stretched to 1: below it a crop holds little but
quantisation and sensor noise, and a constant crop must not divide by zero."""

CLIP = 3.0
"""Limit of the standardised values; it spends the 256 int8 steps on the face, not on highlights."""


def normalise(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bring a grey crop to the model's input: (48, 48, 1) float32 in [-3, 3].

    `crop` is (height, width) uint8 of any size from 1×1. The result has mean 0 and deviation 1
    before clipping, so that neither exposure (offset) nor contrast (gain) of the camera matters.
    Raises ValueError for anything else than a grey picture with at least one pixel.
    """
    if crop.ndim != 2 or crop.size == 0 or crop.dtype != np.uint8:
        raise ValueError(f"expected a grey uint8 crop, got {crop.dtype} of shape {crop.shape}")
    pixels = at_model_size(crop).astype(np.float32)
    contrast = max(float(pixels.std()), CONTRAST_FLOOR)
    standardised = (pixels - pixels.mean()) / np.float32(contrast)
    clipped: NDArray[np.float32] = np.clip(standardised, -CLIP, CLIP)
    return clipped[..., np.newaxis]


def at_model_size(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey crop of any size as the model sees it, (48, 48) uint8."""
    if crop.shape == (SIDE, SIDE):
        return crop
    shrinks = min(crop.shape) > SIDE
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized: NDArray[np.uint8] = cv2.resize(crop, (SIDE, SIDE), interpolation=interpolation)
    return resized


class ExpressionModel:
    """Judges face crops with a TFLite model whose first output is calibrated logits."""

    def __init__(self, path: Path) -> None:
        """Load the model. Raises ModelError when the file cannot be used."""
        self._model = Model(path, (SIDE, SIDE, 1), (len(EMOTIONS),))

    def scores(self, crop: NDArray[np.uint8]) -> Scores:
        """Scores of a grey face crop, (height, width) uint8 of any size."""
        return softmax(self._model(normalise(crop)))
