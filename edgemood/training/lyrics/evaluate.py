"""Figures of the lyrics classifiers, from the exported weights as the box reads them.

`python -m edgemood.training.lyrics.evaluate --split val` prints what choices may be based on; the
scorecard (`make scorecard`) measures the test split. MusicMood has no test split: its figure comes
from machines asked about one part of it and fitted on all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from edgemood.music.analysis import npz
from edgemood.music.analysis.lyrics.model import LyricsModel
from edgemood.training.common.cli import print_figures
from edgemood.training.lyrics import train as lyrics
from edgemood.training.lyrics.data import CACHE, Lyric, chinese_lyrics, english_lyrics

FOLDS = 10


def measure(models: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Every figure of the lyrics classifiers in `models`, nested as in the scorecard."""
    model = LyricsModel(models)
    nju = [each for each in english_lyrics(data) if (each.dataset, each.split) == ("nju", split)]
    chinese = [each for each in chinese_lyrics(data) if each.split == split]
    four = _recognition(model, nju)
    five = _recognition(model, chinese)
    return {
        "lyrics": {
            "en_nju": four,
            "en_happy_sad": happy_or_sad(models, data),
            "zh": five,
            "size_bytes": {
                name: (models / f"lyrics_{name}.npz").stat().st_size for name in ("en", "zh")
            },
        }
    }


def probabilities(model: LyricsModel, text: str) -> dict[str, float]:
    """How likely the model takes each class to be; an empty table for an unknown language."""
    reading = model.judge(text)
    return {} if reading is None else dict(reading.probabilities)


def _recognition(model: LyricsModel, chosen: Sequence[Lyric]) -> dict[str, float]:
    """A lyric whose language is not recognised counts as wrong."""
    judged = []
    for lyric in chosen:
        likely = probabilities(model, lyric.text)
        judged.append(max(likely, key=lambda name: likely[name]) if likely else "")
    truth = [lyric.mood for lyric in chosen]
    return {
        "accuracy": float(np.mean(np.array(judged) == np.array(truth))),
        "macro_f1": float(
            f1_score(truth, judged, labels=sorted(set(truth)), average="macro", zero_division=0)
        ),
        "samples": len(chosen),
    }


def happy_or_sad(models: Path, data: Path) -> dict[str, float]:
    """Accuracy on MusicMood, cross-validated over songs, and over artists as well.

    Which of the two moods is likelier, by machines of the kind that `models` holds, whose
    decisions are scaled as there.
    """
    language = lyrics.english(data, CACHE)
    about = json.loads(npz.read(models / "lyrics_en.npz", "lyrics", ["about"])["about"].tobytes())
    (families,) = (each for each in language.families if each.name == about["families"])
    heads = language.schemes[about["scheme"]]
    rows = np.flatnonzero(language.texts.undivided)
    moods, artists = language.texts.moods[rows], language.texts.artists[rows]
    songs = StratifiedKFold(FOLDS, shuffle=True, random_state=lyrics.SEED)
    singers = StratifiedGroupKFold(FOLDS // 2, shuffle=True, random_state=lyrics.SEED)

    def accuracy(folds: Iterable[tuple[NDArray[np.int_], NDArray[np.int_]]]) -> float:
        decisions = np.zeros((len(rows), len(heads.heads)))
        for _, unseen in folds:
            learned = np.setdiff1d(np.arange(len(language.texts.moods)), rows[unseen])
            machines = lyrics.fitted(language, language.texts[learned], heads, families)
            decisions[unseen] = machines.decisions(language.texts[rows[unseen]])
        odds = decisions * about["slopes"] + about["shifts"]
        return lyrics.happy_or_sad(heads, odds, language.texts[rows])

    return {
        "accuracy": accuracy(songs.split(rows, moods)),
        "accuracy_other_artists": accuracy(singers.split(rows, moods, artists)),
        "samples": len(rows),
    }


if __name__ == "__main__":
    print_figures(__doc__, measure)
