import pytest
import soundfile

from edgemood.errors import LibraryError
from edgemood.music.library.scan.location import Place, find

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


@pytest.mark.parametrize("name", ["../side a.wav", "/etc/passwd", "album.cue/../../x", ""])
def test_a_name_that_leads_out_of_the_music_folder_is_refused(music, name):
    with pytest.raises(LibraryError):
        find(music / "inner", name)


def test_a_cue_sheet_cannot_name_a_file_outside(music):
    (music / "inner").mkdir()
    (music / "inner" / "x.cue").write_text('FILE "../side a.wav" WAVE\n  TRACK 01 AUDIO\n')
    assert find(music, "inner/x.cue/track0001", 0.0).path == music / "side a.wav"
    with pytest.raises(LibraryError, match="leads out"):
        find(music / "inner", "x.cue/track0001", 0.0)


@pytest.mark.parametrize(
    ("container", "inside"),
    [
        ("album.zip", "track.mp3"),
        ("album.zip", "disc1.rar/track.mp3"),
        ("a.iso", "b/c/d/e.flac"),
        ("a.zip", "x.cue/track0001"),
        ("x.sid", "tune_001.sid"),
        ("NOTES", "track0001"),
        ("a.tar.bz2", "x.ogg"),
    ],
)
def test_songs_in_containers_at_any_depth_are_known_as_such(music, container, inside):
    (music / container).write_bytes(b"PK")
    with pytest.raises(LibraryError, match="only MPD can open"):
        find(music, f"{container}/{inside}")


def test_through_the_owners_links_songs_are_read_as_mpd_reads_them(music, tmp_path_factory):
    disk = tmp_path_factory.mktemp("disk")
    (disk / "a.wav").write_bytes(b"RIFF")
    (music / "usb").symlink_to(disk)
    assert find(music, "usb/a.wav") == Place(music / "usb" / "a.wav")


def test_what_is_no_file_is_told_and_not_waited_for(music):
    (music / "a.mp3").mkdir()
    with pytest.raises(LibraryError, match="something else"):
        find(music, "a.mp3")
