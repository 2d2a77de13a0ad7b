"""Golden vectors: what the int8 files gave where they were made, for the tests to compare with.

`python -m edgemood.training.speech_golden` writes them for the files in `models/`; the training
commands do so themselves.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing import speech_emotion, voice_gate
from edgemood.hearing.mel import FRAMES_PER_S, SAMPLE_RATE_HZ, log_mel, normalise
from edgemood.tflite import Model
from edgemood.training.datasets import MODELS, REPOSITORY
from edgemood.training.speech_files import EMOTION_INT8, GATE_INT8

GOLDEN = REPOSITORY / "tests" / "golden"
_SOUNDS = 4


def write(models: Path = MODELS, folder: Path = GOLDEN) -> None:
    """Write `input` (n, frames, 64, 1) and `output` (n, classes) for each model that is there."""
    for file, sense, classes in (
        (GATE_INT8, voice_gate, 3),
        (EMOTION_INT8, speech_emotion, 7),
    ):
        if (models / file).exists():
            pictures = np.stack(
                [_picture(seed, sense.WINDOW_FRAMES, sense.DEPTH_DB) for seed in range(_SOUNDS)]
            )
            model = Model(models / file, pictures.shape[1:], (classes,))
            outputs = np.stack([model(picture.astype(np.float32)) for picture in pictures])
            golden = (folder / file).with_suffix(".npz")
            np.savez_compressed(golden, input=pictures, output=outputs)


def _picture(seed: int, frames: int, depth_db: float) -> NDArray[np.float16]:
    """A hum with a vibrato and syllables, in hiss: what a model sees of it, rounded to float16."""
    draw = np.random.default_rng(seed)
    time_s = np.arange((frames + 4) * SAMPLE_RATE_HZ // FRAMES_PER_S) / SAMPLE_RATE_HZ
    pitch_hz = draw.uniform(90, 300) * (1 + 0.1 * np.sin(2 * np.pi * draw.uniform(0.5, 5) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    voice = sum(np.sin(n * phase) / n for n in range(1, 20))
    syllables = np.sin(np.pi * draw.uniform(2, 6) * time_s) ** 2
    sound = 0.1 * voice * syllables + 0.003 * draw.standard_normal(len(time_s))
    picture: NDArray[np.float16] = normalise(
        log_mel(sound.astype(np.float32))[:frames], depth_db
    ).astype(np.float16)
    return picture


if __name__ == "__main__":
    write()
