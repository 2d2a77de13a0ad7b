"""A small synthesiser: written notes in, sound out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 22_050
_CYCLE_SAMPLES = 2048
_SEMITONE_OF_LETTER = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-g])([#b]?)(\d)")
_ECHOES = ((0.031, 0.45), (0.053, 0.35), (0.097, 0.25), (0.171, 0.16), (0.293, 0.10))
"""(delay in seconds, gain) of a room's reflections; mutually prime, so that none of them rings"""

Sound = NDArray[np.float32]
"""Mono samples at `RATE_HZ`: shape (n,), float32."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """How a note sounds: its spectrum, and how that swells, dies away and trembles."""

    name: str
    harmonics: tuple[float, ...]
    """amplitude of the fundamental and of each overtone after it; empty: noise, for drums"""
    attack_s: float
    decay_s: float
    """time constant of the way down to `sustain`"""
    sustain: float
    """level that a held note keeps, in [0, 1]"""
    release_s: float
    tremolo_hz: float = 0.0
    vibrato_cents: float = 0.0
    drive: float = 0.0
    """overdrive; 0: clean"""


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays.

    `notes` holds notes divided by spaces: ``c4`` is a beat, ``f#3:2`` two, ``c4+e4+g4:4`` a chord,
    ``.:2`` a rest; ``|`` is there for the eye.
    """

    instrument: Instrument
    gain: float
    notes: str


def render(parts: tuple[Part, ...], tempo_bpm: float, times: int, room: float) -> Sound:
    """The parts played together `times` over, peak 0.9; `room` in [0, 1] is how much it echoes."""
    beat_s = 60.0 / tempo_bpm
    played = [part.gain * _play(part, beat_s) for part in parts]
    once = np.zeros(max(len(sound) for sound in played), dtype=np.float32)
    for sound in played:
        once[: len(sound)] += sound
    dry = np.tile(once, times)
    wet = dry.copy()
    for delay_s, gain in _ECHOES:
        delay = int(delay_s * RATE_HZ)
        wet[delay:] += room * gain * dry[:-delay]
    return wet * np.float32(0.9 / np.abs(wet).max())


def _play(part: Part, beat_s: float) -> Sound:
    """One part from its first beat to its last, as long as it is written."""
    notes = [word.partition(":") for word in part.notes.replace("|", " ").split()]
    beats = [float(length or 1) for _, _, length in notes]
    starts = np.round(np.cumsum([0.0, *beats]) * beat_s * RATE_HZ).astype(int)
    sound = np.zeros(starts[-1], dtype=np.float32)
    for (pitches, _, _), start, length in zip(notes, starts, beats, strict=False):
        for pitch in pitches.split("+"):
            if pitch == ".":
                continue
            note = _note(part.instrument, _frequency_hz(pitch), round(length * beat_s, 4))
            end = min(start + len(note), len(sound))
            sound[start:end] += note[: end - start]
    return sound


def _frequency_hz(pitch: str) -> float:
    """Equal temperament, a4 = 440 Hz."""
    match = _NOTE.fullmatch(pitch)
    if match is None:
        raise ValueError(f"{pitch!r} is not a note; write one such as c4, f#3 or bb5")
    letter, accidental, octave = match.groups()
    semitone = _SEMITONE_OF_LETTER[letter] + {"#": 1, "b": -1, "": 0}[accidental]
    return float(440.0 * 2 ** ((semitone - 9) / 12 + int(octave) - 4))


@lru_cache(maxsize=512)
def _note(instrument: Instrument, frequency_hz: float, held_s: float) -> Sound:
    """One note and its release; nobody writes into the result."""
    samples = int((held_s + instrument.release_s) * RATE_HZ)
    seconds = np.asarray(np.arange(samples) / RATE_HZ, dtype=np.float32)
    wave = (
        _noise(len(seconds))
        if not instrument.harmonics
        else _tone(instrument, frequency_hz, seconds)
    )
    level = instrument.sustain + (1 - instrument.sustain) * np.exp(-seconds / instrument.decay_s)
    level *= np.minimum(seconds / instrument.attack_s, 1.0)
    level *= np.clip((held_s + instrument.release_s - seconds) / instrument.release_s, 0.0, 1.0)
    if instrument.tremolo_hz:
        level *= 0.6 + 0.4 * np.sin(2 * np.pi * instrument.tremolo_hz * seconds)
    return np.asarray(wave * level, dtype=np.float32)


def _tone(instrument: Instrument, frequency_hz: float, seconds: Sound) -> Sound:
    cycles = frequency_hz * seconds
    if instrument.vibrato_cents:
        depth = frequency_hz * (2 ** (instrument.vibrato_cents / 1200) - 1)
        cycles += depth / (2 * np.pi * 5.5) * np.sin(2 * np.pi * 5.5 * seconds)
    audible = sum(frequency_hz * (k + 1) < RATE_HZ / 2 for k in range(len(instrument.harmonics)))
    cycle = _cycle(instrument.harmonics[: max(audible, 1)], instrument.drive)
    positions = (cycles % 1.0 * _CYCLE_SAMPLES).astype(np.int32) % _CYCLE_SAMPLES
    return np.take(cycle, positions)


@lru_cache(maxsize=64)
def _cycle(harmonics: tuple[float, ...], drive: float) -> Sound:
    """One period of a tone, peak 1."""
    angle = np.arange(_CYCLE_SAMPLES) * (2 * np.pi / _CYCLE_SAMPLES)
    cycle = sum(gain * np.sin((k + 1) * angle) for k, gain in enumerate(harmonics))
    if drive:
        cycle = np.tanh(drive * cycle)
    return np.asarray(cycle / np.abs(cycle).max(), dtype=np.float32)


def _noise(samples: int) -> Sound:
    return np.random.default_rng(1).uniform(-1, 1, samples).astype(np.float32)
