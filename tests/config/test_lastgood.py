import logging
import os
import socket
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.config import Config, ConfigWatch, LastGood
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


@pytest.fixture
def configs(file, state):
    return LastGood(file, state)


def ran_on(configs, file, text):
    """The box ran on this text."""
    file.write_text(text)
    configs.keep(configs.choose().text)


def test_a_good_file_is_in_force_and_kept_once_the_box_ran_on_it(configs, file, state):
    file.write_text(GOOD)
    choice = configs.choose()
    assert choice.config.mood.window_s == 5
    assert choice.problems == ()
    assert not state.exists()
    configs.keep(choice.text)
    assert (state / LAST_GOOD).read_text() == GOOD


def test_the_copy_may_hold_a_password_and_is_for_its_owner_alone(configs, file, state):
    ran_on(configs, file, GOOD)
    assert stat.S_IMODE((state / LAST_GOOD).stat().st_mode) == 0o600
    assert [each.name for each in state.iterdir()] == [LAST_GOOD]


def test_a_bad_file_leaves_the_last_good_one_in_force_with_its_paths(configs, file, state):
    ran_on(configs, file, GOOD)
    before = configs.choose().config
    file.write_text(BAD)
    choice = configs.choose()
    assert choice.config == before
    assert choice.text is None
    assert choice.config.camera.path == file.parent / "people"
    assert choice.problems == (f'{file}:1:18: mood.window_s: must be a number, not "much"',)
    assert (state / LAST_GOOD).read_text() == GOOD


def test_a_bad_or_missing_file_without_a_last_good_one_gives_the_defaults(configs, file):
    choice = configs.choose()
    assert choice.config == Config()
    assert choice.problems == (f"{file}: there is no such file",)
    file.write_text(BAD)
    assert configs.choose().config == Config()


def make(kind, path, content=b""):
    """Something in a file's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "dangling link":
            path.symlink_to("nowhere")
        case "link to itself":
            path.symlink_to(path.name)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(content)


PLACEHOLDERS = ["fifo", "folder", "dangling link", "link to itself", "socket", "device"]


@pytest.mark.parametrize("in_copy", [*PLACEHOLDERS, "good"])
@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_whatever_lies_in_their_places_there_is_a_configuration(
    configs, file, state, kind, in_copy
):
    make(kind, file)
    make(in_copy, state / LAST_GOOD, GOOD.encode())
    choice = configs.choose()
    assert choice.config.mood.window_s == (5 if in_copy == "good" else Config().mood.window_s)
    assert len(choice.problems) == 1
    configs.keep(GOOD)


VALUES = st.sampled_from([
    *("2026-13-45", "0001-01-01", "1e400", ".inf", ".nan", "0x1F", "1:30", "22:00-07:00", "~"),
    *("9" * 5000, "-" + "9" * 4301, "~nobody/x", "null", "!!python/object", "&a [*a]", "*a", "<<"),
    *("? a", "{", "]", "- ", "#", "'", '"', ": ", ",", "\0", "\t", "\n", "\n  ", "%YAML 1.9", "😀"),
    *("\ufeff", "\x85", "\u2028", "daemon", "socket", "mood", "window_s", "music", "table", "port"),
    *("weights", "languages", "panel", "button_pin", "mpd", "password"),
])  # fmt: skip
BOMBS = [
    "a: &a [x]\n" + "".join(f"{c}: &{c} [{'*' + chr(ord(c) - 1)}]\n" for c in "bcdefghij"),
    *("- " * 15_000, "? " * 15_000, "[" * 32_000, "{a: " * 8_000, "- " * 400, "&a " * 10_000),
    "\n".join(" " * depth + "a:" for depth in range(240)),
    "panel:\n button_pin:\n" + "\n".join(" " * depth + "a:" for depth in range(2, 240)),
    "mood: {window_s: " + "9" * 30_000 + "}",
    "#" * 40_000,
]


@given(
    st.lists(VALUES, max_size=30).map("".join).map(lambda text: text.encode("utf-8", "replace"))
    | st.text().map(lambda text: text.encode("utf-8", "replace"))
    | st.binary()
    | st.sampled_from(BOMBS).map(str.encode)
)
def test_no_content_of_the_file_stops_a_start(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp() / "any-content"
    make("file", folder / "config.yaml", content)
    choice = LastGood(folder / "config.yaml", folder / "state").choose()
    assert isinstance(choice.config, Config)
    assert bool(choice.problems) == (choice.text is None)


def test_a_damaged_copy_gives_the_defaults(configs, file, state):
    state.mkdir()
    (state / LAST_GOOD).write_bytes(b"\xff\x00")
    file.write_text(BAD)
    assert configs.choose().config == Config()


def test_a_draft_left_by_a_power_cut_is_in_nobodys_way(configs, file, state):
    state.mkdir()
    (state / f".{LAST_GOOD}.new").write_text("half a fi")
    ran_on(configs, file, GOOD)
    assert [each.name for each in state.iterdir()] == [LAST_GOOD]


def test_an_unchanged_copy_is_not_written_again(configs, file, state):
    ran_on(configs, file, GOOD)
    before = (state / LAST_GOOD).stat()
    ran_on(configs, file, GOOD)
    assert (state / LAST_GOOD).stat().st_ino == before.st_ino


def test_a_state_folder_that_cannot_be_written_hurts_nothing_and_is_told_once(
    configs, file, state, caplog
):
    state.write_text("a file where a folder should be")
    file.write_text(GOOD)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert configs.choose().config.mood.window_s == 5
            configs.starts(GOOD)
            configs.keep(GOOD)
    assert caplog.text.count("no copy of the configuration could be kept") == 1


def test_starts_on_a_text_are_counted_until_the_box_survives_one(configs, state):
    assert [configs.starts(GOOD) for _ in range(3)] == [1, 2, 3]
    assert configs.starts(BAD) == 1
    configs.survived()
    assert configs.starts(BAD) == 1
    configs.keep(BAD)
    assert configs.starts(BAD) == 1
    (state / "config-on-trial").write_bytes(b"\xff")
    assert configs.starts(BAD) == 1


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
