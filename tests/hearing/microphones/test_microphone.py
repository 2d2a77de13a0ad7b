import builtins
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edgemood.config.schema import MicrophoneConfig
from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.block import BLOCK_SAMPLES
from edgemood.hearing.microphones.microphone import Microphone, open_microphone


@pytest.fixture
def speech_file(speech, tmp_path: Path) -> Path:
    file = tmp_path / "speech.wav"
    soundfile.write(file, speech, 48_000)
    return file


@pytest.fixture
def replayed(clock, speech_file: Path) -> Callable[[], Microphone]:
    config = MicrophoneConfig(source="replay", path=speech_file)
    return lambda: open_microphone(config, clock, clock.wait)


@pytest.fixture
def recorded(sound_server, impatient_clock, speech_file: Path) -> Callable[[], Microphone]:
    sound_server.play(speech_file)
    config = MicrophoneConfig(source="pyaudio", device="living_room")
    return lambda: open_microphone(config, impatient_clock, impatient_clock.wait)


@pytest.mark.parametrize("source", ["replayed", "recorded"])
class TestEveryMicrophone:
    @pytest.fixture
    def microphone(self, request: pytest.FixtureRequest, source: str):
        microphone = request.getfixturevalue(source)()
        yield microphone
        microphone.close()

    def test_has_a_name(self, microphone: Microphone) -> None:
        assert microphone.name

    def test_hears_the_voice_in_blocks_of_one_form_with_rising_times(
        self, microphone: Microphone
    ) -> None:
        blocks = [microphone.read() for _ in range(30)]
        for block in blocks:
            assert block.samples.shape == (BLOCK_SAMPLES,)
            assert block.samples.dtype == np.float32
            assert np.abs(block.samples).max() <= 1.0
        assert all(a.at_s <= b.at_s for a, b in itertools.pairwise(blocks))
        assert max(block.samples.std() for block in blocks) > 0.05

    def test_refuses_to_be_read_once_closed(self, microphone: Microphone) -> None:
        microphone.read()
        microphone.close()
        with pytest.raises(MicrophoneError, match="closed"):
            microphone.read()

    def test_may_be_closed_twice(self, microphone: Microphone) -> None:
        microphone.close()
        microphone.close()

    def test_can_be_opened_again(
        self, microphone: Microphone, request: pytest.FixtureRequest, source: str
    ) -> None:
        microphone.close()
        again = request.getfixturevalue(source)()
        assert again.read().samples.shape == (BLOCK_SAMPLES,)
        again.close()


def test_no_source_means_that_nobody_listens(clock) -> None:
    with pytest.raises(ValueError, match="switched off"):
        open_microphone(MicrophoneConfig(source="none"), clock)


def test_a_replay_without_a_path_says_which_key_is_missing(clock) -> None:
    with pytest.raises(MicrophoneError, match=r"microphone\.path"):
        open_microphone(MicrophoneConfig(source="replay"), clock)


def test_auto_takes_the_first_microphone_there_is(sound_server, impatient_clock) -> None:
    microphone = open_microphone(MicrophoneConfig(), impatient_clock)
    assert microphone.name == "default"
    microphone.close()


def test_without_pyaudio_it_says_what_to_install(clock, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def import_without_pyaudio(name: str, *args: object) -> object:
        if name.startswith("edgemood.hearing.microphones.pyaudio"):
            raise ModuleNotFoundError(name)
        return real_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", import_without_pyaudio)
    with pytest.raises(MicrophoneError, match="install"):
        open_microphone(MicrophoneConfig(), clock)
