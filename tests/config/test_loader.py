import contextlib
import os
import re
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edgemood.config import Config, load
from edgemood.config.loader import MAX_BYTES, parse
from edgemood.emotion import Emotion
from edgemood.errors import ConfigError

FILE = Path("config.yaml")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config.yaml"


def keys_of(section, path=()):
    for name, value in section:
        if hasattr(value, "model_fields_set"):
            yield from keys_of(value, (*path, name))
        else:
            yield (*path, name)


KEYS = list(keys_of(Config()))


def problems_of(text):
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    return caught.value.problems


def test_all_problems_of_a_file_come_at_once_each_with_its_place():
    sources = 'auto, picamera2, opencv, replay, none, not "picamera"'
    emotions = 'angry, disgust, fear, happy, sad, surprise, neutral, not "hapy"'
    assert problems_of("""
camera:
  sorce: auto
  source: picamera
  frames_per_s: fast
mood:
  window_s: 0
window_s: 4
music: {target: hapy, ahead: 4.5}
panel:
  led_pin: 99
mpd: 5
mood:
  dwell_s: 3
""") == [
        "config.yaml:3:3: camera.sorce: unknown key (did you mean source?)",
        f"config.yaml:4:11: camera.source: must be one of {sources} (did you mean picamera2?)",
        'config.yaml:5:17: camera.frames_per_s: must be a number, not "fast"',
        'config.yaml:7:13: mood.window_s: must be at least 1, not "0"',
        "config.yaml:8:1: window_s: unknown key (did you mean mood.window_s?)",
        f"config.yaml:9:17: music.target: must be one of {emotions} (did you mean happy?)",
        'config.yaml:9:30: music.ahead: must be a whole number, not "4.5"',
        'config.yaml:11:12: panel.led_pin: must be at most 27, not "99"',
        'config.yaml:12:6: mpd: must have keys below it, indented, such as "host: localhost"',
        "config.yaml:13:1: mood: stands here a second time; first in line 6",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mood:\n\twindow_s: 3", "2:1: a tab; indent with spaces"),
        ("mood:\n  window_s 4\n  dwell_s: 3", '3:10: unexpected ":"; is one missing'),
        ("mood: [1", "1:9: expected"),
        ('"abc', "1:5: found unexpected end of stream"),
        ("mood:\n    dwell_s: 3\n  hold_s: 3", "3:3: the indentation does not fit"),
        ("mood:\n---\nmood:", "2:1: a second document begins here"),
        ("mood:\n  dwell_s: \x07", "2:12: holds the unusable character U+0007"),
        ("- mood", "1:1: must have keys below it"),
        ("mood", "1:1: must have keys below it"),
        ("? [a]\n: 4", "1:3: a key must be a word"),
        ('mpd: {host: "a\\nb"}', "1:13: mpd.host: holds a line break or control character"),
        ('mpd: {host: "\\ud800"}', "1:13: mpd.host: holds a line break or control character"),
        ("mpd: !!python/object:os.system {}", "1:6: mpd: has a tag"),
        ("mpd: {port: !big 5}", "1:13: mpd.port: has a tag"),
        ("mpd: {port: [1]}", "1:13: mpd.port: must be a whole number, not a list"),
        ("camera: {device: {}}", "1:18: camera.device: must be text, not a section"),
        ("mood: {window_s: .nan}", '1:18: mood.window_s: must be a number, not ".nan"'),
        ("mood: {window_s: nan}", '1:18: mood.window_s: must be a number, not "nan"'),
        ("mood: {window_s: yes}", '1:18: mood.window_s: must be a number, not "yes"'),
        ("camera: {frames_per_s: 0}", '1:24: camera.frames_per_s: must be more than 0, not "0"'),
        ("music: {quiet_hours: 22-7}", "1:22: music.quiet_hours: must be two times of day such as"),
        (
            "music: {languages: [englsh]}",
            "1:20: music.languages: must be languages such as",
        ),
        ("music: {table: happy}", "1:16: music.table: must have keys below it"),
        ("music: {weights: {tast: 1}}", "1:19: music.weights.tast: unknown key (did you mean"),
        ("[" * 5000, "1:11: is nested too deeply"),
        ("- " * 5000, "1:1: is nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(text, problem):
    found = problems_of(text)
    assert found[0].startswith(f"config.yaml:{problem}"), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("music:\n\u00a0\u00a0ahead: 3", "2:1: this is no plain space but U+00A0 (no-break space)"),
        ("music:\n  \u3000ahead: 3", "2:3: this is no plain space but U+3000"),
        ("music:\n  ahead:\u00a03", "2:9: this is no plain space but U+00A0"),
        ("music:\n  \ufeffahead: 3", "2:3: an invisible character stands here, U+FEFF"),
        ("music:\n  ahead\u200b: 3", "2:8: an invisible character stands here, U+200B"),
        ("music:\n  ahead\uff1a 3", '2:8: "\uff1a" is another character than ":"'),
        ("music:\n  ahead:3", '2:9: a space is missing after "ahead:"'),
        ("music:\n  ahead:3\n  duck: 4", '2:9: a space is missing after "ahead:"'),
        ("music:\n  ahead = 3", '2:9: write "ahead: …", with a colon'),
        ("music:\n  mood_playlists: * Mood", '2:20: "*" refers to another place in YAML'),
        ("music:\n  mood_playlists: *", '2:20: "*" refers to another place in YAML'),
        ("mpd: {password: &abc}", '1:17: "&" gives a place a name in YAML'),
        ("mpd: {password: & abc}", '1:18: "&" gives a place a name in YAML'),
        ("mpd:\n  host: @home", "2:9: a text that begins with this sign needs quotes"),
        ("mpd:\n  host: `home", "2:9: a text that begins with this sign needs quotes"),
        ("mpd:\n  host: %home", "2:9: a text that begins with this sign needs quotes"),
        ("mpd:\n  host: \u201chome\u201d", "2:9: mpd.host: \u201c and \u201d are no quotes here"),
        ('mpd:\n  host: "C:\\music"', '2:13: a "\\" in double quotes must be written twice'),
        ("mpd:\n  host: - home", '2:9: a list with "-" begins on a line of its own'),
        (
            "music: {mood_playlists: Mood}",
            "1:25: music.mood_playlists: must be a name with one star",
        ),
        (
            "music: {mood_playlists: a/*}",
            "1:25: music.mood_playlists: must be a name with one star",
        ),
        ("panel: {button_pin: 27}", "1:21: panel.button_pin: 27 is the pin of the LED, too"),
        ("panel: {led_pin: 17}", "1:18: panel.led_pin: 17 is the pin of the button, too"),
        (
            "panel: {button_pin: 5, led_pin: 5}",
            "1:21: panel.button_pin: 5 is the pin of the LED, too (led_pin)",
        ),
        ("music:\n  ahead := 3", '2:9: write "ahead: …", with a colon'),
        ("music:\n...\nmood:", "3:1: the indentation does not fit"),
        ("mood: {window_s: '8,5'}", '1:18: mood.window_s: must be a number, not "8,5" (did you'),
        ("mood: {window_s: \u22128}", "1:18: mood.window_s: must be a number, not"),
        ("music: {languages: [en - zh]}", "1:20: music.languages: must be languages such as"),
        ("music: {languages: {a: b}}", "1:20: music.languages: must be a list"),
    ],
)
def test_what_looks_right_and_is_not_is_told_where_it_stands(text, problem):
    found = problems_of(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"config.yaml:{problem}"), found


def test_what_looks_wrong_does_not_hide_the_other_problems():
    assert problems_of("music:\n\u00a0\u00a0ahead: 3\n  duck: 400\nmood:\n  dwell:3\n") == [
        "config.yaml:2:1: this is no plain space but U+00A0 (no-break space); type it anew",
        'config.yaml:3:9: music.duck: must be at most 100, not "400"',
        "config.yaml:5:3: mood.dwell: unknown key (did you mean dwell_s?)",
        'config.yaml:5:9: a space is missing after "dwell:"',
    ]


def test_one_pin_for_two_things_is_no_matter_without_a_panel():
    parse("panel: {enabled: no, button_pin: 27}", FILE)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_any_end_of_line_will_do(end):
    text = end.join(["\ufeff# mine", "music:", "  ahead: 3  # \u00a0three", "mpd:", "  port: 1"])
    assert parse(text.removeprefix("\ufeff"), FILE).music.ahead == 3


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("mpd:\n  host: a\u00a0b", "a\u00a0b"),
        ("mpd:\n  host: '::1'", "::1"),
        ("mpd:\n  host: fe80::1", "fe80::1"),
        ("mpd:\n  host: /run/a:b=c", "/run/a:b=c"),
        ("mpd:\n  'host':   x", "x"),
        ("mpd:\n  host: >\n    folded\n", None),
    ],
)
def test_what_a_value_holds_is_its_owners_business(text, host):
    if host is None:
        assert "line break" in problems_of(text)[0]
    else:
        assert parse(text, FILE).mpd.host == host


@given(st.sampled_from(KEYS), st.sampled_from(["{}", "[]", "[[]]", "x", "'*'", "{a: b}", "-1"]))
def test_no_message_speaks_of_what_it_is_made_with(path, value):
    text = value
    for key in reversed(path):
        text = f"{{{key}: {text}}}"
    with contextlib.suppress(ConfigError):
        parse(text, FILE)
        return
    for problem in problems_of(text):
        assert not re.search(r"[Ii]nput|pattern|\^|valid|pydantic|type=|<\w", problem), problem


def test_a_few_aliases_that_stand_for_gigabytes_are_refused_where_they_stand():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert problems_of(bomb)[0].startswith('config.yaml:2:8: "*" refers to another place')


def test_a_password_is_never_repeated_in_a_message():
    for text in (
        "mpd: {password: [hunter2]}",
        "mpd: {password: *hunter2}",
        "mpd: {password: !hunter2 x}",
        "mpd: {password: !!int hunter2, port: x}",
    ):
        assert "hunter2" not in "\n".join(problems_of(text))


def test_a_long_wrong_value_is_cut():
    assert len(problems_of(f"mood: {{window_s: {'x' * 9999}}}")[0]) < 120


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "\ufeff", "mood:\nmpd: {}\n"])
def test_an_empty_file_and_empty_sections_are_the_defaults(text):
    assert parse(text, FILE) == Config()


def test_a_key_left_empty_has_its_default():
    assert parse("mood: {window_s: }\nmpd: {host: '', password: ~}", FILE) == Config()


def test_one_language_needs_no_list():
    for text in ("en, zh", "[en, zh]", "en zh"):
        config = parse(f"music: {{languages: {text if '[' in text else repr(text)}}}", FILE)
        assert config.music.languages == ("en", "zh")


@pytest.mark.parametrize(
    "written", ["[English, Deutsch]", "eng ger", "en-GB, de_AT", "[en, German, ENGLISH]"]
)
def test_languages_are_called_by_any_code_or_name(written):
    text = written if "[" in written else f"'{written}'"
    assert parse(f"music: {{languages: {text}}}", FILE).music.languages == ("en", "de")
    assert parse("music: {languages: [en\uff0cde]}", FILE).music.languages == ("en", "de")
    assert parse("music: {languages: Brazilian Portuguese}", FILE).music.languages == ("pt",)
    assert "did you mean german" in problems_of("music: {languages: [germn]}")[0]


def test_words_stay_what_the_owner_wrote():
    config = parse(
        "panel: {enabled: yes, led_pin: 07}\n"
        "mpd: {host: 127, password: 0123}\n"
        "microphone: {device: on}\n"
        "music: {target: sad}\n",
        FILE,
    )
    assert config.panel.enabled == "yes"
    assert config.panel.led_pin == 7
    assert config.mpd.host == "127"
    assert config.mpd.password is not None
    assert config.mpd.password.get_secret_value() == "0123"
    assert config.microphone.device == "on"
    assert config.music.target is Emotion.SAD


@pytest.mark.parametrize(
    ("written", "device"), [("0", 0), ("'2'", 2), ("/dev/v4l/by-id/cam", "/dev/v4l/by-id/cam")]
)
def test_a_camera_is_a_number_or_a_path(written, device):
    assert parse(f"camera: {{device: {written}}}", FILE).camera.device == device


def test_relative_paths_start_from_the_folder_of_the_file(file, monkeypatch):
    file.write_text(
        "camera: {path: people, script: /tmp/x.yaml}\nmicrophone: {path: ~/voice.wav}\n"
    )
    monkeypatch.setenv("HOME", "/home/owner")
    config = load(file)
    assert config.camera.path == file.parent / "people"
    assert config.camera.script == Path("/tmp/x.yaml")
    assert config.microphone.path == Path("/home/owner/voice.wav")
    assert parse("camera: {path: ~nobody_here/x}", file).camera.path == (
        file.parent / "~nobody_here/x"
    )


def test_a_file_that_is_none_is_named(file):
    with pytest.raises(ConfigError, match=r"config\.yaml: there is no such file"):
        load(file)
    with pytest.raises(ConfigError, match="is a folder"):
        load(file.parent)
    os.mkfifo(file)
    with pytest.raises(ConfigError, match="is not a regular file"):
        load(file)


def test_a_file_that_cannot_be_opened_says_why(file):
    file.symlink_to(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(file)


def test_ten_megabytes_are_refused_unread(file):
    file.write_bytes(b"#" * 10_000_000)
    with pytest.raises(ConfigError, match=f"is larger than {MAX_BYTES // 1024} KiB"):
        load(file)


def test_another_encoding_is_refused_with_its_place(file):
    file.write_bytes("mpd:\n  host: küche\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"config\.yaml:2:10: is not UTF-8"):
        load(file)


VALUES = {
    "camera": {
        "source": "replay",
        "device": 3,
        "path": "/p",
        "script": "/s",
        "frames_per_s": 2.5,
        "rotation": "180",
    },
    "vision": {
        "model": "/m",
        "detector": "/d",
        "people": "largest",
        "min_face_px": 100,
        "baseline": "no",
        "recognise": "yes",
        "recogniser": "/e.npz",
        "known_faces": "/k",
    },
    "microphone": {"source": "none", "device": "Røde", "path": "/q", "echo_reference": "/e"},
    "hearing": {"model": "/n", "voice_gate": "/g"},
    "mood": {
        "window_s": 12.5,
        "dwell_s": 0.0,
        "min_confidence": 0.5,
        "hold_s": 1.0,
        "contradiction": "voice",
    },
    "mpd": {"host": "/run/mpd", "port": 6601, "password": "pa: #ss", "partition": "kitchen"},
    "music": {
        "strategy": "lift",
        "target": "neutral",
        "table": {
            "angry": "genre Jazz",
            "disgust": "Calm evening",
            "fear": "sad",
            "happy": "neutral",
            "sad": "angry",
            "surprise": "fear",
            "neutral": "happy",
        },
        "choose": "random",
        "weights": {"content": 1.0, "taste": 0.0, "neighbours": 0.5},
        "explore": 0.0,
        "languages": ["en", "zh"],
        "quiet_hours": "22:30-6:00",
        "quiet_arousal": -0.5,
        "quiet_volume": 10,
        "directory": "/music",
        "words": "/w.yaml",
        "analyse": "no",
        "ahead": 5,
        "yield_min": 0.0,
        "play_counts": "no",
        "mood_stickers": "no",
        "mood_playlists": "Mood * !",
        "typical_playlists": "none",
        "duck": 50,
        "no_repeat_h": 0.5,
    },
    "panel": {"enabled": "no", "button_pin": 4, "led_pin": 5, "hold_s": 3.0},
    "daemon": {"socket": "/run/x.sock", "log": "debug"},
}


def paths_of(values, path=()):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from paths_of(value, (*path, key))
        else:
            yield (*path, key)


def test_the_examples_cover_every_key():
    assert sorted(KEYS) == sorted(paths_of(VALUES))


@given(st.sets(st.sampled_from(KEYS)))
def test_any_set_of_valid_keys_is_read_as_it_was_written(chosen):
    written = {}
    for *sections, key in chosen:
        here, values = written, VALUES
        for section in sections:
            here, values = here.setdefault(section, {}), values[section]
        here[key] = values[key]
    config = parse(yaml.safe_dump(written, allow_unicode=True), FILE)
    assert config == Config.model_validate(written)


def one_edit(draw, word):
    letter = draw(st.sampled_from(string.ascii_lowercase + "_-"))
    at = draw(st.integers(0, len(word) - 1))
    kind = draw(st.sampled_from(["insert", "delete", "replace", "swap", "upper"]))
    return {
        "insert": word[:at] + letter + word[at:],
        "delete": word[:at] + word[at + 1 :],
        "replace": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        "upper": word[:at] + word[at].upper() + word[at + 1 :],
    }[kind]


@given(st.data(), st.sampled_from([*KEYS, *((section,) for section in VALUES)]))
def test_a_key_with_one_typo_gets_the_right_key_suggested(data, path):
    typo = one_edit(data.draw, path[-1])
    siblings = {key[len(path) - 1] for key in KEYS if key[: len(path) - 1] == path[:-1]}
    if typo in siblings:
        return
    text = f"'{typo}': {'{}' if len(path) == 1 else 1}"
    for section in reversed(path[:-1]):
        text = f"{section}: {{{text}}}"
    (problem,) = problems_of(text)
    suggestions = problem.partition("did you mean ")[2].removesuffix("?)").split(" or ")
    assert path[-1] in suggestions, problem


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_arbitrary_bytes_raise_nothing_but_a_config_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "arbitrary.yaml"
    file.write_bytes(content)
    with contextlib.suppress(ConfigError):
        load(file)


fragments = st.sampled_from(
    [
        *(
            "mood",
            "window_s",
            ":",
            ": ",
            " ",
            "\n",
            "  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a",
            "*a",
        ),
        *(
            "!t",
            "'",
            '"',
            "#",
            ">",
            "|",
            "?",
            "%",
            "@",
            "~",
            "1",
            "yes",
            "<<",
            "---",
            "!!int",
            "\t",
        ),
    ]
)


@given(st.lists(fragments, max_size=40).map("".join))
def test_anything_that_looks_like_yaml_raises_nothing_but_a_config_error(text):
    with contextlib.suppress(ConfigError):
        parse(text, FILE)
