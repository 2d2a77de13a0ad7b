"""The papers' networks on the box: named in the owner's file, read, and asked about a room."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgemood.config import load
from edgemood.config.schema import MODELS
from edgemood.pipe import SenseReport, SenseState, decode
from edgemood.records import FaceEvidence

FILES = sorted((MODELS / "papers").glob("*.tflite"))
LOOKS_MAX = 20


@pytest.fixture
def config_file(tmp_path: Path, photographs: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"camera:\n  source: replay\n  path: {photographs}\n  frames_per_s: 30\n"
        "vision:\n  model: papers-model.tflite\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def sight() -> Iterator[subprocess.Popen[bytes]]:
    """The process of the sense as the daemon starts it, before it is configured."""
    with subprocess.Popen(
        [sys.executable, "-m", "edgemood.vision"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_papers_model_named_in_the_owners_file_judges_who_is_in_the_room(
    file: Path, config_file: Path, sight: subprocess.Popen[bytes]
):
    (config_file.parent / "papers-model.tflite").write_bytes(file.read_bytes())
    config = load(config_file)
    assert config.vision.model == config_file.parent / "papers-model.tflite"
    sight.stdin.write(config.model_dump_json().encode() + b"\n")
    sight.stdin.flush()
    records = [decode(line) for line in itertools.islice(sight.stdout, LOOKS_MAX)]
    states = [record.state for record in records if isinstance(record, SenseReport)]
    seen = [record for record in records if isinstance(record, FaceEvidence) and record.faces]
    assert states == [SenseState.STARTING, SenseState.WORKING]
    assert seen
    for evidence in seen:
        if evidence.scores is not None:
            assert evidence.scores.shape == (7,)
            assert evidence.scores.sum() == pytest.approx(1, abs=1e-5)


def test_another_nets_file_is_refused_with_what_is_wrong_and_what_was_wanted(
    config_file: Path, sight: subprocess.Popen[bytes]
):
    speech = (MODELS / "speech_emotion.tflite").read_bytes()
    (config_file.parent / "papers-model.tflite").write_bytes(speech)
    sight.stdin.write(load(config_file).model_dump_json().encode() + b"\n")
    sight.stdin.flush()
    starting, fault = (decode(line) for line in itertools.islice(sight.stdout, 2))
    assert (starting.state, fault.state) == (SenseState.STARTING, SenseState.FAULT)
    assert "made for something else" in str(fault)
    assert "(48, 48, 1)" in str(fault)
