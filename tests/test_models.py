"""Every model in `models/` on this Python's runtime, against `tests/golden/`.

The training commands write the golden vectors when they export a model.
"""

from pathlib import Path

import numpy as np
import pytest

from edgemood.tflite import Model

ROOT = Path(__file__).parents[1]
MODELS = sorted(path.stem for path in (ROOT / "models").glob("*.tflite"))

# Kernels may round the last bit of an activation differently; through all layers that moved an
# output by less than this share of the outputs' range between tflite-runtime and ai-edge-litert.
TOLERANCE = 0.05


def test_there_are_models():
    assert "face_emotion" in MODELS


@pytest.mark.parametrize("name", MODELS)
def test_a_model_gives_the_same_outputs_on_every_runtime(name: str):
    with np.load(ROOT / "tests" / "golden" / f"{name}.npz") as golden:
        inputs, expected = golden["input"].astype(np.float32), golden["output"]
    model = Model(ROOT / "models" / f"{name}.tflite", inputs.shape[1:], expected.shape[1:])
    outputs = np.stack([model(values) for values in inputs])
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=TOLERANCE * np.ptp(expected))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_a_card(name: str):
    card = (ROOT / "models" / f"{name}.md").read_text(encoding="utf-8")
    assert name in card
