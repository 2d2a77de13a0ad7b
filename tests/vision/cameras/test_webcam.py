import itertools
from contextlib import closing
from pathlib import Path

import pytest

from edgemood.clock import ManualClock
from edgemood.errors import CameraError
from edgemood.vision.cameras import webcam
from edgemood.vision.cameras.webcam import Webcam, first_webcam


def frames_left(camera: Webcam) -> int:
    """Pictures until the first error."""
    for frames in itertools.count():
        try:
            camera.read()
        except CameraError:
            return frames
    raise AssertionError


def test_a_video_file_ends(video: Path, clock: ManualClock) -> None:
    with closing(Webcam(str(video), clock)) as camera:
        for _ in range(10):
            camera.read()
        with pytest.raises(CameraError, match=r"video\.avi has come to its end"):
            camera.read()


def test_a_video_cut_short_gives_what_is_left_of_it(video: Path, clock: ManualClock) -> None:
    content = video.read_bytes()
    video.write_bytes(content[: len(content) // 2])
    with closing(Webcam(str(video), clock)) as camera:
        assert 0 < frames_left(camera) < 10


def test_damaged_pictures_are_passed_over_until_there_are_too_many(
    video: Path, clock: ManualClock
) -> None:
    content = bytearray(video.read_bytes())
    starts = [at for at in range(len(content)) if content[at : at + 3] == b"\xff\xd8\xff"]
    for at in starts[2:]:
        content[at : at + 200] = bytes(200)
    video.write_bytes(content)
    with closing(Webcam(str(video), clock)) as camera:
        assert frames_left(camera) >= 2


def test_a_file_that_is_no_video_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear webcam,")
    with pytest.raises(CameraError, match="neither a webcam nor a video"):
        Webcam(str(path), clock)


def test_the_first_webcam_is_the_one_that_udev_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webcam, "BY_ID", tmp_path)
    for name in ("usb-Beta-video-index0", "usb-Alpha-video-index1", "usb-Alpha-video-index0"):
        (tmp_path / name).touch()
    assert first_webcam(0) == str(tmp_path / "usb-Alpha-video-index0")
