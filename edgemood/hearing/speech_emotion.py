"""From spoken frames to emotion scores."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Scores, softmax
from edgemood.hearing.frames import COLUMNS, HARMONICS, MEL
from edgemood.hearing.mel import BANDS, FRAMES_PER_S, normalise
from edgemood.hearing.voice_gate import BLOCK_FRAMES, VoiceReading
from edgemood.tflite import Model

WINDOW_FRAMES: Final = 256
"""What is judged at a time: 2.56 s of speech, pauses left out."""
DEPTH_DB: Final = 55.0
"""How far under its peak the model looks into speech: half of it lies more than 40 dB below."""
HARMONIC_DEPTH_DB: Final = 45.0
"""The same for the harmonics, between which a room soon fills the gaps."""
HOP_FRAMES: Final = 3 * BLOCK_FRAMES
"""A new judgement for every 0.96 s more of speech."""
LEAST_FRAMES: Final = 4 * BLOCK_FRAMES
"""While somebody still talks, wait for 1.28 s before the first judgement."""
SHORTEST_FRAMES: Final = 2 * BLOCK_FRAMES
"""An exclamation shorter than 0.64 s is not judged."""
PAUSE_BLOCKS: Final = 2 * FRAMES_PER_S // BLOCK_FRAMES
"""After 2 s without voice the next words count as a new utterance, maybe of another person."""


class SpeechEmotionModel:
    """Judges up to 2.56 s of speech."""

    def __init__(self, path: Path) -> None:
        """Load the model; raises ModelError when the file cannot be used."""
        self._model = Model(path, (WINDOW_FRAMES, BANDS, 2), (len(EMOTIONS),))

    def scores(self, frames: NDArray[np.float32]) -> Scores:
        """Calibrated scores of a window of frames (1 to 256, 128) in dB."""
        return softmax(self._model(model_input(frames)))


def model_input(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the model sees of 1 to 256 frames (n, 128): (256, 64, 2), short ones repeated.

    Log-mel and harmonics lie one behind the other, both without their level.
    """
    if not 0 < len(frames) <= WINDOW_FRAMES:
        raise ValueError(f"expected 1 to {WINDOW_FRAMES} frames, got {len(frames)}")
    mel = normalise(frames[:, MEL], DEPTH_DB)
    harmonics = normalise(frames[:, HARMONICS], HARMONIC_DEPTH_DB)
    return np.resize(np.concatenate([mel, harmonics], axis=2), (WINDOW_FRAMES, BANDS, 2))


class Utterance:
    """Strings spoken blocks together and cuts them into windows for the model."""

    def __init__(self) -> None:
        self._spoken = _NOTHING
        self._unseen_frames = 0
        self._blocks_since_voice = 0

    def push(self, reading: VoiceReading) -> NDArray[np.float32] | None:
        """Take the gate's next reading; give a window (64 to 256, 128) when one is due.

        One is due for every `HOP_FRAMES` of new speech, and when the gate closes on speech that
        no window has shown yet.
        """
        if reading.is_open:
            self._blocks_since_voice = 0
            self._spoken = np.concatenate([self._spoken, reading.frames])[-WINDOW_FRAMES:]
            self._unseen_frames += len(reading.frames)
            is_due = self._unseen_frames >= HOP_FRAMES and len(self._spoken) >= LEAST_FRAMES
        else:
            self._blocks_since_voice += 1
            is_due = self._unseen_frames > 0 and len(self._spoken) >= SHORTEST_FRAMES
        window = self._spoken if is_due else None
        if is_due:
            self._unseen_frames = 0
        if self._blocks_since_voice >= PAUSE_BLOCKS:
            self._spoken = _NOTHING
            self._unseen_frames = 0
        return window


_NOTHING: Final = np.empty((0, COLUMNS), dtype=np.float32)
