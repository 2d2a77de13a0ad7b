"""Golden vectors of the face detector, for the tests to compare other runtimes with.

`python -m edgemood.training.detector.golden` writes them for the file in `models/`; the training
does so itself. The inputs are smooth noise: no picture of a person is in the repository.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edgemood.training.common.golden import GOLDEN, write_golden
from edgemood.training.common.paths import MODELS
from edgemood.vision.faces.grid import CELL_PX, CHANNELS
from edgemood.vision.faces.network import HEIGHT, WIDTH

_BLUR_SIGMA = 6.0  # of the size of features in a room


def write(models: Path = MODELS, folder: Path = GOLDEN) -> None:
    """Write `face_detector.npz`: `input` (2, 240, 320, 1) and `output`, both float16."""
    shape = (HEIGHT // CELL_PX, WIDTH // CELL_PX, CHANNELS)
    noise = np.random.default_rng(0).standard_normal((2, HEIGHT, WIDTH))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), _BLUR_SIGMA) for picture in noise])
    coarse = np.round(smooth / smooth.std() * 16) / 16  # sixteenths compress to a third
    inputs = coarse.clip(-3, 3).astype(np.float16)[..., np.newaxis]
    write_golden(models / "face_detector.tflite", inputs, shape, folder, kept_as=np.float16)


if __name__ == "__main__":
    write()
