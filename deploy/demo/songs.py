"""Fourteen short pieces, two for each emotion, composed for the demo and rendered to FLAC.

Written after what listeners agree on (Juslin & Laukka, "Communication of emotions in vocal
expression and music performance", Psychological Bulletin 129, 2003): happy is fast, major, bright
and detached; sad is slow, minor, soft and joined; angry is fast, loud, rough and dissonant; fear is
soft, high and trembling; tender or calm music is slow, soft and even.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import soundfile

from deploy.demo.synth import RATE_HZ, Instrument, Part, render
from edgemood.emotion import Emotion

_PLUCK = Instrument(
    "plucked strings", (1, 0.7, 0.5, 0.35, 0.25, 0.2, 0.15, 0.1), 0.003, 0.25, 0.0, 0.08
)
_BELL = Instrument("bells", (1, 0, 0.4, 0.6, 0, 0.3, 0, 0.2), 0.002, 0.5, 0.0, 0.3)
_PIANO = Instrument("piano", (1, 0.5, 0.3, 0.15, 0.1, 0.05), 0.006, 0.9, 0.0, 0.2)
_FLUTE = Instrument("flute", (1, 0.25, 0.08), 0.08, 1.0, 0.8, 0.15, vibrato_cents=18)
_PAD = Instrument("soft strings", (1, 0.35, 0.2, 0.1), 0.7, 1.0, 0.9, 0.8)
_TREMBLING = Instrument(
    "trembling strings", (1, 0.6, 0.5, 0.4, 0.3), 0.15, 1.0, 0.9, 0.2, tremolo_hz=8.5
)
_QUEASY = Instrument(
    "wavering reeds", (1, 0.2, 0.6, 0.1, 0.5), 0.05, 1.0, 0.8, 0.1, vibrato_cents=70
)
_FUZZ = Instrument(
    "overdriven guitar", (1, 0.5, 0.33, 0.25, 0.2, 0.16), 0.003, 1.0, 0.9, 0.03, drive=6
)
_BASS = Instrument("bass", (1, 0.5, 0.2), 0.008, 0.5, 0.3, 0.05)
_KICK = Instrument("bass drum", (1,), 0.002, 0.07, 0.0, 0.02, vibrato_cents=500)
_SNARE = Instrument("snare drum", (), 0.001, 0.07, 0.0, 0.02)


@dataclass(frozen=True, slots=True)
class Song:
    """A piece of music and the emotion it was written for."""

    title: str
    emotion: Emotion
    tempo_bpm: float
    parts: tuple[Part, ...]
    times: int
    """how often it is played through"""
    room: float = 0.3
    gain: float = 1.0

    @property
    def artist(self) -> str:
        """The instruments that play it."""
        names = dict.fromkeys(part.instrument.name for part in self.parts)
        return ", ".join(names).capitalize()


SONGS = (
    Song(
        "Market Morning", Emotion.HAPPY, 138, (
            Part(_PLUCK, 1.0,
                 "g4:.5 c5:.5 e5 g5:.5 e5:.5 c5 | a4:.5 c5:.5 f5 a5:.5 f5:.5 c5 |"
                 "b4:.5 d5:.5 g5 b5:.5 g5:.5 d5 | c6:.5 b5:.5 a5:.5 g5:.5 e5 c5"),
            Part(_PLUCK, 0.5,
                 ". e4+g4 . e4+g4 | . f4+a4 . f4+a4 | . g4+b4 . g4+b4 | . e4+g4 . e4+g4"),
            Part(_BASS, 0.7, "c3 . g2 . | f3 . c3 . | g2 . d3 . | c3 . g2 c3"),
            Part(_SNARE, 0.15, ". c4 . c4 | . c4 . c4 | . c4 . c4 | . c4 c4:.5 c4:.5 c4"),
        ), times=5,
    ),
    Song(
        "Kite Weather", Emotion.HAPPY, 152, (
            Part(_BELL, 1.0,
                 "d5 g5 b5 | d6:1.5 b5:.5 g5 | e5 g5 c6 | b5:1.5 a5:.5 g5 |"
                 "d5 g5 b5 | d6:1.5 e6:.5 d6 | c6:.5 b5:.5 a5 f#5 | g5:3"),
            Part(_PLUCK, 0.6,
                 ". b4+d5 b4+d5 | . b4+d5 b4+d5 | . c5+e5 c5+e5 | . b4+d5 b4+d5 |"
                 ". b4+d5 b4+d5 | . b4+d5 b4+d5 | . c5+f#5 c5+f#5 | . b4+d5 b4+d5"),
            Part(_BASS, 0.7,
                 "g3 .:2 | d3 .:2 | c3 .:2 | g3 .:2 | g3 .:2 | d3 .:2 | d3 .:2 | g3 d3 g3"),
        ), times=4,
    ),
    Song(
        "Empty Platform", Emotion.SAD, 54, (
            Part(_PIANO, 1.0, "e5:1.5 d5:.5 c5:2 | b4:1.5 a4:.5 g#4:2 | a4:1.5 c5:.5 b4 a4 | e4:4"),
            Part(_PAD, 0.5, "a3+c4+e4:4 | e3+g#3+b3:4 | f3+a3+c4:4 | a3+c4+e4:4"),
            Part(_BASS, 0.4, "a2:4 | e2:4 | f2:4 | a2:4"),
        ), times=2, room=0.8, gain=0.5,
    ),
    Song(
        "Letter Unsent", Emotion.SAD, 60, (
            Part(_FLUTE, 1.0, "a4:2 f4 | g4:1.5 f4:.5 e4 | f4:2 d4 | c#4:3 |"
                              "d4:2 f4 | e4:1.5 d4:.5 bb3 | a3:2 c#4 | d4:3"),
            Part(_PAD, 0.45, "d3+f3+a3:3 | g2+bb2+d3:3 | d3+f3+a3:3 | a2+c#3+e3:3 |"
                             "bb2+d3+f3:3 | g2+bb2+d3:3 | a2+c#3+e3:3 | d3+f3+a3:3"),
        ), times=1, room=0.8, gain=0.45,
    ),
    Song(
        "Red Wire", Emotion.ANGRY, 172, (
            Part(_FUZZ, 0.8, "e2:.5 e2:.5 f2:.5 e2:.5 e2:.5 g2:.5 f2:.5 e2:.5 |"
                             "e2:.5 e2:.5 bb2:.5 a2:.5 g2:.5 f2:.5 e2:.5 e2:.5"),
            Part(_FUZZ, 0.5, "e3+b3 . f3+c4 . | bb3+e4 . f3+c4:2"),
            Part(_KICK, 1.0, "a1:.5 a1:.5 a1 a1:.5 a1:.5 a1 | a1:.5 a1:.5 a1 a1:.5 a1:.5 a1"),
            Part(_SNARE, 0.7, ". c4 . c4 | . c4 . c4:.5 c4:.5"),
        ), times=11, room=0.1,
    ),
    Song(
        "Slammed Door", Emotion.ANGRY, 156, (
            Part(_FUZZ, 0.9, "d2:1.5 d2:.5 g#2 d2 | eb2:1.5 eb2:.5 a2 eb2 |"
                             "d2:.5 d2:.5 d2:.5 d2:.5 g#2 a2 | bb2 a2 g#2 d2"),
            Part(_FUZZ, 0.4, "d4+g#4:2 . . | eb4+a4:2 . . | .:2 d5+eb5:2 | d5+eb5:.5 .:3.5"),
            Part(_SNARE, 0.9, "c4 . c4:.5 c4:.5 . | c4 . c4:.5 c4:.5 . |"
                              "c4 . c4:.5 c4:.5 . | c4 c4 c4 c4"),
            Part(_KICK, 1.0, "a1 a1 a1 a1 | a1 a1 a1 a1 | a1 a1 a1 a1 | a1 a1 a1 a1"),
        ), times=5, room=0.1,
    ),
    Song(
        "Footsteps Behind", Emotion.FEAR, 96, (
            Part(_TREMBLING, 0.7, "b4+d5+f5+ab5:4 | c5+eb5+gb5+a5:4 | b4+d5+f5+ab5:4 | "
                                  "c#5+e5+g5+bb5:4"),
            Part(_KICK, 0.7, "a1 a1:.5 .:2.5 | a1 a1:.5 .:2.5 | a1 a1:.5 .:2.5 | a1 a1:.5 .:2.5"),
            Part(_BELL, 0.3, ".:3 ab6 | .:4 | .:2 f6:.5 .:1.5 | .:3 bb6"),
        ), times=3, room=0.9, gain=0.5,
    ),
    Song(
        "The Stairs at Night", Emotion.FEAR, 72, (
            Part(_TREMBLING, 0.5, "e5+f5:4 | eb5+e5+bb5:4 | d5+eb5:4 | f#5+g5+c6:4"),
            Part(_PIANO, 0.8, "e2:.5 .:3.5 | f2:.5 bb2:.5 .:3 | e2:.5 .:3.5 | .:3 b1:.5 c2:.5"),
        ), times=2, room=1.0, gain=0.4,
    ),
    Song(
        "Jack in the Box", Emotion.SURPRISE, 144, (
            Part(_PIANO, 0.8, "c4:.5 d4:.5 e4:.5 f#4:.5 g#4:.5 a#4:.5 c5:.5 d5:.5 | .:3 . |"
                              "d4:.5 e4:.5 f#4:.5 g#4:.5 a#4:.5 c5:.5 d5:.5 e5:.5 | .:2 . ."),
            Part(_BELL, 1.0, ".:4 | c6+e6+g#6+c7:.5 .:3.5 | .:4 | e6:.25 g#6:.25 c7:.5 e7 .:2"),
            Part(_SNARE, 0.5, ".:4 | c4 .:3 | .:4 | c4 c4:.5 c4:.5 .:2"),
        ), times=5, room=0.4,
    ),
    Song(
        "Found Money", Emotion.SURPRISE, 128, (
            Part(_BELL, 0.9, "f4:.5 f5:1.5 b5 . | g4:.5 g5:1.5 c#6 . | a5:.25 b5:.25 c6:.25 d6:.25 "
                             "e6 .:2 | f6 . b4 f6"),
            Part(_PLUCK, 0.6, ". a4+c5 . . | . b4+d5 . . | .:4 | a4+c5+e5 .:3"),
            Part(_BASS, 0.6, "f2:2 .:2 | g2:2 .:2 | .:4 | f2 c3 f3 ."),
        ), times=4, room=0.4,
    ),
    Song(
        "Sour Milk", Emotion.DISGUST, 84, (
            Part(_QUEASY, 0.8, "c3+db3:2 b2+c3:2 | bb2+b2:2 a2+bb2:2 | ab2+a2:3 e3 | eb3+e3:4"),
            Part(_QUEASY, 0.3, ".:2 gb4 f4 | . e4 eb4 . | d4:2 c#4:2 | .:4"),
        ), times=3, room=0.2, gain=0.6,
    ),
    Song(
        "Wet Cardboard", Emotion.DISGUST, 76, (
            Part(_QUEASY, 0.8, "f#2:1.5 g2:.5 f2:2 | e2:1.5 bb2:.5 eb2:2"),
            Part(_FUZZ, 0.2, ".:2 c3+f#3:2 | . b2+f3 .:2"),
            Part(_SNARE, 0.2, ".:3 c4:.5 c4:.5 | .:1.5 c4:.5 .:2"),
        ), times=4, room=0.2, gain=0.6,
    ),
    Song(
        "Desk Lamp", Emotion.NEUTRAL, 88, (
            Part(_PIANO, 0.9, "d4 a4 e5 a4 | d4 g4 d5 g4 | c4 g4 d5 g4 | d4 a4 e5 a4"),
            Part(_PAD, 0.3, "d3+a3:4 | g3+d4:4 | c3+g3:4 | d3+a3:4"),
        ), times=5, room=0.5, gain=0.6,
    ),
    Song(
        "Slow River", Emotion.NEUTRAL, 76, (
            Part(_FLUTE, 0.7, "g4:2 a4:2 | d5:3 a4 | c5:2 a4:2 | g4:4"),
            Part(_PIANO, 0.5, "g3:.5 d4:.5 g4:.5 d4:.5 g3:.5 d4:.5 g4:.5 d4:.5 |"
                              "f3:.5 c4:.5 f4:.5 c4:.5 d3:.5 a3:.5 d4:.5 a3:.5 |"
                              "f3:.5 c4:.5 f4:.5 c4:.5 f3:.5 c4:.5 f4:.5 c4:.5 |"
                              "g3:.5 d4:.5 g4:.5 d4:.5 g3:.5 d4:.5 g4:.5 d4:.5"),
        ), times=4, room=0.6, gain=0.6,
    ),
)  # fmt: skip


def record(music: Path) -> None:
    """Write every piece as FLAC to a folder of `music` named after its emotion.

    Its tags say title, artist, and the emotion once more as genre.
    """
    for song in SONGS:
        sound = song.gain * render(song.parts, song.tempo_bpm, song.times, song.room)
        folder = music / song.emotion
        folder.mkdir(exist_ok=True)
        path = folder / f"{song.title}.flac"
        with soundfile.SoundFile(path, "w", RATE_HZ, channels=1, subtype="PCM_16") as file:
            file.title, file.artist, file.genre = song.title, song.artist, song.emotion
            file.write(sound)
