"""Golden vectors of the face detector, for the tests to compare other runtimes with.

`python -m edgemood.training.detector.golden` writes them for the file in `models/`; the training
does so itself. The inputs are smooth noise: no picture of a person is in the repository.
"""

from __future__ import annotations

import cv2
import numpy as np

from edgemood.tflite import Model
from edgemood.training.common.paths import MODELS, REPOSITORY
from edgemood.training.detector.checkpoint import INT8
from edgemood.vision.faces.grid import CELL_PX, CHANNELS
from edgemood.vision.faces.network import HEIGHT, WIDTH

GOLDEN = REPOSITORY / "tests" / "golden"

_BLUR_SIGMA = 6.0  # of the size of features in a room


def write() -> None:
    """Write `tests/golden/face_detector.npz`: `input` (2, 240, 320, 1) float16 and `output`."""
    shape = (HEIGHT // CELL_PX, WIDTH // CELL_PX, CHANNELS)
    model = Model(MODELS / INT8, (HEIGHT, WIDTH, 1), shape)
    noise = np.random.default_rng(0).standard_normal((2, HEIGHT, WIDTH))
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), _BLUR_SIGMA) for picture in noise])
    coarse = np.round(smooth / smooth.std() * 16) / 16  # sixteenths compress to a third
    inputs = coarse.clip(-3, 3).astype(np.float16)[..., np.newaxis]
    outputs = np.stack([model(values.astype(np.float32)) for values in inputs])
    path = (GOLDEN / INT8).with_suffix(".npz")
    np.savez_compressed(path, input=inputs, output=outputs.astype(np.float16))


if __name__ == "__main__":
    write()
