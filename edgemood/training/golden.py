"""Golden vectors of every model in `models/`: `python -m edgemood.training.golden`.

To be run after a model was exported anew. The tests compare what each runtime computes with what
the converter's own interpreter computed here, on smooth noise: no picture or sound of a person is
in the repository.
"""

from __future__ import annotations

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgemood.training.datasets import MODELS, REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"

_SAMPLES = 4
_BLUR_SIGMA = 2.0  # neighbours in faces and log-mel pictures are alike


def main() -> None:
    """Write `tests/golden/<model>.npz` with `inputs` and `outputs` for each model."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for path in sorted(MODELS.glob("*.tflite")):
        interpreter = tf.lite.Interpreter(model_path=str(path))
        interpreter.allocate_tensors()
        shape = tuple(interpreter.get_input_details()[0]["shape"][1:])
        inputs = smooth_noise((_SAMPLES, *shape))
        outputs = np.stack([_run(interpreter, values) for values in inputs])
        np.savez_compressed(GOLDEN / f"{path.stem}.npz", inputs=inputs, outputs=outputs)
        print(f"{path.stem}: {inputs.shape} to {outputs.shape}")


def smooth_noise(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Noise of deviation 1 whose neighbours over the first two dimensions of a sample are alike."""
    noise = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    smooth = np.stack(
        [cv2.GaussianBlur(sample, (0, 0), _BLUR_SIGMA).reshape(shape[1:]) for sample in noise]
    )
    scaled: NDArray[np.float32] = (smooth / smooth.std()).astype(np.float16).astype(np.float32)
    return scaled


def _run(interpreter: tf.lite.Interpreter, values: NDArray[np.float32]) -> NDArray[np.float32]:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values[np.newaxis])
    interpreter.invoke()
    output: NDArray[np.float32] = interpreter.get_tensor(
        interpreter.get_output_details()[0]["index"]
    )[0]
    return output


if __name__ == "__main__":
    main()
