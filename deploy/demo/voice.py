"""Speech for the replay microphone: a quiet room, in which somebody begins to talk.

A volunteer of LibriVox reads from "Sense and Sensibility" (public domain); five sentences of it are
in Debian's package pocketsphinx-testdata.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

READINGS = Path("/usr/share/pocketsphinx/test/data/librivox")
RATE_HZ = 16_000

_ROOM_DBFS = -60.0
"""a quiet living room at the gain of a USB microphone"""
_PAUSE_S = 0.4


def record(path: Path, quiet_s: float, talking_s: float) -> None:
    """Write a WAV file: `quiet_s` of room noise, then `talking_s` of a voice in it.

    Raises FileNotFoundError when the readings are not installed.
    """
    talk = np.resize(_reading(), int(talking_s * RATE_HZ))
    sound = np.concatenate([np.zeros(int(quiet_s * RATE_HZ)), talk])
    room = np.random.default_rng(1).normal(0, 10 ** (_ROOM_DBFS / 20), len(sound))
    soundfile.write(path, sound + room, RATE_HZ, subtype="PCM_16")


def _reading() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """All sentences with a pause after each: shape (n,), in [-1, 1], at `RATE_HZ`."""
    files = sorted(READINGS.glob("*.wav"))
    if not files:
        raise FileNotFoundError(f"{READINGS}: no speech; apt install pocketsphinx-testdata")
    pause = np.zeros(int(_PAUSE_S * RATE_HZ))
    sentences = []
    for file in files:
        samples, rate_hz = soundfile.read(file)
        if rate_hz != RATE_HZ:
            raise ValueError(f"{file}: expected {RATE_HZ} Hz, got {rate_hz} Hz")
        sentences += [samples, pause]
    return np.concatenate(sentences)
