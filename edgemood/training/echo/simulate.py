"""Rooms in which the box plays songs while people talk, as its microphone hears them.

Test speech and test songs, in synthesised rooms: nobody's model has met the speakers or the songs.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.data import Recording

Sound = NDArray[np.float32]
"""(n,) mono at 16 kHz, full scale at ±1."""

ROOMS: Final = 24
SONGS_A_ROOM: Final = 4
CLIPS_A_SONG: Final = 3
"""288 clips of speech over 96 of the 136 test songs, about half an hour; chance alone moves the
recall of 72 by 5 points."""
MUSIC_DBFS: Final = -30.0
"""What a microphone of customary gain hears of music at the loudness of a conversation."""
HISS_DB: Final = -40.0
"""The room's and the microphone's own noise, below the music."""
FIRST_WORD_S: Final = 3.0
"""The first clip of a song begins this long after it."""
PAUSE_S: Final = 2.2
"""Between two clips: more than `speech_emotion.PAUSE_BLOCKS`, so that each is judged alone."""

_SPEED_OF_SOUND_M_PER_S = 343.0
_IMPULSE_S = 0.5
_QUIETER_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """One clip of speech in a scene."""

    recording: Recording
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One room for some minutes; the parts of what the microphone hears are kept apart."""

    reference: Sound
    """what the player sent to the loudspeaker"""
    music: Sound
    """what the microphone hears of it"""
    speech: Sound
    """what it hears of the people, each clip as loud as the music"""
    hiss: Sound
    """what else it hears"""
    said: tuple[Said, ...]

    def heard(self, speech_to_music_db: float | None) -> Sound:
        """What the microphone gives; None: nobody speaks."""
        if speech_to_music_db is None:
            return self.music + self.hiss
        return self.music + self.hiss + self.speech * _gain(speech_to_music_db)

    def heard_without_music(self) -> Sound:
        """The people alone in the same room."""
        return self.speech + self.hiss

    def heard_over_hum(self) -> Sound:
        """The people alone, over mains hum as loud as they are."""
        return self.heard_without_music() + hum(len(self.speech)) * _gain(MUSIC_DBFS)


def scenes(data: Path, split: str = "test", rooms: int = ROOMS) -> Iterator[Scene]:
    """The rooms of the test set, always the same ones."""
    draw = np.random.default_rng(2005)
    songs = _drawn(speech_data.music(data), split, ROOMS * SONGS_A_ROOM, draw)
    clips = _in_turn(_drawn(speech_data.speech(data), split, None, draw))
    clips = clips[: ROOMS * SONGS_A_ROOM * CLIPS_A_SONG]
    spoken = zip(clips, speech_data.sounds(clips), strict=True)
    played = speech_data.sounds(songs)
    for room in range(rooms):
        yield _scene(
            list(itertools.islice(played, SONGS_A_ROOM)),
            spoken,
            np.random.default_rng([2005, room]),
        )


def _drawn(
    recordings: list[Recording], split: str, count: int | None, draw: np.random.Generator
) -> list[Recording]:
    """As many of the split, None: all, in random order."""
    of_split = [recording for recording in recordings if recording.split == split]
    return [of_split[place] for place in draw.permutation(len(of_split))[:count]]


def _in_turn(recordings: list[Recording]) -> list[Recording]:
    """One of each emotion after the other, so that a rare one is not judged by a single clip."""
    seen: Counter[int] = Counter()
    rounds = []
    for recording in recordings:
        seen[recording.emotion()] += 1
        rounds.append(seen[recording.emotion()])
    return [recordings[place] for place in np.argsort(rounds, kind="stable")]


def _scene(
    songs: list[Sound], spoken: Iterator[tuple[Recording, Sound]], draw: np.random.Generator
) -> Scene:
    played: list[Sound] = []
    speech_at: list[tuple[int, Sound]] = []
    said: list[Said] = []
    begin = 0
    room = Room.drawn(draw)
    for song in songs:
        place = room.impulse_response(draw)
        at = begin + round(FIRST_WORD_S * SAMPLE_RATE_HZ)
        for _ in range(CLIPS_A_SONG):
            recording, sound = next(spoken)
            end = at + len(sound)
            said.append(Said(recording, at / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ))
            heard = _through(sound, place)
            speech_at.append((at, heard * _gain(MUSIC_DBFS - loud_db(heard))))
            at = end + round(PAUSE_S * SAMPLE_RATE_HZ)
        played.append(np.resize(song, max(len(song), at - begin)))
        begin += len(played[-1])
    reference = np.concatenate(played)
    music = _through(_loudspeaker(reference, draw), room.impulse_response(draw))
    music = _late(music, draw)
    speech = np.zeros(len(reference), dtype=np.float32)
    for at, heard in speech_at:
        speech[at : at + len(heard)] = heard
    hiss = _pink(len(reference), draw)
    return Scene(
        reference,
        music * _gain(MUSIC_DBFS - loud_db(music)),
        speech,
        hiss * _gain(MUSIC_DBFS + HISS_DB - loud_db(hiss)),
        tuple(said),
    )


def loud_db(sound: Sound) -> float:
    """The mean power of the louder half of a sound's 20-ms pieces: its level without pauses."""
    pieces = sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.float64)
    powers = np.sort(np.mean(pieces**2, axis=1))
    return float(10 * np.log10(powers[round(len(powers) * _QUIETER_HALF) :].mean() + 1e-12))


def hum(samples: int, mains_hz: float = 50.02) -> Sound:
    """What a bad cable gives: mains hum with harmonics falling by 6 dB an octave, power 1."""
    times_s = np.arange(samples) / SAMPLE_RATE_HZ
    sound = np.zeros(samples)
    for number in range(1, 16):
        sound += np.sin(2 * np.pi * number * mains_hz * times_s + number) / number
    return np.asarray(sound / sound.std(), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """A furnished room: a box whose walls all swallow the same share of sound."""

    size_m: NDArray[np.float64]
    t60_s: float
    """how long sound takes to die away by 60 dB"""

    @classmethod
    def drawn(cls, draw: np.random.Generator) -> Room:
        """A living room like many."""
        return cls(draw.uniform((3.0, 2.5, 2.3), (7.0, 5.0, 3.0)), float(draw.uniform(0.2, 0.6)))

    def impulse_response(self, draw: np.random.Generator) -> Sound:
        """From a random place to another, by the image method (Allen & Berkley, 1979)."""
        source, ear = (draw.uniform(0.4, self.size_m - 0.4) for _ in range(2))
        reach_m = _IMPULSE_S * _SPEED_OF_SOUND_M_PER_S
        axes, bounces = [], []
        for size, at, heard_at in zip(self.size_m, source, ear, strict=True):
            rooms = np.arange(-int(reach_m / size / 2) - 1, int(reach_m / size / 2) + 2)
            axes.append(np.concatenate([2 * rooms * size + at, 2 * rooms * size - at]) - heard_at)
            bounces.append(np.concatenate([np.abs(2 * rooms), np.abs(2 * rooms - 1)]))
        distance_m = np.sqrt(sum(np.square(axis) for axis in np.ix_(*axes)))
        arrival = (distance_m / _SPEED_OF_SOUND_M_PER_S * SAMPLE_RATE_HZ + 0.5).astype(np.int32)
        in_time = arrival < _IMPULSE_S * SAMPLE_RATE_HZ
        walls = np.add.reduce(np.broadcast_arrays(*np.ix_(*bounces)))[in_time]
        strength = self._reflection() ** walls / distance_m[in_time]
        strength[(draw.random(len(walls)) < 0.5) & (walls > 0)] *= -1  # breaks the box's flutter
        response = np.bincount(
            arrival[in_time], strength, minlength=round(_IMPULSE_S * SAMPLE_RATE_HZ)
        )
        loudest = np.abs(response).max()
        return np.asarray(response / loudest, dtype=np.float32)

    def _reflection(self) -> float:
        """Of the sound pressure, at each wall, after Eyring (1930)."""
        x, y, z = self.size_m
        surface, volume = 2 * (x * y + y * z + z * x), x * y * z
        absorbed = 1 - np.exp(-0.161 * volume / (surface * self.t60_s))
        return float(np.sqrt(1 - absorbed))


def _loudspeaker(sound: Sound, draw: np.random.Generator) -> Sound:
    """A small one: no deep bass, and a little compressed where it is loud (1 to 3 % distortion)."""
    bass_hz = float(draw.uniform(80, 200))
    spectrum = np.fft.rfft(sound)
    frequency_hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum *= (frequency_hz / bass_hz) ** 2 / (1 + (frequency_hz / bass_hz) ** 2)
    driven = np.fft.irfft(spectrum, len(sound))
    driven *= draw.uniform(0.3, 0.8) / np.abs(driven).max()
    return np.asarray(np.tanh(driven) + 0.02 * driven**2, dtype=np.float32)


def _late(sound: Sound, draw: np.random.Generator) -> Sound:
    """Through buffers, 20 to 300 ms, and on two clocks that differ by up to 30 millionths."""
    drift = draw.uniform(-30e-6, 30e-6)
    drifted = soxr.resample(sound, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * (1 + drift), quality="VHQ")
    late = round(draw.uniform(0.02, 0.3) * SAMPLE_RATE_HZ)
    return np.pad(drifted, (late, len(sound)))[: len(sound)].astype(np.float32)


def _pink(samples: int, draw: np.random.Generator) -> Sound:
    spectrum = np.fft.rfft(draw.standard_normal(samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    return np.fft.irfft(spectrum, samples).astype(np.float32)


def _through(sound: Sound, response: Sound) -> Sound:
    """The sound with the room's echo, as long as before."""
    length = _fast_length(len(sound) + len(response))
    spectrum = np.fft.rfft(sound, length) * np.fft.rfft(response, length)
    return np.fft.irfft(spectrum, length)[: len(sound)].astype(np.float32)


def _fast_length(samples: int) -> int:
    """As long or a little longer, for the Fourier transform: few bits set to one."""
    step = 1 << max(0, samples.bit_length() - 4)
    return -(-samples // step) * step


def _gain(decibels: float) -> np.float32:
    return np.float32(10 ** (decibels / 20))
