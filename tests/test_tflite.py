import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.errors import ModelError
from edgemood.tflite import Model, sealed

FACE_MODEL = Path(__file__).parents[1] / "models" / "face_emotion.tflite"
FACE, EMOTION = (48, 48, 1), (7,)


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    return Path(shutil.copy(FACE_MODEL, tmp_path))


def test_a_model_gives_finite_outputs_of_the_named_shape():
    output = Model(FACE_MODEL, FACE, EMOTION)(np.zeros(FACE, dtype=np.float32))
    assert output.shape == EMOTION
    assert output.dtype == np.float32
    assert np.isfinite(output).all()


def test_an_output_stays_what_it_was_when_the_model_runs_again():
    model = Model(FACE_MODEL, FACE, EMOTION)
    first = model(np.zeros(FACE, dtype=np.float32))
    kept = first.copy()
    model(np.random.default_rng(1).standard_normal(FACE).astype(np.float32))
    np.testing.assert_array_equal(first, kept)


def test_a_missing_file_is_named_with_what_was_expected(tmp_path: Path):
    with pytest.raises(ModelError, match=r"absent\.tflite.*cannot be read.*\(48, 48, 1\).*\(7,\)"):
        Model(tmp_path / "absent.tflite", FACE, EMOTION)


def test_a_folder_in_place_of_a_model_is_refused(tmp_path: Path):
    with pytest.raises(ModelError, match="cannot be read"):
        Model(tmp_path, FACE, EMOTION)


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_model_is_refused_wherever_it_was_cut(
    share: float, tmp_path_factory: pytest.TempPathFactory
):
    content = FACE_MODEL.read_bytes()
    cut = tmp_path_factory.mktemp("cut") / "cut.tflite"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError, match=r"cut\.tflite"):
        Model(cut, FACE, EMOTION)


def test_a_model_short_of_its_last_byte_is_refused(model_file: Path):
    model_file.write_bytes(model_file.read_bytes()[:-1])
    with pytest.raises(ModelError, match="damaged"):
        Model(model_file, FACE, EMOTION)


def test_a_model_with_one_flipped_bit_is_refused(model_file: Path):
    content = bytearray(model_file.read_bytes())
    content[len(content) // 2] ^= 1
    model_file.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        Model(model_file, FACE, EMOTION)


def test_another_kind_of_file_is_refused(tmp_path: Path):
    picture = tmp_path / "picture.tflite"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    with pytest.raises(ModelError, match="not a TFLite file"):
        Model(picture, FACE, EMOTION)


def test_a_sealed_file_that_holds_no_model_is_refused(tmp_path: Path):
    hollow = tmp_path / "hollow.tflite"
    hollow.write_bytes(sealed(b"\x20\x00\x00\x00TFL3" + bytes(64)))
    with pytest.raises(ModelError, match="damaged or unsupported"):
        Model(hollow, FACE, EMOTION)


def test_a_model_made_for_something_else_is_refused_with_both_shapes():
    with pytest.raises(ModelError, match=r"something else.*\(48, 48, 1\).*expected.*\(96, 64, 1\)"):
        Model(FACE_MODEL, (96, 64, 1), EMOTION)
