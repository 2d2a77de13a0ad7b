import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgemood.config.schema import CameraConfig
from edgemood.errors import CameraError
from edgemood.vision.cameras.camera import READ_TIMEOUT_S
from edgemood.vision.cameras.replay import PHOTO_S, Replay, open_replay
from edgemood.vision.cameras.script import ROOM_LUX


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.yaml"


def replay(clock, path: Path, script: Path | None = None) -> Replay:
    config = CameraConfig(source="replay", path=path, script=script)
    return open_replay(config, clock, clock.now_s(), clock.wait)


def test_photographs_take_turns(clock, photographs: Path) -> None:
    camera = replay(clock, photographs)
    shapes = []
    for _ in range(4):
        shapes.append(camera.read().grey.shape)
        clock.wait(PHOTO_S)
    assert shapes == [(512, 512), (400, 600)] * 2


def test_damaged_photographs_are_told_of_once_and_left_out(
    clock, photographs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (photographs / "a-portrait.jpg").read_bytes()
    (photographs / "0-truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (photographs / "0-empty.png").touch()
    (photographs / "0-text.png").write_text("a letter")
    (photographs / "0-folder.png").mkdir()
    camera = replay(clock, photographs)
    with caplog.at_level(logging.WARNING):
        for _ in range(12):
            assert camera.read().grey.mean() > 50
            clock.wait(PHOTO_S)
    for name in ("0-truncated.jpg", "0-empty.png", "0-text.png", "0-folder.png"):
        assert caplog.text.count(name) == 1


def test_a_folder_of_nothing_but_damaged_photographs_is_an_error(clock, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    camera = replay(clock, tmp_path)
    with pytest.raises(CameraError, match=r"no photograph \(\.jpg, \.png\)"):
        camera.read()


def test_an_empty_folder_is_an_error(clock, tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="no photograph"):
        replay(clock, tmp_path)


def test_a_path_that_is_not_there_is_an_error(clock, tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="no such folder"):
        replay(clock, tmp_path / "nowhere")


def test_a_replay_without_a_path_says_which_key_is_missing(clock) -> None:
    with pytest.raises(CameraError, match=r"camera\.path"):
        open_replay(CameraConfig(source="replay"), clock, 0)


def test_a_video_begins_again_at_its_end(clock, video: Path) -> None:
    camera = replay(clock, video)
    assert [camera.read().grey.shape for _ in range(25)] == [(256, 256)] * 25


def test_the_light_of_the_script_dims_picture_and_lux(
    clock, photographs: Path, script: Path
) -> None:
    script.write_text("- {at_s: 1, light: 0.1}")
    camera = replay(clock, photographs, script)
    bright = camera.read()
    clock.wait(1)
    dark = camera.read()
    assert bright.lux == ROOM_LUX
    assert dark.lux == pytest.approx(ROOM_LUX / 10)
    assert dark.grey.mean() == pytest.approx(bright.grey.mean() / 10, abs=2)


def test_the_script_chooses_who_is_in_view(clock, photographs: Path, script: Path) -> None:
    script.write_text("- {at_s: 1, show: b-still-life.png}\n- {at_s: 9, show: a-portrait.jpg}")
    camera = replay(clock, photographs, script)
    shapes = {}
    for second in range(12):
        shapes[second] = camera.read().grey.shape
        clock.wait(1)
    assert {shapes[second] for second in range(1, 9)} == {(400, 600)}
    assert {shapes[second] for second in range(9, 12)} == {(512, 512)}


@pytest.mark.parametrize("source", ["photographs", "video"])
def test_a_script_that_shows_what_is_not_there_is_refused(
    request: pytest.FixtureRequest, clock, script: Path, source: str
) -> None:
    script.write_text("- {at_s: 1, show: nobody.png}")
    with pytest.raises(CameraError, match=r"nobody\.png"):
        replay(clock, request.getfixturevalue(source), script)


def test_a_frozen_camera_is_silent_for_the_timeout_and_then_an_error(
    clock, photographs: Path, script: Path
) -> None:
    script.write_text("- {at_s: 0, freeze_s: 5}")
    camera = replay(clock, photographs, script)
    before_s = clock.now_s()
    with pytest.raises(CameraError, match="stopped delivering"):
        camera.read()
    assert clock.now_s() == before_s + READ_TIMEOUT_S
    clock.wait(5)
    assert camera.read().grey.size


@pytest.mark.parametrize("shape", [(1, 1), (4320, 7680)])
def test_photographs_of_any_size_are_played(
    clock, tmp_path: Path, portrait: NDArray[np.uint8], shape: tuple[int, int]
) -> None:
    cv2.imwrite(str(tmp_path / "a.jpg"), cv2.resize(portrait, shape[::-1]))
    assert replay(clock, tmp_path).read().grey.shape == shape
