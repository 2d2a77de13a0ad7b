import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgemood.errors import CameraError
from edgemood.vision.cameras.script import ALL, Change, Scene, Script, dim, read_script
from edgemood.vision.light import light_of_pixels

changes = st.builds(
    Change,
    at_s=st.floats(0, 100),
    light=st.none() | st.floats(0, 1),
    show=st.none() | st.sampled_from(["one.png", "two.png", ALL]),
    freeze_s=st.none() | st.floats(0.1, 100),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "script.yaml"


def test_a_script_tells_what_holds_at_each_moment(path: Path) -> None:
    path.write_text(
        "- {at_s: 20, freeze_s: 30}\n"
        "- {at_s: 3, show: somebody.png}\n"
        "- at_s: 8\n"
        "  light: 0.02\n"
        "- {at_s: 12, light: 1, show: all}\n"
    )
    script = read_script(path)
    assert script.at(0) == Scene()
    assert script.at(3) == Scene(show="somebody.png")
    assert script.at(8) == Scene(light=0.02, show="somebody.png")
    assert script.at(12) == Scene()
    assert script.at(20) == Scene(frozen=True)
    assert script.at(50) == Scene()
    assert script.shown == {"somebody.png"}


@given(st.lists(changes), st.floats(0, 300))
def test_the_order_of_lines_does_not_matter_only_their_times(
    entries: list[Change], elapsed_s: float
) -> None:
    in_time = sorted(entries, key=lambda change: change.at_s)
    scene = Script(in_time).at(elapsed_s)
    assert Script(entries).at(elapsed_s) == scene
    assert 0 <= scene.light <= 1


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("- {at_s: 1}\n- {at_s: 2, ligth: 0}\n", 2, "ligth"),
        ("- {at_s: 1}\n- {at_s: 2}\n- {light: 0}\n", 3, "at_s"),
        ("- {at_s: 1, light: 7}\n", 1, "light"),
        ("- {at_s: .nan}\n", 1, "at_s"),
        ("\n- {at_s: [}\n", 2, "expected"),
        ("- !!python/name:os.system {at_s: 1}\n", 1, "constructor"),
        ("- darkness\n", 1, "entry"),
        ("light: 0\n", 1, "list"),
        ("", 1, "list"),
    ],
)
def test_a_script_that_cannot_be_understood_is_refused_with_its_line(
    path: Path, text: str, line: int, word: str
) -> None:
    path.write_text(text)
    with pytest.raises(CameraError, match=word) as refusal:
        read_script(path)
    assert str(refusal.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00", b"- \xc3\x28"])
def test_a_script_that_is_no_text_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CameraError, match="not YAML"):
        read_script(path)


@pytest.mark.parametrize(
    "text", ["- {at_s: 2024-04-31}", "- {at_s: 1, show: 2024-13-45}", "- " * 5000, "[" * 5000]
)
def test_a_script_with_odd_dates_or_deep_brackets_is_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(CameraError):
        read_script(path)


def test_a_pipe_in_place_of_a_script_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(CameraError, match="cannot be read"):
        read_script(path)


def test_a_script_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(CameraError, match="cannot be read"):
        read_script(path)


def test_full_light_leaves_a_picture_as_it_is(portrait: NDArray[np.uint8]) -> None:
    assert dim(portrait, 1) is portrait


def test_the_dark_is_dark_and_noisy(portrait: NDArray[np.uint8]) -> None:
    dark = dim(portrait, 0)
    assert light_of_pixels(dark) < 0.02
    assert dark.std() > 1
