import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from edgemood.cli.commands import app
from edgemood.music.library import SongIndex
from edgemood.music.library.sync.mpd_sync import MUSIC_FOLDER
from edgemood.music.library.sync.update import Update
from edgemood.music.library.tagging.write_tags import mood_in


@pytest.fixture
def house(open_folder) -> Path:
    """Three songs: one the owner labelled, one by a folder's name, one whose tag says chillout."""
    state, music = open_folder / "state", open_folder / "music"
    index = SongIndex.open(state)
    index.store.keep(MUSIC_FOLDER, str(music))
    page = []
    for name, genre in (("one.flac", ""), ("sad/two.flac", ""), ("three.flac", "Chillout")):
        path = music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.zeros(800), 8000)
        page.append({"file": name, "genre": genre, "last-modified": "2026-01-01T00:00:00Z"})
    update = Update(index)
    update.take(page)
    update.finish()
    index.labels.give("one.flac", "angry")
    index.close()
    return open_folder


def run(house, *options):
    config = house / "config.yaml"
    config.write_text("mood:\n")
    given = ["--config", str(config), "--state", str(house / "state")]
    return CliRunner().invoke(app, ["library", "tag", *given, *options])


def test_nothing_is_written_unless_asked_for(house):
    told = run(house)
    assert told.exit_code == 0, told.output
    assert "2 files to write" in told.output
    assert mood_in(house / "music" / "one.flac") is None


def test_the_owners_words_are_written_and_what_a_tag_says_is_not(house):
    assert "2 files written" in run(house, "--write").output
    moods = [mood_in(house / "music" / name) for name in ("one.flac", "sad/two.flac", "three.flac")]
    assert moods == ["angry", "sad", None]
    assert "0 files written" in run(house, "--write").output


def test_names_that_lead_out_of_the_music_folder_are_refused(house):
    outside = house / "outside.flac"
    soundfile.write(outside, np.zeros(800), 8000)
    before = outside.read_bytes()
    index = SongIndex.open(house / "state")
    update = Update(index)
    names = ["one.flac", "../outside.flac", str(outside), "sad/../../outside.flac"]
    update.take([{"file": name} for name in names])
    update.finish()
    for name in names:
        index.labels.give(name, "angry")
    index.close()
    told = run(house, "--write")
    assert told.exit_code == 1
    assert told.output.count("leads out of the music folder") == 3
    assert "1 files written" in told.output
    assert outside.read_bytes() == before


def test_a_damaged_file_is_told_and_the_later_ones_are_written(house):
    (house / "music" / "one.flac").write_bytes(b"fLaC" + bytes(100))
    told = run(house, "--write")
    assert told.exit_code == 1
    assert "one.flac: " in told.output
    assert mood_in(house / "music" / "sad" / "two.flac") == "sad"


def test_root_is_led_nowhere_by_whoever_may_write_to_the_music_folder(house):
    """With sudo: the files stay their owner's, and nothing behind a link is touched."""
    victim = house / "victim"
    victim.write_text("mine")
    music = house / "music"
    for name in (".one.flac.edgemood", "one.flac.edgemood", ".one.flac.new"):
        (music / name).symlink_to(victim)
    (music / "hers").mkdir()
    (music / "hers" / "two.flac").symlink_to(victim)
    (music / "sad" / "two.flac").rename(music / "sad" / "three.flac")
    (music / "sad" / "two.flac").symlink_to(victim)
    folders = [music, music / "sad", music / "hers", house / "state"]
    if os.geteuid() == 0:
        for path in (*folders, *music.glob("*.flac"), *(house / "state").iterdir()):
            os.chown(path, 65534, 65534)
    owner = music.stat().st_uid
    (house / "config.yaml").write_text("mood:\n")
    given = ["--config", house / "config.yaml", "--state", house / "state"]
    command = [sys.executable, "-m", "edgemood", "library", "tag", *given, "--write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "1 files written" in done.stdout, done
    assert "is a link" in done.stdout
    assert victim.read_text() == "mine"
    assert mood_in(music / "one.flac") == "angry"
    assert {path.lstat().st_uid for path in music.glob("*.flac")} == {owner}
    assert not victim.is_symlink()
