"""Cameras that are not there: photographs and videos from disk, under scripted light."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edgemood.clock import Clock
from edgemood.config.schema import CameraConfig
from edgemood.errors import CameraError
from edgemood.vision.cameras.camera import READ_TIMEOUT_S
from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.cameras.script import ROOM_LUX, Scene, Script, dim, read_script
from edgemood.vision.cameras.webcam import BAD_FRAMES_MAX, grey_of

PHOTO_S = 3.0
"""How long each photograph is in view when they take turns."""

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

log = logging.getLogger(__name__)


class Pictures(Protocol):
    """What a replay plays."""

    def picture(self, elapsed_s: float, show: str | None, /) -> Grey:
        """The picture to be seen `elapsed_s` seconds after the replay began; `show` names it.

        Raises CameraError when there is none left that can be read.
        """
        ...

    def close(self) -> None: ...


class Replay:
    """A camera that plays pictures from disk.

    What it shows depends on nothing but the time since the replay began, so that closing it after
    an error and opening it again does not turn a script back.
    """

    def __init__(
        self,
        name: str,
        pictures: Pictures,
        script: Script | None,
        clock: Clock,
        started_s: float,
        *,
        wait: Callable[[float], object],
    ) -> None:
        self.name = name
        self._pictures = pictures
        self._script = script
        self._clock = clock
        self._started_s = started_s
        self._wait = wait

    def read(self) -> Frame:
        elapsed_s = self._clock.now_s() - self._started_s
        scene = self._script.at(elapsed_s) if self._script else Scene()
        if scene.frozen:
            self._wait(READ_TIMEOUT_S)
            raise CameraError(f"{self.name} stopped delivering, as its script says")
        grey = self._pictures.picture(elapsed_s, scene.show)
        lux = ROOM_LUX * scene.light if self._script else None
        return Frame(self._clock.now_s(), dim(grey, scene.light), lux)

    def close(self) -> None:
        self._pictures.close()


class Photographs:
    """A folder of photographs that take turns; unreadable ones are told of once and left out."""

    def __init__(self, folder: Path) -> None:
        """Find the photographs. Raises CameraError when there are none."""
        self._folder = folder
        self._paths = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES
        )
        self._last: tuple[Path, Grey] | None = None
        self._require_some()

    def picture(self, elapsed_s: float, show: str | None, /) -> Grey:
        if show is not None:
            return self._read(self._folder / show)
        while True:
            path = self._paths[int(max(elapsed_s, 0) / PHOTO_S) % len(self._paths)]
            try:
                return self._read(path)
            except CameraError as error:
                log.warning("%s; it is left out", error)
                self._paths.remove(path)
                self._require_some()

    def close(self) -> None:
        self._last = None

    def _read(self, path: Path) -> Grey:
        if self._last is None or self._last[0] != path:
            self._last = (path, read_photograph(path))
        return self._last[1]

    def _require_some(self) -> None:
        if not self._paths:
            raise CameraError(f"{self._folder}: no photograph (.jpg, .png) that can be read")


class Video:
    """A video file, one picture further at each call, over and over."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises CameraError when it is not a video."""
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise CameraError(f"{path}: not a video that OpenCV can play")

    def picture(self, _elapsed_s: float, _show: str | None, /) -> Grey:
        for _ in range(BAD_FRAMES_MAX):
            good, picture = self._capture.read()
            if good and picture is not None and picture.size:
                return grey_of(picture)
            self._capture.release()
            self._capture.open(str(self._path))
        raise CameraError(f"{self._path}: a video without a picture that can be decoded")

    def close(self) -> None:
        self._capture.release()


def open_replay(
    config: CameraConfig,
    clock: Clock,
    started_s: float,
    wait: Callable[[float], object] = time.sleep,
) -> Replay:
    """Open the folder or video at `config.path`, with the script of `config.script` if any.

    Raises CameraError when either cannot be used.
    """
    path = config.path
    if path is None:
        raise CameraError("camera.path is not set; it names the photographs or video to replay")
    if not path.exists():
        raise CameraError(f"{path}: there is no such folder or video")
    script = read_script(config.script) if config.script else None
    pictures: Pictures = Photographs(path) if path.is_dir() else Video(path)
    for name in sorted(script.shown) if script else ():
        if not (path / name).is_file():
            raise CameraError(f"{config.script}: shows {name}, which is not in {path}")
    return Replay(f"replay of {path.name}", pictures, script, clock, started_s, wait=wait)


def read_photograph(path: Path) -> Grey:
    """A photograph as a grey picture. Raises CameraError when it is damaged or not one."""
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise CameraError(f"{path}: cannot be read ({error.strerror})") from error
    grey = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
    if grey is None:
        raise CameraError(f"{path}: a damaged picture, or none at all")
    picture: Grey = grey
    return picture
