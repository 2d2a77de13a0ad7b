"""The voice gate: does somebody in the room speak, and if not, what is it that is heard?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import BANDS, FLOOR_DB, FRAMES_PER_S, level_db, normalise
from edgemood.tflite import Model

BLOCK_FRAMES: Final = 32
"""What is judged at a time: 0.32 s."""
WINDOW_FRAMES: Final = 128
"""What the model looks at: the judged block, two before it and one after it."""
JUDGED: Final = slice(WINDOW_FRAMES - 2 * BLOCK_FRAMES, WINDOW_FRAMES - BLOCK_FRAMES)
"""Where in the window the judged block lies; the look-ahead lets a word's onset be told apart."""
DEPTH_DB: Final = 40.0
"""How far under its peak the model looks into a sound."""
OPEN_AT: Final = 0.45
CLOSE_AT: Final = 0.3
"""Two thresholds on the voice probability, so that the gate does not chatter. Chosen on the
validation split (`python -m edgemood.training.speech.evaluate --split val`), so that hardly any
song passes and speech at 10 dB still does."""
HANGOVER_BLOCKS: Final = 1
"""How long the gate stays open after the last voice: the pause between two words."""
SILENCE_DB: Final = -70.0
"""Quieter blocks are silence in any room."""
ABOVE_FLOOR_DB: Final = 3.0
"""Blocks that do not rise this far above the room's own noise floor are silence too, unless
somebody speaks in them."""
LEAST_ABOVE_FLOOR_DB: Final = 0.8
"""White noise strays so far by itself; a voice 10 dB above it lifts its level by little more."""
FLOOR_MEMORY_BLOCKS: Final = 10 * FRAMES_PER_S // BLOCK_FRAMES
"""The noise floor is the quietest moment of the last 10 s: nobody speaks so long without a breath
(minimum statistics; Martin, "Noise power spectral density estimation", 2001)."""


class Sound(IntEnum):
    """What a block holds; the first three are the model's classes, in the order of its output."""

    VOICE = 0
    MUSIC = 1
    NOISE = 2
    SILENCE = 3


@dataclass(frozen=True, slots=True, eq=False)
class VoiceReading:
    """What the gate says of one block."""

    frames: NDArray[np.float32]
    """the judged block itself: (BLOCK_FRAMES, 64) in dB"""
    sound: Sound
    """what the block is taken for; the gate is open when it is VOICE"""
    voice: float
    """probability that somebody speaks, in [0, 1]; 0 in silence"""
    level_db: float
    """level of the block, in the dB of `edgemood.hearing.mel`"""
    snr_db: float
    """how far the block rises above the room's noise floor, at least 0"""

    @property
    def is_open(self) -> bool:
        """Whether the block may be judged for emotion."""
        return self.sound is Sound.VOICE


class VoiceGate:
    """Judges frames as they come, block by block, one block behind."""

    def __init__(self, path: Path) -> None:
        """Load the model; raises ModelError when the file cannot be used."""
        self._model = Model(path, (WINDOW_FRAMES, BANDS, 1), (len(Sound) - 1,))
        self._window = np.full((WINDOW_FRAMES, BANDS), FLOOR_DB, dtype=np.float32)
        self._pending = np.empty((0, BANDS), dtype=np.float32)
        self._floors_db: deque[float] = deque(maxlen=FLOOR_MEMORY_BLOCKS)
        self._blocks_heard = 0
        self._hysteresis = Hysteresis()

    def push(self, frames: NDArray[np.float32]) -> list[VoiceReading]:
        """Take the next frames (n, 64); give a reading for every block they complete.

        A reading comes one block (0.32 s) after its own block is complete.
        """
        self._pending = np.concatenate([self._pending, frames])
        readings = []
        while len(self._pending) >= BLOCK_FRAMES:
            block, self._pending = np.split(self._pending, [BLOCK_FRAMES])
            self._window = np.concatenate([self._window[BLOCK_FRAMES:], block])
            self._blocks_heard += 1
            if self._blocks_heard > 1:
                readings.append(self._read())
        return readings

    def _read(self) -> VoiceReading:
        block = self._window[JUDGED]
        levels_db = level_db(block)
        loudness_db = float(10.0 * np.log10(np.mean(10.0 ** (levels_db / 10.0))))
        self._floors_db.append(float(np.percentile(levels_db, 10)))
        snr_db = max(0.0, loudness_db - min(self._floors_db))
        voice, otherwise = 0.0, Sound.SILENCE
        if loudness_db >= SILENCE_DB and snr_db >= LEAST_ABOVE_FLOOR_DB:
            chances = voice_music_noise(self._model(normalise(self._window, DEPTH_DB)))
            voice = float(chances[Sound.VOICE])
            if snr_db >= ABOVE_FLOOR_DB:
                is_music = chances[Sound.MUSIC] > chances[Sound.NOISE]
                otherwise = Sound.MUSIC if is_music else Sound.NOISE
        sound = Sound.VOICE if self._hysteresis.is_open(voice) else otherwise
        return VoiceReading(block, sound, voice, loudness_db, snr_db)


class Hysteresis:
    """Opens on a clear voice, stays open on a fainter one and through the pause between words."""

    def __init__(self) -> None:
        self._blocks_left = 0

    def is_open(self, voice: float) -> bool:
        """Take the voice probability of the next block; decide whether the gate is open on it."""
        if voice >= (CLOSE_AT if self._blocks_left else OPEN_AT):
            self._blocks_left = 1 + HANGOVER_BLOCKS
        else:
            self._blocks_left = max(0, self._blocks_left - 1)
        return self._blocks_left > 0


def voice_music_noise(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of the three sounds, shape (3,), from the model's output."""
    exponentials = np.exp(logits - logits.max())
    chances: NDArray[np.float32] = exponentials / exponentials.sum()
    return chances
