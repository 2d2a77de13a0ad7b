"""Cameras by OpenCV: USB webcams, and video files played as if they were one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2

from edgemood.clock import Clock
from edgemood.errors import CameraError
from edgemood.vision.cameras.frame import Frame, Grey

BY_ID = Path("/dev/v4l/by-id")
"""Where udev names webcams by what they are, not by the order in which they were plugged in."""

BAD_FRAMES_MAX = 5
"""Undecodable pictures in a row after which the camera counts as broken."""


class Webcam:
    """A webcam by number or device path, or a video file."""

    def __init__(self, device: int | str, clock: Clock) -> None:
        """Open it. Raises CameraError when it is missing or in use."""
        path = Path(f"/dev/video{device}" if isinstance(device, int) else device)
        if not path.exists():
            raise CameraError(f"there is no {path}")
        self.name = f"USB camera {device}" if isinstance(device, int) else path.name
        self._clock = clock
        self._live = path.is_char_device()
        self._capture = _open_device(path) if self._live else cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            self.close()
            raise CameraError(f"{path} cannot be opened: in use, or neither a webcam nor a video")

    def read(self) -> Frame:
        for _ in range(BAD_FRAMES_MAX):
            self._grab()
            if self._live:
                self._grab()  # the first one has waited in the driver since the last call
            good, picture = self._capture.retrieve()
            if good and picture is not None and picture.size:
                return Frame(self._clock.now_s(), grey_of(picture))
        raise CameraError(f"{self.name} gives pictures that cannot be decoded; try another cable")

    def close(self) -> None:
        self._capture.release()

    def _grab(self) -> None:
        if self._capture.grab():
            return
        if self._live:
            raise CameraError(f"{self.name} stopped delivering; was it unplugged?")
        raise CameraError(f"{self.name} has come to its end")


def first_webcam(device: int | str) -> int | str:
    """The first webcam that udev knows, else `device` where it exists.

    Raises CameraError when there is none.
    """
    known = sorted(BY_ID.glob("*-video-index0"))
    if known:
        return str(known[0])
    if Path(f"/dev/video{device}" if isinstance(device, int) else device).exists():
        return device
    raise CameraError("no webcam is plugged in")


def grey_of(picture: Any) -> Grey:
    """The grey picture of one decoded by OpenCV: (height, width) or (height, width, 3) BGR."""
    grey: Grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return grey


def _open_device(path: Path) -> Any:
    # OpenCV waits ten seconds for a webcam that fell silent; it takes a limit only from here.
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
    capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_V4L2)
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, 640)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, 480)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
