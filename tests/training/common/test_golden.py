"""Golden vectors: each writer writes again what is in the repository; needs no torch."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgemood.training.common.golden import GOLDEN
from edgemood.training.common.paths import MODELS
from edgemood.training.detector import golden as detector
from edgemood.training.face import golden as face
from edgemood.training.music import golden as music
from edgemood.training.speech import golden as speech

WRITERS = {
    face.write: ["face_emotion"],
    detector.write: ["face_detector"],
    speech.write: ["speech_emotion", "voice_gate"],
    music.write: ["music_mood", "music_tagger"],
}


@pytest.mark.parametrize(("write", "names"), WRITERS.items(), ids=[n[0] for n in WRITERS.values()])
def test_vectors_are_those_of_the_model_in_the_repository(
    write: Callable[[Path, Path], None], names: list[str], tmp_path: Path
) -> None:
    write(MODELS, tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == names
    for name in names:
        with np.load(tmp_path / f"{name}.npz") as new, np.load(GOLDEN / f"{name}.npz") as kept:
            assert new["input"].dtype == kept["input"].dtype == np.float16
            assert new["output"].dtype == kept["output"].dtype
            np.testing.assert_allclose(new["input"], kept["input"], atol=2e-3)
            assert new["output"].shape == kept["output"].shape
            np.testing.assert_allclose(
                new["output"].astype(float), kept["output"], atol=0.1 * np.ptp(kept["output"])
            )
