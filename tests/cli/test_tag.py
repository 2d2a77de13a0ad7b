from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from edgemood.cli.commands import app
from edgemood.music.library import SongIndex
from edgemood.music.library.sync import MUSIC_FOLDER
from edgemood.music.library.update import Update
from edgemood.music.tagging import mood_in


@pytest.fixture
def house(tmp_path) -> Path:
    """Three songs: one the owner labelled, one by a folder's name, one whose tag says chillout."""
    state, music = tmp_path / "state", tmp_path / "music"
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
    return tmp_path


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
