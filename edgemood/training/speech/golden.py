"""Golden vectors: what the int8 files gave where they were made, for the tests to compare with.

`python -m edgemood.training.speech.golden` writes them for the files in `models/`; the training
commands do so themselves.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing import speech_emotion, voice_gate
from edgemood.hearing.mel import FRAMES_PER_S, SAMPLE_RATE_HZ, log_mel, normalise
from edgemood.training.common.golden import GOLDEN, write_golden
from edgemood.training.common.paths import MODELS

_SOUNDS = 4


def write(models: Path = MODELS, folder: Path = GOLDEN) -> None:
    """Write `input` (n, frames, 64, 1) and `output` (n, classes) for both models."""
    sounds = [_voice(seed) for seed in range(_SOUNDS)]
    windows = [log_mel(sound)[: speech_emotion.WINDOW_FRAMES] for sound in sounds]
    blocks = [window[: voice_gate.WINDOW_FRAMES] for window in windows]
    for file, pictures, classes in (
        ("voice_gate.tflite", [normalise(block, voice_gate.DEPTH_DB) for block in blocks], 3),
        ("speech_emotion.tflite", [speech_emotion.model_input(window) for window in windows], 7),
    ):
        write_golden(models / file, np.stack(pictures).astype(np.float16), (classes,), folder)


def _voice(seed: int) -> NDArray[np.float32]:
    """2.6 s of a hum with a vibrato and syllables, in hiss."""
    draw = np.random.default_rng(seed)
    time_s = np.arange(260 * SAMPLE_RATE_HZ // FRAMES_PER_S) / SAMPLE_RATE_HZ
    pitch_hz = draw.uniform(90, 300) * (1 + 0.1 * np.sin(2 * np.pi * draw.uniform(0.5, 5) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    voice = sum(np.sin(n * phase) / n for n in range(1, 20))
    syllables = np.sin(np.pi * draw.uniform(2, 6) * time_s) ** 2
    hiss = 0.003 * draw.standard_normal(len(time_s))
    sound: NDArray[np.float32] = (0.1 * voice * syllables + hiss).astype(np.float32)
    return sound


if __name__ == "__main__":
    write()
