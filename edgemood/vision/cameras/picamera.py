"""The Raspberry Pi's own camera, by picamera2 (a system package on Raspberry Pi OS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.clock import Clock
from edgemood.errors import CameraError
from edgemood.vision.cameras.camera import READ_TIMEOUT_S
from edgemood.vision.cameras.frame import Frame, Grey

SIZE = (640, 480)
"""Width and height: a face at three metres is still about 50 pixels wide."""

LONGEST_EXPOSURE_US = 100_000
"""Auto-exposure may go from video's 1/30 s to this in a dim room; longer blurs a moving face."""

START_TIMEOUT_S = 5.0
"""A sensor needs about a second to its first picture, on a busy Zero 2 W a few."""


class PiCamera:
    """The camera on the ribbon cable, with auto-exposure left on."""

    def __init__(self, clock: Clock) -> None:
        """Open the first one. Raises CameraError when there is none or it is in use."""
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError(
                "no Pi camera (picamera2 is not installed; on a Pi: apt install python3-picamera2)"
            ) from error
        numbers = pi_camera_numbers(Picamera2.global_camera_info())
        if not numbers:
            raise CameraError("no Pi camera is connected")
        self._clock = clock
        self._camera: Any = None
        try:
            self._camera = Picamera2(numbers[0])
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": SIZE},
                    lores={"size": SIZE, "format": "YUV420"},
                    controls={"FrameDurationLimits": (33_333, LONGEST_EXPOSURE_US)},
                    queue=False,  # a picture taken after it was asked for, none from the queue
                )
            )
            self._camera.start()
            self._camera.capture_request(wait=START_TIMEOUT_S).release()
            self._stride = int(self._camera.camera_configuration()["lores"]["stride"])
            self.name = f"Pi camera {self._camera.camera_properties.get('Model', '')}".rstrip()
        except Exception as error:  # picamera2 raises whatever its layers raise
            self.close()
            raise CameraError(f"the Pi camera cannot be opened ({error!r})") from error

    def read(self) -> Frame:
        try:
            request = self._camera.capture_request(wait=READ_TIMEOUT_S)
            try:
                buffer = request.make_buffer("lores")
                metadata = request.get_metadata()
            finally:
                request.release()
        except TimeoutError as error:
            raise CameraError(f"{self.name} stopped delivering; check its ribbon cable") from error
        except Exception as error:
            raise CameraError(f"{self.name} failed ({error}); check its ribbon cable") from error
        return frame_of(buffer, self._stride, metadata, self._clock.now_s())

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()


def pi_camera_numbers(cameras: list[dict[str, Any]]) -> list[int]:
    """Numbers of the cameras that are the Pi's own; libcamera lists USB webcams too."""
    return [int(camera["Num"]) for camera in cameras if "/usb" not in str(camera["Id"])]


def frame_of(
    buffer: NDArray[np.uint8], stride: int, metadata: Mapping[str, Any], at_s: float
) -> Frame:
    """The frame in a completed request: its YUV buffer and its metadata.

    Raises CameraError when the buffer is too short to hold a picture.
    """
    exposure_us = metadata.get("ExposureTime")
    return Frame(
        at_s=at_s,
        grey=grey_plane(buffer, stride),
        lux=_number(metadata.get("Lux")),
        gain=_number(metadata.get("AnalogueGain")),
        exposure_s=None if exposure_us is None else float(exposure_us) / 1e6,
    )


def grey_plane(buffer: NDArray[np.uint8], stride: int) -> Grey:
    """The luminance plane at the head of a YUV420 or NV12 buffer, rows padded to `stride` bytes.

    `buffer` is (bytes,) uint8; the result is (480, 640). Raises CameraError when it is too short.
    """
    width, height = SIZE
    if stride < width or buffer.size < stride * height:
        raise CameraError(f"the Pi camera gave a picture cut short ({buffer.size} bytes)")
    return np.ascontiguousarray(buffer[: stride * height].reshape(height, stride)[:, :width])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
