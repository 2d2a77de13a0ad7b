"""What sound and lyrics say together, as the box's own `fuse` puts them together.

No song is in both data sets (`songs_in_both`), so that clips are paired by chance with English
lyrics of the same quadrant and split. That takes both judges' errors as independent, which those
on one song need not be: an upper bound.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from edgemood.music.analysis.classes import CLASSES, QUADRANTS, certainty, mood_of
from edgemood.music.analysis.fusion import fuse
from edgemood.music.analysis.lyrics.model import LyricsModel
from edgemood.music.song import Origin, SongMood
from edgemood.training.lyrics.data import english_lyrics
from edgemood.training.music import data as music_data

PAIRINGS = 20
_SEED = 6
_SCORES_OF_QUADRANT = np.stack([CLASSES[name].scores for name in QUADRANTS])
"""(4, 7)"""


def measure(
    models: Path, data: Path, split: str, sound: NDArray[np.float32], truth: NDArray[np.int64]
) -> dict[str, Any]:
    """Macro-F1 of the quadrants, the mean over `PAIRINGS`.

    `sound`, (n, 4): how likely the sound model takes the quadrants of clips of this split to be,
    which are `truth`, (n,).
    """
    heard = [mood_of_sound(row) for row in sound]
    lyrics = [each for each in english_lyrics(data) if (each.dataset, each.split) == ("nju", split)]
    reader = LyricsModel(models)
    readings = [reader.judge(each.text) for each in lyrics]
    read = [reading.mood if reading else None for reading in readings]
    moods = np.array([QUADRANTS.index(each.mood) for each in lyrics])
    draw = np.random.default_rng(_SEED)
    found: dict[str, list[float]] = {"sound": [], "lyrics": [], "fused": []}
    for _ in range(PAIRINGS):
        paired = [read[draw.choice(np.flatnonzero(moods == quadrant))] for quadrant in truth]
        together = [fuse(None, *both) for both in zip(paired, heard, strict=True)]
        for name, judged in (("sound", heard), ("lyrics", paired), ("fused", together)):
            quadrants = [quadrant_of(mood) for mood in judged]
            found[name].append(float(f1_score(truth, quadrants, average="macro")))
    return {name: {"macro_f1": float(np.mean(each))} for name, each in found.items()} | {
        "songs_in_both": songs_in_both(data),
    }


def mood_of_sound(probabilities: NDArray[np.float32]) -> SongMood:
    """What the box keeps of the sound model's word, (4,)."""
    likely = dict(zip(QUADRANTS, probabilities.tolist(), strict=True))
    mood = mood_of(likely)
    return SongMood(mood.scores, mood.affect, Origin.SOUND, certainty(likely), "sound")


def quadrant_of(mood: SongMood | None) -> int:
    """The quadrant that explains a mood's scores best, as shares of quadrants; -1 without mood.

    Of a mood made from probabilities it is the likeliest quadrant.
    """
    if mood is None:
        return -1
    shares, *_ = np.linalg.lstsq(_SCORES_OF_QUADRANT.T, mood.scores, rcond=None)
    return int(shares.argmax())


def songs_in_both(data: Path) -> int:
    """Songs of the sound data that have a lyric in the lyrics data."""
    known = {(_plain(clip.artist), _plain(clip.title)) for clip in music_data.clips(data)}
    return sum((_plain(each.artist), _plain(each.title)) in known for each in english_lyrics(data))


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
