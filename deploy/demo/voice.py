"""Speech for the replay microphone: a quiet room, in which two people begin to talk in turns.

The phrases are those that the box judges most clearly: `make demo-voice` measures how
clearly, at whatever instant its windows begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 16_000
SPEECH = Path("/usr/share/pocketsphinx/test/data")
"""Recordings in Debian's package pocketsphinx-testdata."""
PAUSE_S = 0.1
"""between two phrases"""

_ROOM_DBFS = -60.0
"""a quiet living room at the gain of a USB microphone"""
_PHRASE_DBFS = -24.5
"""both speakers sit equally near"""
_FADE_S = 0.02

Sound = NDArray[np.float64]
"""Mono samples at `RATE_HZ`, full scale at ±1: shape (n,)."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of a recording."""

    recording: str
    """its place under `SPEECH`: WAV, or headerless 16-bit samples at `RATE_HZ`"""
    start_s: float
    length_s: float

    def sound(self) -> Sound:
        """The phrase at `_PHRASE_DBFS`. Raises FileNotFoundError when it is not installed."""
        path = SPEECH / self.recording
        if not path.exists():
            raise FileNotFoundError(f"{path}: no speech; apt install pocketsphinx-testdata")
        whole = np.fromfile(path, "<i2") / 32768 if path.suffix == ".raw" else _read(path)
        start = round(self.start_s * RATE_HZ)
        phrase = whole[start : start + round(self.length_s * RATE_HZ)]
        fade = np.minimum(1.0, np.arange(len(phrase)) / (_FADE_S * RATE_HZ))
        faded: Sound = phrase * fade * fade[::-1]
        louder: Sound = faded * 10 ** (_PHRASE_DBFS / 20) / faded.std()
        return louder


PHRASES = (
    Phrase("librivox/sense_and_sensibility_01_austen_64kb-0870.wav", 2.2, 1.6),
    Phrase("numbers.raw", 1.8, 1.4),
)
"""A volunteer of LibriVox reads "Sense and Sensibility" (public domain), and a man says numbers."""


TURN_S = sum(phrase.length_s + PAUSE_S for phrase in PHRASES)
"""after which both have spoken once"""


def record(path: Path, quiet_s: float, talking_s: float) -> None:
    """Write a WAV file: `quiet_s` of room noise, then `talking_s` of both talking in turns.

    Raises FileNotFoundError when the recordings are not installed.
    """
    sound = np.concatenate([np.zeros(round(quiet_s * RATE_HZ)), talk(talking_s)])
    room = np.random.default_rng(1).normal(0, 10 ** (_ROOM_DBFS / 20), len(sound))
    soundfile.write(path, sound + room, RATE_HZ, subtype="PCM_16")


def talk(talking_s: float, phrases: tuple[Phrase, ...] = PHRASES) -> Sound:
    """The phrases in turn, each followed by a pause, over and over."""
    pause = np.zeros(round(PAUSE_S * RATE_HZ))
    turn = np.concatenate([part for phrase in phrases for part in (phrase.sound(), pause)])
    return np.resize(turn, round(talking_s * RATE_HZ))


def _read(path: Path) -> Sound:
    whole, rate_hz = soundfile.read(path, dtype="float64")
    assert rate_hz == RATE_HZ
    sound: Sound = whole
    return sound
