"""A clock that is moved by waiting, photographs of people and of none, and folders of them."""

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from edgemood.clock import ManualClock


class PlayedClock(ManualClock):
    """Time passes by waiting and not otherwise."""

    def wait(self, duration_s: float) -> None:
        asyncio.run(self.advance(duration_s))


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(start_s=100.0)


@pytest.fixture(scope="session")
def portrait() -> NDArray[np.uint8]:
    """Eileen Collins, smiling: 512×512 grey; a NASA photograph in the public domain."""
    return cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2GRAY)


@pytest.fixture(scope="session")
def still_life() -> NDArray[np.uint8]:
    """A cup of coffee and nobody: 600×400 grey, CC0."""
    return cv2.cvtColor(skimage.data.coffee(), cv2.COLOR_RGB2GRAY)


@pytest.fixture
def photographs(tmp_path: Path, portrait: NDArray[np.uint8], still_life: NDArray[np.uint8]) -> Path:
    """A folder in which somebody and nobody take turns."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    cv2.imwrite(str(folder / "a-portrait.jpg"), portrait)
    cv2.imwrite(str(folder / "b-still-life.png"), still_life)
    return folder


@pytest.fixture
def video(tmp_path: Path, portrait: NDArray[np.uint8]) -> Path:
    """A small video of ten pictures of somebody."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (256, 256))
    assert writer.isOpened()
    picture = cv2.cvtColor(cv2.resize(portrait, (256, 256)), cv2.COLOR_GRAY2BGR)
    for _ in range(10):
        writer.write(picture)
    writer.release()
    return path
