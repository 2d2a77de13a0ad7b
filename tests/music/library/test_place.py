import pytest
import soundfile

from edgemood.errors import LibraryError
from edgemood.music.library.place import Place, find

SHEET = """\
PERFORMER "Ann"
FILE "side a.wav" WAVE
  TRACK 01 AUDIO
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    INDEX 01 03:00:00
FILE side_b.wav WAVE
  TRACK 03 AUDIO
    INDEX 01 00:00:00
"""


@pytest.fixture
def music(tmp_path):
    for name in ("side a.wav", "side_b.wav"):
        soundfile.write(tmp_path / name, [0.0] * 100, 8000)
    (tmp_path / "album.cue").write_bytes(SHEET.encode("utf-8-sig"))
    return tmp_path


def test_a_file_is_its_own_place(music):
    assert find(music, "side a.wav") == Place(music / "side a.wav")


def test_tracks_of_a_cue_sheet_lie_in_the_files_it_names(music):
    place = find(music, "album.cue/track0002", 180.0, None)
    assert place == Place(music / "side a.wav", 180.0, None)
    assert find(music, "album.cue/track0003", 0.0).path == music / "side_b.wav"


def test_a_track_within_a_file_is_a_part_of_it(music):
    assert find(music, "side_b.wav/track0001", 1.0, 2.0) == Place(music / "side_b.wav", 1.0, 2.0)


def test_a_container_that_only_mpd_can_open_is_told(music):
    (music / "game.nsf").write_bytes(b"NESM")
    with pytest.raises(LibraryError, match="only MPD can open"):
        find(music, "game.nsf/tune_001.nsf")


def test_a_sheet_whose_sound_is_gone_is_told(music):
    (music / "side_b.wav").unlink()
    with pytest.raises(LibraryError, match="that its cue sheet names is not there"):
        find(music, "album.cue/track0003", 0.0)


def test_a_file_that_is_not_there_may_be_there_another_time(music):
    with pytest.raises(FileNotFoundError):
        find(music, "gone.mp3")


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "x" * 300 + "/a"])
def test_a_name_no_disk_can_hold_is_told(music, name):
    with pytest.raises((LibraryError, FileNotFoundError)):
        find(music, name)
