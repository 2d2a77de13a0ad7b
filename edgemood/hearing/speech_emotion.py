"""From spoken frames to emotion scores."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, Scores, softmax
from edgemood.hearing.mel import BANDS, FLOOR_DB, FRAMES_PER_S
from edgemood.hearing.voice_gate import BLOCK_FRAMES, VoiceReading
from edgemood.tflite import Model

WINDOW_FRAMES: Final = 256
"""What is judged at a time: 2.56 s of speech, pauses left out."""
DEPTH_DB: Final = 70.0
"""How far under its peak the model looks into speech."""
STEP_DB: Final = 40.0
"""What counts as 1 to the model, as to Whisper, whose filters it began with."""
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
        self._model = Model(path, (WINDOW_FRAMES, BANDS, 1), (len(EMOTIONS),))

    def scores(self, frames: NDArray[np.float32]) -> Scores:
        """Calibrated scores of a window of frames (1 to 256, 64) in dB."""
        return softmax(self._model(model_input(frames)))


def model_input(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the model sees of 1 to 256 frames (n, 64): (256, 64, 1), short ones repeated."""
    if not 0 < len(frames) <= WINDOW_FRAMES:
        raise ValueError(f"expected 1 to {WINDOW_FRAMES} frames, got {len(frames)}")
    return np.resize(under_peak(frames)[:, :, np.newaxis], (WINDOW_FRAMES, BANDS, 1))


def under_peak(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Frames (n, 64) in dB without loudness: 1.5 at the loudest band, 1 less for 40 dB less."""
    peak_db = frames.max(initial=FLOOR_DB)
    clipped = np.maximum(frames, peak_db - DEPTH_DB)
    seen: NDArray[np.float32] = ((clipped - peak_db) / STEP_DB + 1.5).astype(np.float32)
    return seen


class Utterance:
    """Strings spoken blocks together and cuts them into windows for the model."""

    def __init__(self) -> None:
        self._spoken = _NOTHING
        self._unseen_frames = 0
        self._blocks_since_voice = 0

    def push(self, reading: VoiceReading) -> NDArray[np.float32] | None:
        """Take the gate's next reading; give a window (64 to 256, 64) when one is due.

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


_NOTHING: Final = np.empty((0, BANDS), dtype=np.float32)
