"""Speech for the replay microphone: a quiet room, in which somebody begins to talk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

_ROOM_DBFS = -60.0
"""a quiet living room at the gain of a USB microphone"""
_PAUSE_S = 0.35
_SENTENCES = (
    "I do not know what to do any more.",
    "Nobody called today, and nobody called yesterday.",
    "It has been raining all week, and the house is so empty.",
    "I should have said something, but now it is too late.",
)
_WORDS_PER_MINUTE = 120
_PITCH = 25
"""espeak-ng's scale from 0 to 99; 50 is how it usually speaks"""


def record(path: Path, quiet_s: float, talking_s: float) -> None:
    """Write a WAV file: `quiet_s` of room noise, then at least `talking_s` of a downcast voice."""
    spoken: list[NDArray[np.float32]] = []
    samples, rate_hz = 0, 1
    while samples < talking_s * rate_hz:
        sentence = _SENTENCES[len(spoken) // 2 % len(_SENTENCES)]
        speech, rate_hz = _speak(sentence, path)
        spoken += [speech, np.zeros(int(_PAUSE_S * rate_hz), dtype=np.float32)]
        samples += len(spoken[-1]) + len(spoken[-2])
    talk = np.concatenate([np.zeros(int(quiet_s * rate_hz), dtype=np.float32), *spoken])
    room = np.random.default_rng(1).normal(0, 10 ** (_ROOM_DBFS / 20), len(talk))
    soundfile.write(path, talk + room, rate_hz, subtype="PCM_16")


def _speak(sentence: str, path: Path) -> tuple[NDArray[np.float32], int]:
    """The sentence as samples in [-1, 1] and their rate, by way of a file at `path`."""
    subprocess.run(
        ["espeak-ng", "-s", str(_WORDS_PER_MINUTE), "-p", str(_PITCH), "-w", str(path), sentence],
        check=True,
    )
    samples, rate_hz = soundfile.read(path, dtype="float32")
    return samples, rate_hz
