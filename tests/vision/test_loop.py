"""The whole sense on real photographs, cascade and model, in time that passes by waiting."""

import itertools
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from edgemood.config.schema import CameraConfig, Config, VisionConfig
from edgemood.pipe import Record, SenseReport, SenseState
from edgemood.records import FaceEvidence, Reason
from edgemood.vision.loop import watch

SILENCE_MAX_S = 2.0
Seen = list[tuple[float, Record]]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.yaml"


@pytest.fixture
def records_of(clock) -> Callable[..., Seen]:
    """Records of the first seconds, each with the second at which it came."""

    def play(camera: CameraConfig, seconds: float, **vision: object) -> Seen:
        config = Config(camera=camera, vision=VisionConfig.model_validate(vision))
        started_s = clock.now_s()
        records = (
            (clock.now_s() - started_s, record) for record in watch(config, clock, clock.wait)
        )
        return list(itertools.takewhile(lambda seen: seen[0] < seconds, records))

    return play


def evidence_between(seen: Seen, start_s: float, end_s: float) -> list[FaceEvidence]:
    return [
        record
        for at_s, record in seen
        if start_s <= at_s < end_s and isinstance(record, FaceEvidence)
    ]


def states(seen: Seen) -> list[SenseState]:
    """The states reported, without repetitions."""
    reported = [record.state for _, record in seen if isinstance(record, SenseReport)]
    return [state for state, _ in itertools.groupby(reported)]


def longest_silence_s(seen: Seen) -> float:
    return max(later[0] - earlier[0] for earlier, later in itertools.pairwise(seen))


def test_somebody_in_view_is_judged_at_the_frame_rate(records_of, photographs: Path) -> None:
    seen = records_of(CameraConfig(source="replay", path=photographs, frames_per_s=4), 1.9)
    evidence = evidence_between(seen, 0, 2)
    assert states(seen) == [SenseState.STARTING, SenseState.WORKING]
    assert len(evidence) == 8
    assert evidence[0].reason is Reason.NO_FACE  # nobody is believed to be there at first sight
    assert all(one.scores is not None and one.reliability > 0.5 for one in evidence[1:])


def test_when_the_lights_go_out_nobody_is_judged_until_they_are_on_again(
    records_of, photographs: Path, script: Path
) -> None:
    script.write_text(
        "- {at_s: 0, show: a-portrait.jpg}\n- {at_s: 2, light: 0.02}\n- {at_s: 4, light: 1}\n"
    )
    camera = CameraConfig(source="replay", path=photographs, script=script, frames_per_s=1)
    seen = records_of(camera, 6)
    assert {one.reason for one in evidence_between(seen, 1, 2)} == {None}
    assert {one.reason for one in evidence_between(seen, 2, 4)} == {Reason.DARK}
    assert {one.reason for one in evidence_between(seen, 4, 6)} == {None}
    assert all(one.light < 0.1 for one in evidence_between(seen, 2, 4))


def test_a_camera_that_hangs_is_a_fault_and_is_picked_up_again(
    records_of, photographs: Path, script: Path
) -> None:
    script.write_text("- {at_s: 2, freeze_s: 10}")
    camera = CameraConfig(source="replay", path=photographs, script=script, frames_per_s=1)
    seen = records_of(camera, 20)
    assert states(seen) == [
        SenseState.STARTING,
        SenseState.WORKING,
        SenseState.FAULT,
        SenseState.WORKING,
    ]
    assert not evidence_between(seen, 2, 12)
    assert evidence_between(seen, 16, 20)
    assert longest_silence_s(seen) <= SILENCE_MAX_S
    faults = {record.detail for _, record in seen if getattr(record, "state", "") == "fault"}
    assert faults == {"replay of photographs stopped delivering, as its script says"}


def test_a_missing_camera_is_reported_and_found_when_it_comes(
    records_of, tmp_path: Path, photographs: Path
) -> None:
    camera = CameraConfig(source="replay", path=tmp_path / "later", frames_per_s=1)
    missing = records_of(camera, 10)
    assert states(missing) == [SenseState.STARTING, SenseState.MISSING]
    assert longest_silence_s(missing) <= SILENCE_MAX_S
    photographs.rename(tmp_path / "later")
    assert SenseState.WORKING in states(records_of(camera, 5))


def test_a_camera_that_comes_while_the_sense_waits_is_picked_up(
    clock, tmp_path: Path, photographs: Path
) -> None:
    config = Config(camera=CameraConfig(source="replay", path=tmp_path / "later"))
    records = watch(config, clock, clock.wait)
    seen = [next(records) for _ in range(5)]
    assert seen[-1].state is SenseState.MISSING
    photographs.rename(tmp_path / "later")
    soon = itertools.islice(records, 20)
    assert any(isinstance(record, FaceEvidence) for record in soon)


def test_a_video_from_a_webcam_source_plays_ends_and_is_opened_again(
    records_of, video: Path
) -> None:
    seen = records_of(CameraConfig(source="opencv", device=str(video), frames_per_s=10), 8)
    assert states(seen)[:4] == [
        SenseState.STARTING,
        SenseState.WORKING,
        SenseState.FAULT,
        SenseState.WORKING,
    ]


def test_a_camera_switched_off_says_so_and_nothing_else(records_of) -> None:
    seen = records_of(CameraConfig(source="none"), 10)
    assert {record.detail for _, record in seen} == {"switched off in config.yaml"}
    assert states(seen) == [SenseState.MISSING]
    assert longest_silence_s(seen) <= SILENCE_MAX_S


def test_a_damaged_model_is_a_fault_that_ends_when_the_owner_restores_it(
    clock, tmp_path: Path, photographs: Path
) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(b"damaged")
    config = Config(
        camera=CameraConfig(source="replay", path=photographs), vision=VisionConfig(model=model)
    )
    records = watch(config, clock, clock.wait)
    started, *faults = [next(records) for _ in range(6)]
    assert started.state is SenseState.STARTING
    assert {fault.state for fault in faults} == {SenseState.FAULT}
    assert all(str(model) in fault.detail for fault in faults)
    model.write_bytes(VisionConfig().model.read_bytes())
    soon = itertools.islice(records, 20)
    assert any(isinstance(record, FaceEvidence) for record in soon)


def test_a_camera_that_hangs_upside_down_sees_people_and_says_so(
    records_of, photographs: Path, portrait
) -> None:
    for path in photographs.iterdir():
        path.unlink()
    cv2.imwrite(str(photographs / "upside-down.jpg"), cv2.rotate(portrait, cv2.ROTATE_180))
    seen = records_of(CameraConfig(source="replay", path=photographs), 20)
    assert all(one.scores is not None for one in evidence_between(seen, 15, 20))
    reports = [record for _, record in seen if isinstance(record, SenseReport)]
    assert "turned by 180°" in reports[-1].detail


def test_a_camera_that_the_owner_turned_sees_people_at_once(
    records_of, photographs: Path, portrait
) -> None:
    for path in photographs.iterdir():
        path.unlink()
    picture = cv2.rotate(portrait, cv2.ROTATE_90_COUNTERCLOCKWISE)
    cv2.imwrite(str(photographs / "sideways.jpg"), picture)
    camera = CameraConfig(source="replay", path=photographs, rotation="90")
    evidence = evidence_between(records_of(camera, 4), 0, 4)
    assert all(one.scores is not None for one in evidence[1:])


def test_a_slow_frame_rate_is_no_silence(records_of, photographs: Path) -> None:
    seen = records_of(CameraConfig(source="replay", path=photographs, frames_per_s=0.1), 25)
    assert len(evidence_between(seen, 0, 25)) == 3
    assert longest_silence_s(seen) <= SILENCE_MAX_S
