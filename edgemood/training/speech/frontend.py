"""What the box makes of a sound: the windows it would judge, and the grounds it has for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ, log_mel
from edgemood.hearing.speech_emotion import WINDOW_FRAMES, Utterance
from edgemood.hearing.voice_gate import BLOCK_FRAMES, VoiceGate, VoiceReading
from edgemood.training.speech.checkpoint import GATE_INT8

Sound = NDArray[np.float32]
"""(n,) mono at 16 kHz, full scale at ±1."""


@dataclass(frozen=True, slots=True, eq=False)
class GateWindow:
    """A window of spoken frames, as `VoiceJudge` would hand it to the model."""

    frames: NDArray[np.float32]
    """(64 to 256, 64) in dB"""
    voice: float
    """the gate's mean probability over it"""
    snr_db: float
    """its mean height above the room's noise floor"""

    @property
    def spoken_share(self) -> float:
        """How much of the model's window it fills, in (0, 1]."""
        return len(self.frames) / WINDOW_FRAMES


def readings(models: Path, sound: Sound) -> list[VoiceReading]:
    """What a new gate says of a sound."""
    return VoiceGate(models / GATE_INT8).push(log_mel(sound))


def listen(models: Path, sound: Sound) -> list[GateWindow]:
    """The windows the box would judge, hearing only this sound."""
    utterance = Utterance()
    voiced: list[VoiceReading] = []
    windows = []
    for reading in readings(models, sound):
        window = utterance.push(reading)
        if reading.is_open:
            voiced.append(reading)
        if window is not None:
            behind = voiced[-(len(window) // BLOCK_FRAMES) :]
            voice = float(np.mean([each.voice for each in behind]))
            snr_db = float(np.mean([each.snr_db for each in behind]))
            windows.append(GateWindow(window, voice, snr_db))
    return windows


def in_stillness(sound: Sound) -> Sound:
    """The sound with a still second before and after it."""
    return np.pad(sound, SAMPLE_RATE_HZ)


def in_front_of(background: Sound, speech: Sound, snr_db: float) -> Sound:
    """The speech, in stillness, before the background; the ratio is of the louder half of each."""
    gain_db = _loud_db(speech) - _loud_db(background) - snr_db
    clean = in_stillness(speech)
    mixture: Sound = clean + np.resize(background, len(clean)) * np.float32(10 ** (gain_db / 20))
    return mixture


def _loud_db(sound: Sound) -> float:
    """The mean power of the louder half of a sound's 20-ms pieces: its level without pauses."""
    pieces = sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.float64)
    powers = np.sort(np.mean(pieces**2, axis=1))
    return float(10 * np.log10(powers[len(powers) // 2 :].mean() + 1e-12))
