"""Golden vectors: what the face model gave where it was made, for the tests to compare with.

`python -m edgemood.training.face.golden` writes them for the file in `models/`; the training does
so itself. The inputs are smooth noise: no picture of a person is in the repository.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.training.common.golden import GOLDEN, write_golden
from edgemood.training.common.paths import MODELS
from edgemood.vision.expression import SIDE

_SAMPLES = 4
_BLUR_SIGMA = 2.0  # neighbours in a face are alike


def write(models: Path = MODELS, folder: Path = GOLDEN) -> None:
    """Write `face_emotion.npz`: `input` (4, 48, 48, 1) float16, `output` (4, 7)."""
    write_golden(models / "face_emotion.tflite", _smooth_noise(), (len(EMOTIONS),), folder)


def _smooth_noise() -> NDArray[np.float16]:
    noise = np.random.default_rng(0).standard_normal((_SAMPLES, SIDE, SIDE))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), _BLUR_SIGMA) for picture in noise])
    scaled: NDArray[np.float16] = (smooth / smooth.std()).astype(np.float16)[..., np.newaxis]
    return scaled


if __name__ == "__main__":
    write()
