"""The Pi camera: what can be known without one; libcamera's own behaviour cannot be."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from edgemood.clock import ManualClock
from edgemood.errors import CameraError
from edgemood.vision.cameras.picamera import SIZE, PiCamera, frame_of, grey_plane, pi_camera_numbers

WIDTH, HEIGHT = SIZE
STRIDE = 704
SENSOR = {"Num": 1, "Id": "/base/soc/i2c0mux/i2c@1/imx708@1a", "Model": "imx708"}
WEBCAM = {"Num": 0, "Id": "/base/soc/usb@7e980000/usb-1.2:1.0-046d:0825", "Model": "C270"}


def yuv_buffer() -> np.ndarray:
    """A YUV420 buffer whose rows are padded with 255 to `STRIDE`."""
    grey = np.full((HEIGHT, STRIDE), 255, dtype=np.uint8)
    grey[:, :WIDTH] = np.arange(HEIGHT)[:, np.newaxis] % 200
    chroma = np.full(STRIDE * HEIGHT // 2, 128, dtype=np.uint8)
    return np.concatenate([grey.ravel(), chroma])


class PretendRequest:
    def __init__(self, camera: "PretendCamera") -> None:
        self._camera = camera
        camera.requests_held += 1

    def make_buffer(self, stream: str) -> np.ndarray:
        assert stream == "lores"
        return self._camera.buffer

    def get_metadata(self) -> dict[str, Any]:
        return {"Lux": 120.5, "AnalogueGain": 2.0, "ExposureTime": 33_000, "FocusFoM": 7}

    def release(self) -> None:
        self._camera.requests_held -= 1


class PretendCamera:
    """Stands for picamera2.Picamera2, which imports only beside libcamera."""

    cameras = (WEBCAM, SENSOR)
    latest: "PretendCamera"

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        return list(cls.cameras)

    def __init__(self, number: int) -> None:
        assert number == SENSOR["Num"]
        PretendCamera.latest = self
        self.camera_properties = {"Model": "imx708"}
        self.requests_held = 0
        self.buffer = yuv_buffer()
        self.hangs = self.closed = False

    def create_video_configuration(self, **streams: Any) -> dict[str, Any]:
        return streams

    def configure(self, configuration: dict[str, Any]) -> None:
        lores = configuration["lores"]
        assert lores["format"] == "YUV420"
        assert {"AeEnable", "ExposureTime"}.isdisjoint(configuration["controls"])
        self._configuration = {"lores": {**lores, "stride": STRIDE}}

    def camera_configuration(self) -> dict[str, Any]:
        return self._configuration

    def start(self) -> None:
        pass

    def capture_request(self, wait: float) -> PretendRequest:
        assert isinstance(wait, float)
        if self.hangs:
            raise TimeoutError
        return PretendRequest(self)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> type[PretendCamera]:
    module = ModuleType("picamera2")
    module.Picamera2 = PretendCamera  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return PretendCamera


def test_the_grey_plane_is_cut_out_of_its_padding() -> None:
    grey = grey_plane(yuv_buffer(), STRIDE)
    assert grey.shape == (HEIGHT, WIDTH)
    assert (grey == np.arange(HEIGHT)[:, np.newaxis] % 200).all()
    assert grey.flags.c_contiguous


@pytest.mark.parametrize("size", [0, 1, STRIDE * HEIGHT - 1])
def test_a_picture_cut_short_is_an_error(size: int) -> None:
    with pytest.raises(CameraError, match="cut short"):
        grey_plane(yuv_buffer()[:size], STRIDE)


def test_metadata_becomes_seconds_and_numbers() -> None:
    metadata = {"Lux": 12, "AnalogueGain": 8, "ExposureTime": 100_000}
    frame = frame_of(yuv_buffer(), STRIDE, metadata, at_s=3.0)
    assert (frame.at_s, frame.lux, frame.gain, frame.exposure_s) == (3.0, 12.0, 8.0, 0.1)


def test_metadata_that_is_missing_is_unknown() -> None:
    frame = frame_of(yuv_buffer(), STRIDE, {}, at_s=3.0)
    assert (frame.lux, frame.gain, frame.exposure_s) == (None, None, None)


def test_a_usb_webcam_is_not_taken_for_the_pi_camera() -> None:
    assert pi_camera_numbers([WEBCAM, SENSOR]) == [1]


def test_a_picture_and_its_metadata_come_from_one_request_that_is_given_back(
    pretend: type[PretendCamera], clock: ManualClock
) -> None:
    camera = PiCamera(clock)
    frame = camera.read()
    assert camera.name == "Pi camera imx708"
    assert frame.grey.shape == (HEIGHT, WIDTH)
    assert frame.lux == 120.5
    assert pretend.latest.requests_held == 0


def test_a_camera_that_hangs_is_an_error_and_not_a_hang(
    pretend: type[PretendCamera], clock: ManualClock
) -> None:
    camera = PiCamera(clock)
    pretend.latest.hangs = True
    with pytest.raises(CameraError, match="ribbon cable"):
        camera.read()
    camera.close()
    camera.close()
    assert pretend.latest.closed


def test_a_request_is_given_back_even_when_its_picture_is_damaged(
    pretend: type[PretendCamera], clock: ManualClock
) -> None:
    camera = PiCamera(clock)
    pretend.latest.buffer = np.zeros(7, dtype=np.uint8)
    with pytest.raises(CameraError, match="cut short"):
        camera.read()
    assert pretend.latest.requests_held == 0


def test_without_a_camera_on_the_ribbon_there_is_no_pi_camera(
    pretend: type[PretendCamera], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretend, "cameras", (WEBCAM,))
    with pytest.raises(CameraError, match="no Pi camera is connected"):
        PiCamera(clock)


def test_a_camera_in_use_is_an_error_and_is_closed(
    pretend: type[PretendCamera], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: PretendCamera) -> None:
        raise RuntimeError("Failed to acquire camera: Device or resource busy")

    monkeypatch.setattr(pretend, "start", busy)
    with pytest.raises(CameraError, match="resource busy"):
        PiCamera(clock)
    assert pretend.latest.closed
