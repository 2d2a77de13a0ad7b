import logging
import stat

import pytest

from edgemood.config import Config, ConfigWatch, load_or_last_good
from edgemood.config.lastgood import LAST_GOOD

GOOD = "mood: {window_s: 5}\nmpd: {password: hunter2}\ncamera: {path: people}\n"
BAD = "mood: {window_s: much}\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "etc" / "config.yaml"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture(autouse=True)
def folder(file):
    file.parent.mkdir()


def test_a_good_file_is_in_force_and_kept(file, state):
    file.write_text(GOOD)
    config, problems = load_or_last_good(file, state)
    assert config.mood.window_s == 5
    assert problems == []
    assert (state / LAST_GOOD).read_text() == GOOD


def test_the_copy_may_hold_a_password_and_is_for_its_owner_alone(file, state):
    file.write_text(GOOD)
    load_or_last_good(file, state)
    assert stat.S_IMODE((state / LAST_GOOD).stat().st_mode) == 0o600
    assert [each.name for each in state.iterdir()] == [LAST_GOOD]


def test_a_bad_file_leaves_the_last_good_one_in_force_with_its_paths(file, state):
    file.write_text(GOOD)
    before, _ = load_or_last_good(file, state)
    file.write_text(BAD)
    config, problems = load_or_last_good(file, state)
    assert config == before
    assert config.camera.path == file.parent / "people"
    assert problems == [f'{file}:1:18: mood.window_s: must be a number, not "much"']
    assert (state / LAST_GOOD).read_text() == GOOD


def test_a_bad_or_missing_file_without_a_last_good_one_gives_the_defaults(file, state):
    config, problems = load_or_last_good(file, state)
    assert config == Config()
    assert problems == [f"{file}: there is no such file"]
    file.write_text(BAD)
    assert load_or_last_good(file, state)[0] == Config()


def test_a_damaged_copy_gives_the_defaults(file, state):
    state.mkdir()
    (state / LAST_GOOD).write_bytes(b"\xff\x00")
    file.write_text(BAD)
    assert load_or_last_good(file, state)[0] == Config()


def test_a_draft_left_by_a_power_cut_is_in_nobodys_way(file, state):
    state.mkdir()
    (state / f".{LAST_GOOD}.new").write_text("half a fi")
    file.write_text(GOOD)
    load_or_last_good(file, state)
    assert [each.name for each in state.iterdir()] == [LAST_GOOD]


def test_an_unchanged_copy_is_not_written_again(file, state):
    file.write_text(GOOD)
    load_or_last_good(file, state)
    before = (state / LAST_GOOD).stat()
    load_or_last_good(file, state)
    assert (state / LAST_GOOD).stat().st_ino == before.st_ino


def test_a_state_folder_that_cannot_be_written_hurts_nothing(file, state, caplog):
    state.write_text("a file where a folder should be")
    file.write_text(GOOD)
    with caplog.at_level(logging.WARNING):
        config, problems = load_or_last_good(file, state)
    assert config.mood.window_s == 5
    assert problems == []
    assert "no copy of the configuration could be kept" in caplog.text


def test_the_watch_notices_other_content_and_nothing_else(file):
    file.write_text(GOOD)
    watch = ConfigWatch(file)
    assert not watch.changed()
    file.touch()
    assert not watch.changed()
    file.write_text(BAD)
    assert watch.changed()
    assert not watch.changed()
    file.unlink()
    assert watch.changed()
    assert not watch.changed()
    file.write_text(BAD)
    assert watch.changed()
