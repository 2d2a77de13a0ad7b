"""The sense as the daemon runs it: a process, a configuration line, records."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgemood.config.schema import CameraConfig, Config
from edgemood.pipe import Record, SenseReport, SenseState, decode
from edgemood.records import FaceEvidence

PATIENCE_S = 60
RECORDS_MAX = 20
"""records that may come before the first judgement: a face counts from its second picture on"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    folder = tmp_path / "working-folder"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "edgemood.vision"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield process
        process.kill()


def records_until_judged(process: subprocess.Popen[bytes], camera: CameraConfig) -> list[Record]:
    process.stdin.write(Config(camera=camera).model_dump_json().encode() + b"\n")
    process.stdin.flush()
    records: list[Record] = []
    for line in itertools.islice(process.stdout, RECORDS_MAX):
        record = decode(line)
        records.append(record)
        if isinstance(record, FaceEvidence) and record.scores is not None:
            return records
    raise AssertionError(records)


def test_only_records_come_out_and_closing_the_input_ends_it(
    process: subprocess.Popen[bytes], photographs: Path
) -> None:
    camera = CameraConfig(source="replay", path=photographs, frames_per_s=30)
    *reports, evidence = records_until_judged(process, camera)
    process.stdin.close()
    for line in process.stdout:
        assert isinstance(decode(line), FaceEvidence)
    assert process.wait(PATIENCE_S) == 0
    assert [report.state for report in reports if isinstance(report, SenseReport)] == [
        SenseState.STARTING,
        SenseState.WORKING,
    ]
    assert evidence.reliability > 0


def test_nothing_is_written_to_disk(
    process: subprocess.Popen[bytes], photographs: Path, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    records_until_judged(process, CameraConfig(source="replay", path=photographs))
    open_for_writing = [
        descriptor.resolve()
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir()
        if descriptor.resolve().is_file() and descriptor.lstat().st_mode & 0o200
    ]
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert open_for_writing == []
    assert after == before
