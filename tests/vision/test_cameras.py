"""What every camera must do, tried on those that can exist without hardware."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from edgemood.clock import ManualClock
from edgemood.config.schema import CameraConfig
from edgemood.errors import CameraError
from edgemood.vision.cameras.camera import Camera
from edgemood.vision.cameras.source import open_camera

OpenAgain = Callable[[], Camera]


class TestCamera:
    @pytest.fixture(params=["replay of photographs", "replay of a video", "OpenCV"])
    def config(
        self, request: pytest.FixtureRequest, photographs: Path, video: Path
    ) -> CameraConfig:
        return {
            "replay of photographs": CameraConfig(source="replay", path=photographs),
            "replay of a video": CameraConfig(source="replay", path=video),
            "OpenCV": CameraConfig(source="opencv", device=str(video)),
        }[request.param]

    @pytest.fixture
    def open_again(self, config: CameraConfig, clock: ManualClock) -> OpenAgain:
        return lambda: open_camera(config, clock, started_s=clock.now_s())

    @pytest.fixture
    def camera(self, open_again: OpenAgain) -> Iterator[Camera]:
        with closing(open_again()) as camera:
            yield camera

    def test_has_a_name_for_the_owner(self, camera: Camera) -> None:
        assert camera.name

    def test_gives_grey_pictures_of_the_present(self, camera: Camera, clock: ManualClock) -> None:
        for _ in range(3):
            frame = camera.read()
            assert frame.grey.dtype == np.uint8
            assert frame.grey.ndim == 2
            assert frame.grey.mean() > 50
            assert frame.at_s == clock.now_s()

    def test_does_not_make_up_what_it_cannot_know(self, camera: Camera) -> None:
        frame = camera.read()
        assert (frame.lux, frame.gain, frame.exposure_s) == (None, None, None)

    def test_can_be_closed_twice_and_opened_again(
        self, camera: Camera, open_again: OpenAgain
    ) -> None:
        camera.read()
        camera.close()
        camera.close()
        with closing(open_again()) as second:
            assert second.read().grey.size


def test_a_camera_that_is_not_there_is_named(clock: ManualClock) -> None:
    config = CameraConfig(source="opencv", device="/dev/v4l/by-id/usb-none-video-index0")
    with pytest.raises(CameraError, match="usb-none-video-index0"):
        open_camera(config, clock, started_s=0)


def test_without_any_camera_auto_says_so_and_that_the_box_listens(clock: ManualClock) -> None:
    config = CameraConfig(source="auto", device=99)
    with pytest.raises(CameraError, match=r"no camera: .*Pi camera.*webcam.*listening alone"):
        open_camera(config, clock, started_s=0)


def test_a_pi_camera_without_picamera2_says_how_to_get_it(clock: ManualClock) -> None:
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        open_camera(CameraConfig(source="picamera2"), clock, started_s=0)
