"""`check` finds what cannot work on this machine."""

import pytest

from edgemood.cli.impossible import impossible
from edgemood.config.loader import parse


def found(text, folder):
    return {".".join(key): what for key, what in impossible(parse(text, folder / "config.yaml"))}


@pytest.mark.parametrize(
    ("socket", "complaint"),
    [
        ("/proc/nowhere/x", "no socket can be opened"),
        ("/proc/x", "no socket can be opened"),
        ("/sys/kernel/x/y", "no socket can be opened"),
        ("/dev/null", "not a socket"),
        ("/dev/null/x", "no socket can be opened"),
        ("x" * 110, "107 bytes"),
        (".", "not a socket"),
    ],
)
def test_a_socket_that_can_never_be_opened_is_told(socket, complaint, tmp_path):
    problems = found(f"daemon: {{socket: {socket}}}", tmp_path)
    assert list(problems) == ["daemon.socket"]
    assert complaint in problems["daemon.socket"]


@pytest.mark.parametrize("socket", ["control.sock", "a/b/c/control.sock", "/run/edgemood/x.sock"])
def test_a_socket_that_may_be_opened_is_not_and_nothing_is_left(socket, tmp_path):
    assert found(f"daemon: {{socket: {socket}}}", tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("camera: {source: replay}", "camera.source"),
        ("camera: {source: replay, path: nowhere}", "camera.path"),
        ("microphone: {source: replay, path: nowhere}", "microphone.path"),
        ("vision: {model: nowhere.tflite}", "vision.model"),
        ("hearing: {voice_gate: nowhere.tflite}", "hearing.voice_gate"),
        ("music: {directory: nowhere}", "music.directory"),
    ],
)
def test_what_is_not_there_is_told(text, key, tmp_path):
    assert list(found(text, tmp_path)) == [key]


def test_all_defaults_are_possible(tmp_path):
    assert found("", tmp_path) == {}
