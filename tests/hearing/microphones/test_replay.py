import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.block import BLOCK_S
from edgemood.hearing.microphones.replay import ReplayMicrophone


@pytest.fixture
def open_replay(clock) -> Callable[[Path], ReplayMicrophone]:
    return lambda path: ReplayMicrophone(path, clock, clock.wait)


def write(file: Path, amplitude: float, duration_s: float = 1.0, rate_hz: int = 16_000) -> Path:
    soundfile.write(file, np.full(round(duration_s * rate_hz), amplitude), rate_hz)
    return file


def loudness(microphone: ReplayMicrophone, blocks: int) -> list[float]:
    return [round(float(np.median(microphone.read().samples)), 1) for _ in range(blocks)]


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_it_plays_what_people_record_with(open_replay, speech, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"speech.{suffix}"
    soundfile.write(file, speech, 48_000)
    microphone = open_replay(file)
    assert max(float(microphone.read().samples.std()) for _ in range(30)) > 0.05


def test_sound_comes_at_the_pace_of_the_clock(open_replay, clock, tmp_path: Path) -> None:
    microphone = open_replay(write(tmp_path / "a.wav", 0.1, rate_hz=44_100))
    times_s = [microphone.read().at_s for _ in range(35)]
    assert times_s == pytest.approx([BLOCK_S * (i + 1) for i in range(35)])
    assert clock.now_s() == pytest.approx(3.5)


def test_a_late_reader_catches_up_but_a_suspended_one_goes_on_from_now(
    open_replay, clock, tmp_path: Path
) -> None:
    microphone = open_replay(write(tmp_path / "a.wav", 0.1))
    clock.wait(0.5)
    assert [microphone.read().at_s for _ in range(5)][-1] == pytest.approx(0.5)
    assert clock.now_s() == 0.5
    clock.wait(3600)
    microphone.read()
    assert microphone.read().at_s == pytest.approx(3600.6)


def test_a_file_is_played_round_and_round(open_replay, tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    soundfile.write(file, np.repeat([0.1, 0.3], 1_600), 16_000)
    assert loudness(open_replay(file), 5) == [0.1, 0.3, 0.1, 0.3, 0.1]


def test_a_folder_is_played_in_the_order_of_its_names(open_replay, tmp_path: Path) -> None:
    write(tmp_path / "2.wav", 0.2, 0.1)
    write(tmp_path / "1.flac", 0.1, 0.2)
    (tmp_path / "notes.txt").write_text("not a sound")
    assert loudness(open_replay(tmp_path), 6) == [0.1, 0.1, 0.2, 0.1, 0.1, 0.2]


def test_a_damaged_file_is_left_out_and_told_once(
    open_replay, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "1.wav", 0.1, 0.1)
    (tmp_path / "2.wav").write_bytes(b"RIFF but nothing behind it")
    write(tmp_path / "3.wav", 0.3, 0.1)
    with caplog.at_level(logging.WARNING):
        assert loudness(open_replay(tmp_path), 6) == [0.1, 0.3, 0.1, 0.3, 0.1, 0.3]
    assert [str(tmp_path / "2.wav") in record.message for record in caplog.records] == [True]


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_a_file_cut_short_is_played_as_far_as_it_goes(
    open_replay, speech, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"cut.{suffix}"
    soundfile.write(file, speech, 48_000)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    microphone = open_replay(file)
    for _ in range(200):
        assert np.isfinite(microphone.read().samples).all()


@pytest.mark.parametrize("content", [None, b"", b"this is no sound"])
def test_nothing_to_play_is_an_error_that_names_the_place(
    open_replay, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(MicrophoneError, match=str(tmp_path)):
        open_replay(tmp_path).read()


def test_a_missing_file_is_told_at_once(open_replay, tmp_path: Path) -> None:
    with pytest.raises(MicrophoneError, match="no such file"):
        open_replay(tmp_path / "missing.wav")


def test_a_file_of_zero_length_is_no_endless_loop(open_replay, tmp_path: Path) -> None:
    with pytest.raises(MicrophoneError):
        open_replay(write(tmp_path / "empty.wav", 0.0, 0.0)).read()
