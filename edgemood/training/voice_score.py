"""Figures of the voice gate, from the int8 file through the box's own front end."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.hearing.mel import BANDS, FRAMES_PER_S, SAMPLE_RATE_HZ, level_db, log_mel
from edgemood.hearing.voice_gate import (
    BLOCK_FRAMES,
    SILENCE_DB,
    WINDOW_FRAMES,
    VoiceGate,
    VoiceReading,
)
from edgemood.training import speech_data
from edgemood.training.speech_files import GATE_INT8, float_gate_net
from edgemood.training.speech_net import multiply_adds
from edgemood.training.voice_scenes import HEARD_DEPTH_DB

_CLIP_STEP = 8  # every eighth clip of speech is enough for the recall
_Sound = NDArray[np.float32]


def readings(models: Path, sound: _Sound) -> list[VoiceReading]:
    """What a new gate says of a sound, mono at 16 kHz."""
    return VoiceGate(models / GATE_INT8).push(log_mel(sound))


def in_stillness(sound: _Sound) -> _Sound:
    """The sound with a still second before and after it."""
    return np.pad(sound, SAMPLE_RATE_HZ)


def measure(models: Path, data: Path, split: str) -> dict[str, Any]:
    """Recall in noise and music, false accepts, size and work of the gate in `models`."""
    noises, songs = (
        list(speech_data.sounds([r for r in recordings if r.split == split]))
        for recordings in (speech_data.noise(data), speech_data.music(data))
    )
    spoken = [r for r in speech_data.speech(data) if r.split == split][::_CLIP_STEP]
    speech = list(speech_data.sounds(spoken))
    work = multiply_adds(float_gate_net(models), torch.zeros(1, 1, WINDOW_FRAMES, BANDS))
    return {
        "recall_10db": _recall(models, speech, noises + songs, 10.0),
        "recall_0db": _recall(models, speech, noises + songs, 0.0),
        "false_accept_noise": _false_accepts(models, noises),
        "false_accept_music": _false_accepts(models, songs),
        "size_bytes": (models / GATE_INT8).stat().st_size,
        "macs_per_s": work * FRAMES_PER_S // BLOCK_FRAMES,
    }


def _recall(models: Path, speech: list[_Sound], behind: list[_Sound], snr_db: float) -> float:
    """The share of spoken blocks that the gate passes; background and clip take turns."""
    draw = np.random.default_rng(0)
    order = draw.permutation(len(behind)).tolist()
    passed, spoken = 0, 0
    for sound, place in zip(speech, itertools.cycle(order), strict=False):
        clean = in_stillness(sound)
        levels_db = level_db(log_mel(clean))
        voiced = levels_db > np.percentile(levels_db[levels_db > SILENCE_DB], 95) - HEARD_DEPTH_DB
        heard = _mixed(clean, sound, behind[place], snr_db)
        for reading, block in zip(readings(models, heard), _blocks(voiced), strict=False):
            if block.mean() >= 0.5:
                spoken += 1
                passed += reading.is_open
    return passed / spoken


def _mixed(clean: _Sound, sound: _Sound, background: _Sound, snr_db: float) -> _Sound:
    """The clip in front of the background, at a ratio of the louder half of each."""
    gain_db = _loud_db(sound) - _loud_db(background) - snr_db
    return clean + np.resize(background, len(clean)) * np.float32(10 ** (gain_db / 20))


def _loud_db(sound: _Sound) -> float:
    """The mean power of the louder half of a sound's 20-ms pieces: its level without pauses."""
    pieces = sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.float64)
    powers = np.sort(np.mean(pieces**2, axis=1))
    return float(10 * np.log10(powers[len(powers) // 2 :].mean() + 1e-12))


def _blocks(frames: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    return np.split(frames, range(BLOCK_FRAMES, len(frames), BLOCK_FRAMES))


def _false_accepts(models: Path, sounds: list[_Sound]) -> float:
    """The share of audible blocks without speech that the gate passes."""
    heard = [reading for sound in sounds for reading in readings(models, sound)]
    audible = [reading for reading in heard if reading.level_db > SILENCE_DB]
    return sum(reading.is_open for reading in audible) / len(audible)
