import stat
import subprocess
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from edgemood.emotion import Emotion
from edgemood.errors import LibraryError
from edgemood.music.tagging import Tag, mood_in, write_all, write_mood

RATE_HZ = 22050
KINDS = ["flac", "ogg", "opus", "mp3", "m4a", "wav", "aiff"]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory) -> Path:
    """A second of a chord in every kind of file."""
    folder = tmp_path_factory.mktemp("recordings")
    at_s = np.arange(RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hertz * at_s) for hertz in (220, 277, 330)) / 4
    soundfile.write(folder / "song.wav", chord, RATE_HZ)
    for kind in KINDS:
        command = ["ffmpeg", "-loglevel", "error", "-i", folder / "song.wav"]
        if kind != "wav":
            tags = ["-metadata", "title=Chord", "-metadata", "artist=Somebody"]
            subprocess.run([*command, *tags, folder / f"song.{kind}"], check=True)
    return folder


@pytest.fixture(params=KINDS)
def song(request, recordings, tmp_path) -> Path:
    path = tmp_path / f"song.{request.param}"
    path.write_bytes((recordings / path.name).read_bytes())
    return path


def sound(path: Path) -> bytes:
    """Every decoded sample."""
    command = ["ffmpeg", "-loglevel", "error", "-i", path, "-f", "s16le", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_the_mood_is_written_and_not_a_sample_of_the_sound_changes(song):
    before = sound(song)
    assert write_mood(Tag(song, Emotion.HAPPY))
    assert mood_in(song) == "happy"
    assert sound(song) == before
    assert write_mood(Tag(song, Emotion.SAD))
    assert mood_in(song) == "sad"
    assert sound(song) == before
    assert len(before) > RATE_HZ


def test_the_other_tags_stay(song):
    before = dict(mutagen.File(song, easy=True).tags or {})
    write_mood(Tag(song, Emotion.HAPPY))
    after = dict(mutagen.File(song, easy=True).tags)
    assert {key: after[key] for key in before} == before


def test_a_mood_that_is_there_already_costs_no_write(song):
    write_mood(Tag(song, Emotion.HAPPY))
    before = song.stat()
    assert not write_mood(Tag(song, Emotion.HAPPY))
    after = song.stat()  # looking into the file may change when it was last read
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_permissions_stay_and_nothing_is_left_behind(recordings, tmp_path):
    song = tmp_path / "song.flac"
    song.write_bytes((recordings / "song.flac").read_bytes())
    song.chmod(0o640)
    write_mood(Tag(song, Emotion.HAPPY))
    assert stat.S_IMODE(song.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [song]


def test_a_write_that_fails_leaves_the_song_as_it_was(recordings, tmp_path, monkeypatch):
    song = tmp_path / "song.flac"
    song.write_bytes((recordings / "song.flac").read_bytes())
    before = song.read_bytes()

    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edgemood.music.tagging.os.fsync", full)
    with pytest.raises(LibraryError, match="No space left"):
        write_mood(Tag(song, Emotion.HAPPY))
    assert song.read_bytes() == before
    assert list(tmp_path.iterdir()) == [song]


def test_what_is_no_music_is_told_and_the_rest_is_written(recordings, tmp_path):
    song, other = tmp_path / "song.flac", tmp_path / "broken.mp3"
    song.write_bytes((recordings / "song.flac").read_bytes())
    other.write_bytes(b"no sound in here")
    told = []
    tags = [Tag(other, Emotion.SAD), Tag(song, Emotion.SAD)]
    assert write_all(iter(tags), told.append, write=False) == (1, 1)
    assert mood_in(song) is None
    assert write_all(iter(tags), told.append, write=True) == (1, 1)
    assert mood_in(song) == "sad"
    assert "broken.mp3" in told[0]
