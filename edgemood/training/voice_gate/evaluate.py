"""Figures of the voice gate, from the int8 file through the box's own front end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.hearing.mel import BANDS, FRAMES_PER_S, level_db, log_mel
from edgemood.hearing.voice_gate import BLOCK_FRAMES, SILENCE_DB, WINDOW_FRAMES
from edgemood.training.common import charts
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.checkpoint import GATE_INT8, float_gate_net
from edgemood.training.speech.frontend import Sound, in_front_of, in_stillness, readings
from edgemood.training.speech.model import multiply_adds
from edgemood.training.voice_gate.data import HEARD_DEPTH_DB, hiss

RUNGS_DB: Final = (20, 10, 5, 0, -5)
HISS_RUNGS_DB: Final = (20, 10)
Said = tuple[float, bool]
"""What the gate says of a block: the voice probability, and whether it is open."""
_CLIP_STEP = 8  # every eighth clip of speech is enough for the recall


def measure(models: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Recall in noise, music and hiss, false accepts, size and work of the gate; draws its ROC."""
    noises, songs = (
        list(speech_data.sounds([r for r in recordings if r.split == split]))
        for recordings in (speech_data.noise(data), speech_data.music(data))
    )
    spoken = [r for r in speech_data.speech(data) if r.split == split][::_CLIP_STEP]
    speech = list(speech_data.sounds(spoken))
    found = {
        snr_db: list(_spoken_readings(models, speech, noises + songs, snr_db))
        for snr_db in RUNGS_DB
    }
    white = [hiss(0.0, seed=1_000)]
    in_hiss = {
        f"recall_hiss_{snr_db}db": _passed(list(_spoken_readings(models, speech, white, snr_db)))
        for snr_db in HISS_RUNGS_DB
    }
    of_noises, of_songs = (_audible(models, sounds) for sounds in (noises, songs))
    passed = _curve(of_noises + of_songs)
    curves = {f"{snr_db} dB": (passed, _curve(of_rung)) for snr_db, of_rung in found.items()}
    charts.roc(models / "voice_gate_roc.svg", curves)
    work = multiply_adds(float_gate_net(models), torch.zeros(1, 1, WINDOW_FRAMES, BANDS))
    recalls = {
        f"recall_{snr_db}db".replace("-", "minus_"): _passed(of_rung)
        for snr_db, of_rung in found.items()
    }
    figures = (
        recalls
        | in_hiss
        | {
            "false_accept_noise": _passed(of_noises),
            "false_accept_music": _passed(of_songs),
            "size_bytes": (models / GATE_INT8).stat().st_size,
            "macs_per_s": work * FRAMES_PER_S // BLOCK_FRAMES,
        }
    )
    return {"voice_gate": figures}


def _spoken_readings(
    models: Path, speech: list[Sound], behind: list[Sound], snr_db: float
) -> Iterator[Said]:
    """What the gate says of spoken blocks; background and clip take turns."""
    draw = np.random.default_rng(0)
    order = draw.permutation(len(behind)).tolist()
    for sound, place in zip(speech, itertools.cycle(order), strict=False):
        levels_db = level_db(log_mel(in_stillness(sound)))
        voiced = levels_db > np.percentile(levels_db[levels_db > SILENCE_DB], 95) - HEARD_DEPTH_DB
        heard = readings(models, in_front_of(behind[place], sound, snr_db))
        for reading, block in zip(heard, _blocks(voiced), strict=False):
            if block.mean() >= 0.5:
                yield reading.voice, reading.is_open


def _blocks(frames: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    return np.split(frames, range(BLOCK_FRAMES, len(frames), BLOCK_FRAMES))


def _audible(models: Path, sounds: list[Sound]) -> list[Said]:
    """What the gate says of all blocks that can be heard."""
    return [
        (reading.voice, reading.is_open)
        for sound in sounds
        for reading in readings(models, sound)
        if reading.level_db > SILENCE_DB
    ]


def _passed(said: list[Said]) -> float:
    return sum(is_open for _, is_open in said) / len(said)


def _curve(said: list[Said]) -> NDArray[np.float64]:
    """The share passed with hysteresis and hangover, then by the model alone at 99 thresholds."""
    voices = np.array([voice for voice, _ in said])
    shares = [(voices > threshold).mean() for threshold in np.linspace(0.01, 0.99, 99)]
    return np.array([_passed(said), *shares])
