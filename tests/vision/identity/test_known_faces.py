import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.errors import ProfileError
from edgemood.vision.identity import known_faces

FACE = np.linspace(-1, 1, 60, dtype=np.float32)
MODEL = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "faces"


def test_nobody_is_known_before_anybody_enrolled(folder: Path) -> None:
    assert known_faces.names(folder) == []
    assert known_faces.read_all(folder, MODEL) == {}
    assert not known_faces.forget(folder, "Mia")


def test_who_is_remembered_is_read_again_and_nobody_else_may_read_it(folder: Path) -> None:
    known_faces.remember(folder, "Mia", FACE, MODEL)
    np.testing.assert_allclose(known_faces.read_all(folder, MODEL)["Mia"], FACE, atol=1e-4)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_size < 1500


def test_who_is_forgotten_leaves_nothing(folder: Path) -> None:
    known_faces.remember(folder, "Mia", FACE, MODEL)
    before = known_faces.stamp(folder)
    assert known_faces.forget(folder, "Mia")
    assert list(folder.iterdir()) == []
    assert known_faces.stamp(folder) != before


def test_a_face_of_another_model_or_a_damaged_one_is_left_out_and_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known_faces.remember(folder, "Mia", FACE, "another")
    known_faces.remember(folder, "Noor", FACE, MODEL)
    (folder / "Tom.json").write_text("damaged")
    assert set(known_faces.read_all(folder, MODEL)) == {"Noor"}
    assert "enrol again" in caplog.text
    assert "Tom.json" in caplog.text


FACE_FILES = {
    "a list": b"[]",
    "deep nesting": b"[" * 60_000,
    "a table": b'{"model": "0123456789abcdef", "embedding": [[1, 2]]}',
    "no numbers": b'{"model": "0123456789abcdef", "embedding": ["a"]}',
    "not finite": b'{"model": "0123456789abcdef", "embedding": [NaN, 1e999]}',
    "4,301 digits": b'{"model": "0123456789abcdef", "embedding": [%s]}' % (b"9" * 4301),
    "400 digits": b'{"model": "0123456789abcdef", "embedding": [%s]}' % (b"9" * 400),
    "too large": b" " * 10**6,
}


@pytest.mark.parametrize("content", FACE_FILES.values(), ids=FACE_FILES)
def test_whatever_a_file_of_a_face_holds_the_others_are_known(folder: Path, content: bytes) -> None:
    known_faces.remember(folder, "Noor", FACE, MODEL)
    (folder / "Tom.json").write_bytes(content)
    os.mkfifo(folder / "Mia.json")
    (folder / "Ida.json").mkdir()
    (folder / "Leo.json").write_text('{"model": "0123456789abcdef", "embedding": [1, 2]}')
    known = known_faces.read_all(folder, MODEL)
    assert set(known) == {"Noor", "Leo"}
    assert known_faces.nearest(FACE, known, 0.1) == "Noor"


@pytest.mark.parametrize("name", ["", "../mia", "a/b", ".hidden", "x" * 41, "mia\n"])
def test_a_name_that_would_be_another_path_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ProfileError, match="cannot be a name"):
        known_faces.path_of(folder, name)


@given(st.text(max_size=50))
def test_every_file_lies_in_the_folder(name: str) -> None:
    folder = Path("/faces")
    try:
        path = known_faces.path_of(folder, name)
    except ProfileError:
        return
    assert path.parent == folder
    assert path.name == f"{name}.json"
