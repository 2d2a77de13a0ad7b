from pathlib import Path

import pytest

from edgemood.errors import MicrophoneError
from edgemood.hearing.microphones.pyaudio import PyAudioMicrophone, choose

BUILT_IN = {"index": 0, "name": "HDA Intel: ALC257 (hw:0,0)"}
USB = {"index": 4, "name": "USB PnP Sound Device: Audio (hw:2,0)"}
DEFAULT = {"index": 9, "name": "default"}


def test_any_microphone_is_the_first_one() -> None:
    assert choose([DEFAULT, BUILT_IN, USB], None) is DEFAULT


def test_a_part_of_the_name_is_enough_in_any_case() -> None:
    assert choose([DEFAULT, BUILT_IN, USB], "usb pnp") is USB


def test_a_usb_id_finds_its_card_whatever_its_number(tmp_path: Path) -> None:
    (tmp_path / "card2").mkdir()
    (tmp_path / "card2" / "usbid").write_text("0d8c:0014\n")
    assert choose([DEFAULT, BUILT_IN, USB], "0d8c:0014", cards=tmp_path) is USB


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(MicrophoneError, match=r"'Yeti'.*USB PnP Sound Device"):
        choose([DEFAULT, USB], "Yeti")


@pytest.mark.usefixtures("no_sound_card")
def test_a_machine_without_sound_says_so_and_nothing_else(
    impatient_clock, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MicrophoneError, match="no microphone found; plug one in"):
        PyAudioMicrophone(None, impatient_clock)
    assert capfd.readouterr().err == ""


def test_looking_for_a_microphone_again_and_again_leaks_no_files(
    sound_server, impatient_clock
) -> None:
    def look() -> int:
        with pytest.raises(MicrophoneError):
            PyAudioMicrophone("Yeti", impatient_clock)
        return len(list(Path("/proc/self/fd").iterdir()))

    look()
    assert look() == look()


def test_a_stream_that_goes_stale_is_told_in_time(sound_server, impatient_clock) -> None:
    microphone = PyAudioMicrophone(None, impatient_clock)
    microphone.read()
    with sound_server.frozen(), pytest.raises(MicrophoneError, match="stopped delivering"):
        list(iter(microphone.read, None))
    microphone.close()


def test_an_unplugged_microphone_is_told_and_heard_again_when_it_is_back(
    sound_server, impatient_clock
) -> None:
    microphone = PyAudioMicrophone(None, impatient_clock)
    microphone.read()
    sound_server.kill()
    with pytest.raises(MicrophoneError, match="stopped delivering"):
        list(iter(microphone.read, None))
    microphone.close()
    with pytest.raises(MicrophoneError, match=r"cannot be opened|no microphone"):
        PyAudioMicrophone(None, impatient_clock)
    sound_server.start()
    again = PyAudioMicrophone(None, impatient_clock)
    again.read()
    again.close()
