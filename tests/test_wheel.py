"""What `pip install` of the wheel brings: all that a box runs, and nothing of what trained it."""

import os
import subprocess
import sys
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]

ANALYSE = """
import sys
from pathlib import Path

import edgemood
from edgemood.config.schema import MODELS
from edgemood.music.library.scan.analyser import Analyst
from edgemood.music.library.scan.result import Subject

assert Path(edgemood.__file__).is_relative_to(sys.argv[1]), edgemood.__file__
assert MODELS.is_relative_to(sys.argv[1]), MODELS
found = Analyst(MODELS).analyse(Path(sys.argv[2]), Subject(1, "song.wav", 30.0))
assert found.problem == "", found.problem
assert found.sound is not None
assert not [name for name in sys.modules if name.startswith("edgemood.training")]
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True)
    (built,) = folder.glob("edgemood-*.whl")
    return built


def test_it_has_every_model_of_the_box_and_no_training(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {Path(name).name for name in names if name.startswith("edgemood/models/")}
    models = {
        path.name for path in (ROOT / "models").glob("*.*") if path.suffix in (".tflite", ".npz")
    }
    assert models <= shipped
    assert not [name for name in names if "/training/" in name or name.endswith(".pt")]


def test_installed_somewhere_else_it_analyses_a_song(wheel: Path, tmp_path: Path) -> None:
    installed, music = tmp_path / "installed", tmp_path / "music"
    zipfile.ZipFile(wheel).extractall(installed)
    music.mkdir()
    seconds = np.arange(30 * 22050) / 22050
    with wave.open(str(music / "song.wav"), "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", ""))
        file.writeframes((8000 * np.sin(2 * np.pi * 220 * seconds)).astype("<i2").tobytes())
    subprocess.run(
        [sys.executable, "-c", ANALYSE, installed, music],
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
    )
