"""Golden vectors: what a model gave where it was made, for tests to compare other runtimes with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.tflite import Model
from edgemood.training.common.paths import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"


def write_golden(
    model: Path,
    inputs: NDArray[np.float16],
    output: tuple[int, ...],
    folder: Path = GOLDEN,
    kept_as: type[np.float32 | np.float16] = np.float32,
) -> None:
    """Write `input` (n, …) and `output` (n, *output) of a model into `folder`, under its name.

    `inputs` are made up: nothing of a person is in the repository.
    """
    run = Model(model, inputs.shape[1:], output)
    outputs = np.stack([run(values.astype(np.float32)) for values in inputs])
    path = (folder / model.name).with_suffix(".npz")
    np.savez_compressed(path, input=inputs, output=outputs.astype(kept_as))
