"""Speech for the replay microphone: a quiet room, in which somebody begins to talk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

READING = Path(
    "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav"
)
"""A volunteer of LibriVox evenly reads a sentence of "Sense and Sensibility": 7 s, public domain,
in Debian's package pocketsphinx-testdata."""

_ROOM_DBFS = -60.0
"""a quiet living room at the gain of a USB microphone"""
_PHRASE_S = 2.8
"""its first words, evenly spoken throughout"""
_PAUSE_S = 0.5


def record(path: Path, quiet_s: float, talking_s: float) -> None:
    """Write a WAV file: `quiet_s` of room noise, then `talking_s` of a voice in it.

    Raises FileNotFoundError when the reading is not installed.
    """
    if not READING.exists():
        raise FileNotFoundError(f"{READING}: no speech; apt install pocketsphinx-testdata")
    sentence, rate_hz = soundfile.read(READING)
    phrase = sentence[: int(_PHRASE_S * rate_hz)]
    phrase_and_pause = np.concatenate([phrase, np.zeros(int(_PAUSE_S * rate_hz))])
    talk = np.resize(phrase_and_pause, int(talking_s * rate_hz))
    sound = np.concatenate([np.zeros(int(quiet_s * rate_hz)), talk])
    room = np.random.default_rng(1).normal(0, 10 ** (_ROOM_DBFS / 20), len(sound))
    soundfile.write(path, sound + room, rate_hz, subtype="PCM_16")
