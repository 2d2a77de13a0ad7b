"""Which camera the configuration means."""

from __future__ import annotations

import time
from collections.abc import Callable

from edgemood.clock import Clock
from edgemood.config.schema import CameraConfig
from edgemood.errors import CameraError
from edgemood.vision.cameras.camera import Camera


def open_camera(
    config: CameraConfig,
    clock: Clock,
    started_s: float,
    wait: Callable[[float], object] = time.sleep,
) -> Camera:
    """Open the camera that `config.source` names; its stack is only imported now.

    `started_s` is the clock's reading at which a replay began, `wait` sleeps for a number of
    seconds (a replay that plays a silent camera does). Raises CameraError when the camera
    is not there or cannot be used, and ValueError for the source ``none``.
    """
    match config.source:
        case "auto":
            return _open_any(config, clock)
        case "picamera2":
            from edgemood.vision.cameras.picamera import PiCamera

            return PiCamera(clock)
        case "opencv":
            from edgemood.vision.cameras.webcam import Webcam

            return Webcam(config.device, clock)
        case "replay":
            from edgemood.vision.cameras.replay import open_replay

            return open_replay(config, clock, started_s, wait)
        case "none":
            raise ValueError("the camera is switched off")


def _open_any(config: CameraConfig, clock: Clock) -> Camera:
    from edgemood.vision.cameras.picamera import PiCamera
    from edgemood.vision.cameras.webcam import Webcam, first_webcam

    try:
        return PiCamera(clock)
    except CameraError as pi_error:
        try:
            return Webcam(first_webcam(config.device), clock)
        except CameraError as webcam_error:
            raise CameraError(
                f"no camera: {pi_error}; {webcam_error}. "
                "Plug one in; until then the box goes on by listening alone."
            ) from webcam_error
