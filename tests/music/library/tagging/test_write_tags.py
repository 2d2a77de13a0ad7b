import os
import stat
import subprocess
import sys
from pathlib import Path

import mutagen
import mutagen.apev2
import mutagen.flac
import mutagen.id3
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import Emotion
from edgemood.errors import LibraryError
from edgemood.music.library.tagging.write_tags import Tag, mood_in, write_all, write_mood

RATE_HZ = 22050
KINDS = ["flac", "ogg", "opus", "mp3", "m4a", "wav", "aiff", "wma", "wv", "tta"]
FIELD = Path(__file__).parents[3] / "field"


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


def test_the_mood_stands_under_the_key_of_the_taggers(recordings, tmp_path):
    keys = {
        "flac": "MOOD",
        "ogg": "MOOD",
        "opus": "MOOD",
        "wma": "WM/Mood",
        "wv": "Mood",
        "mp3": "TMOO",
        "wav": "TMOO",
        "aiff": "TMOO",
        "tta": "TMOO",
        "m4a": "----:com.apple.iTunes:MOOD",
    }
    for kind, key in keys.items():
        song = tmp_path / f"song.{kind}"
        song.write_bytes((recordings / song.name).read_bytes())
        write_mood(Tag(song, Emotion.HAPPY))
        assert mutagen.File(song).tags[key], kind


def test_a_tag_of_version_2_3_stays_one_to_the_byte(tmp_path):
    song = tmp_path / "song.mp3"
    song.write_bytes((FIELD / "tagged v2.3.mp3").read_bytes())
    before = song.read_bytes()
    write_mood(Tag(song, Emotion.HAPPY))
    after = song.read_bytes()
    frames = before[10:].index(b"\0" * 100) + 10
    assert len(after) == len(before)
    assert after[:frames] == before[:frames]
    written = b"TXXX\0\0\0\x0b\0\0\0MOOD\0happy"
    assert after[frames:].replace(written, bytes(len(written)), 1) == before[frames:]
    assert mood_in(song) == "happy"


@pytest.mark.parametrize("room", [0, 4, 4096, 100_000])
def test_every_other_block_of_a_flac_stays_and_its_room_too(recordings, tmp_path, room):
    song = tmp_path / "song.flac"
    song.write_bytes((recordings / "song.flac").read_bytes())
    music = mutagen.File(song)
    picture = mutagen.flac.Picture()
    picture.data, picture.mime, picture.desc = bytes(range(256)) * 9, "image/png", "Über"
    music.add_picture(picture)
    music.save(padding=lambda _: room)
    before, length = mutagen.File(song), song.stat().st_size
    write_mood(Tag(song, Emotion.HAPPY))
    after = mutagen.File(song)
    assert [block.code for block in after.metadata_blocks] == [
        block.code for block in before.metadata_blocks
    ]
    for old, new in zip(before.metadata_blocks, after.metadata_blocks, strict=True):
        if old.code not in {1, 4}:
            assert old.write() == new.write()
    assert dict(after.tags) == {**dict(before.tags), "mood": ["happy"]}
    if room > 4:
        assert song.stat().st_size == length


def test_tags_of_other_kinds_in_the_same_file_stay(tmp_path):
    song = tmp_path / "song.mp3"
    old = b"TAG" + b"Title".ljust(125, b"\0")
    song.write_bytes((FIELD / "tagged v2.3.mp3").read_bytes())
    tags = mutagen.apev2.APEv2()
    tags["REPLAYGAIN_TRACK_GAIN"] = "-7.00 dB"
    tags.save(song)
    song.write_bytes(song.read_bytes() + old)
    tail = song.read_bytes()[-400:]
    write_mood(Tag(song, Emotion.HAPPY))
    assert song.read_bytes()[-400:] == tail


@pytest.mark.parametrize("kind", ["wav", "aiff"])
def test_other_chunks_and_the_tags_version_stay(recordings, tmp_path, kind):
    song = tmp_path / f"song.{kind}"
    song.write_bytes((recordings / song.name).read_bytes())
    music = mutagen.File(song)
    if music.tags is None:
        music.add_tags()
    music.tags.add(mutagen.id3.TIT2(encoding=1, text="Größe"))
    music.save(v2_version=3)
    write_mood(Tag(song, Emotion.HAPPY))
    tags = mutagen.File(song).tags
    assert tags.version == (2, 3, 0)
    assert [str(text) for text in (tags["TIT2"], tags["TXXX:MOOD"])] == ["Größe", "happy"]


def test_tags_that_are_no_text_are_not_written_anew(recordings, tmp_path):
    song = tmp_path / "song.ogg"
    music = mutagen.File(recordings / "song.ogg")
    music["comment"] = "ABC"
    song.write_bytes((recordings / "song.ogg").read_bytes())
    music.save(song)
    before = song.read_bytes()
    # of equal length, and the checksum of the page is not looked at
    song.write_bytes(before.replace(b"ABC", b"\xe4\xf6\xfc"))
    with pytest.raises(LibraryError, match="are no text"):
        write_mood(Tag(song, Emotion.HAPPY))
    assert song.read_bytes() == before.replace(b"ABC", b"\xe4\xf6\xfc")


@given(st.data())
def test_damaged_files_cost_only_themselves(recordings, tmp_path_factory, data):
    """Any exception of the tag library is a LibraryError, and the sound is never lost."""
    folder = tmp_path_factory.getbasetemp()
    kind = data.draw(st.sampled_from(KINDS))
    content = bytearray((recordings / f"song.{kind}").read_bytes())
    for at in data.draw(st.lists(st.integers(0, min(len(content), 2000) - 1), max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    song = folder / f"damaged.{kind}"
    song.write_bytes(content[: data.draw(st.sampled_from([len(content), 900, 100, 30, 0]))])
    before = song.read_bytes()
    try:
        write_mood(Tag(song, Emotion.HAPPY))
    except LibraryError:
        assert song.read_bytes() == before
    else:
        assert mood_in(song) == "happy"
    assert not list(folder.glob(".*.edgemood"))


def test_through_a_link_nothing_is_written(recordings, tmp_path):
    disk, music = tmp_path / "disk", tmp_path / "music"
    disk.mkdir()
    music.mkdir()
    song = disk / "song.flac"
    song.write_bytes((recordings / "song.flac").read_bytes())
    (music / "usb").symlink_to(disk)
    (music / "link.flac").symlink_to(song)
    before = song.read_bytes()
    for path in (music / "usb" / "song.flac", music / "link.flac"):
        with pytest.raises(LibraryError, match="is a link"):
            write_mood(Tag(path, Emotion.HAPPY, music))
    assert song.read_bytes() == before


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

    monkeypatch.setattr(os, "fsync", full)
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


def test_all_formats_can_be_loaded_before_another_user_writes_who_cannot_read_the_code():
    script = (
        "import sys; from edgemood.music.library.tagging.mood_tag import load_formats; "
        "load_formats();"
        "print(*(name for name in sys.modules if name.startswith('mutagen.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert {"mutagen.flac", "mutagen.mp4", "mutagen.oggopus"} <= set(done.stdout.split())
