"""`python -m edgemood.hearing` as the daemon runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from edgemood.config.schema import Config, HearingConfig, MicrophoneConfig
from edgemood.pipe import SenseReport, SenseState, decode
from edgemood.records import VoiceEvidence

Start = Callable[[Config], subprocess.Popen[bytes]]


NO_FILES = ("prlimit", "--fsize=0")
"""Whatever is written to a file fails; pipes go on working."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Everywhere that a program without scruples would leave something."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(config: Config) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*NO_FILES, sys.executable, "-B", "-m", "edgemood.hearing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=os.environ | {"HOME": str(home), "TMPDIR": str(home)},
        )
        started.append(process)
        assert process.stdin is not None
        process.stdin.write(config.model_dump_json().encode() + b"\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def speech_config(speech, tmp_path: Path) -> Config:
    file = tmp_path / "speech.wav"
    soundfile.write(file, speech, 48_000)
    return Config(microphone=MicrophoneConfig(source="replay", path=file), hearing=HearingConfig())


def test_it_speaks_records_writes_nothing_and_ends_with_the_daemon(
    start, speech_config, home: Path
) -> None:
    process = start(speech_config)
    records = [decode(process.stdout.readline()) for _ in range(4)]
    assert [record.state for record in records if isinstance(record, SenseReport)] == [
        SenseState.STARTING,
        SenseState.WORKING,
    ]
    assert isinstance(records[3], VoiceEvidence)
    process.stdin.close()
    assert process.wait(timeout=600) == 0
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("no_sound_card")
def test_without_a_sound_card_it_lives_and_says_so(start) -> None:
    process = start(Config())
    assert decode(process.stdout.readline()).state is SenseState.STARTING
    missing = decode(process.stdout.readline())
    assert missing.state is SenseState.MISSING
    assert "plug one in" in missing.detail
    assert process.poll() is None
