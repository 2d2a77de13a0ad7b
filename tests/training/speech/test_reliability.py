from pathlib import Path

import numpy as np

from edgemood.hearing import fitted
from edgemood.training.speech.reliability import CONSTANTS, write_constants


def test_the_constants_that_the_box_uses_are_as_the_fit_writes_them(tmp_path: Path):
    path = tmp_path / "fitted.py"
    write_constants(path, np.array([fitted.BIAS, *fitted.WEIGHTS]), fitted.BEST)
    assert path.read_text() == CONSTANTS.read_text()
