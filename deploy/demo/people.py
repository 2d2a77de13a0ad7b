"""Photographs for the replay camera, out of the public-domain portrait in scikit-image.

The portrait is NASA's of Eileen Collins (1998), 512×512 RGB, as `skimage.data.astronaut`.
"""

from pathlib import Path

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from edgemood.vision.cameras.script import dim

_WIDTH_PX, _HEIGHT_PX = 640, 480
_HEAD_X, _HEAD_Y = 222, 120
_DISTANCES_PX = (430, 380, 340, 380)
"""width of the cut-out that fills the picture: she leans towards the camera and back"""


def photograph(folder: Path) -> None:
    """Fill an empty folder with PNG pictures of a smiling woman in front of a camera."""
    portrait = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR)
    for number, width_px in enumerate(_DISTANCES_PX):
        picture = _around_head(portrait, width_px)
        _write(folder / f"{2 * number:02d}.png", picture)
        _write(folder / f"{2 * number + 1:02d}.png", picture[:, ::-1])


def darken(folder: Path, light: float) -> None:
    """Take all but `light`, in [0, 1], from the photographs; whoever reads one gets it whole."""
    for path in sorted(folder.iterdir()):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        dark = folder.parent / f"dark {path.name}"
        _write(dark, dim(np.asarray(picture, dtype=np.uint8), light))
        dark.replace(path)


def _around_head(portrait: NDArray[np.uint8], width_px: int) -> NDArray[np.uint8]:
    """The part of the portrait with the head in it, as (480, 640, 3) uint8 BGR, 0-255."""
    height_px = width_px * _HEIGHT_PX // _WIDTH_PX
    left = min(max(_HEAD_X - width_px // 2, 0), portrait.shape[1] - width_px)
    top = max(_HEAD_Y - height_px // 2, 0)
    cut_out = portrait[top : top + height_px, left : left + width_px]
    return np.asarray(cv2.resize(cut_out, (_WIDTH_PX, _HEIGHT_PX)), dtype=np.uint8)


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    if not cv2.imwrite(str(path), picture):
        raise OSError(f"{path}: the picture could not be written")
