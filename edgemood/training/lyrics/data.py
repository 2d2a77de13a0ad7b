"""Lyrics with mood labels, as lines of words of the box's own tokenisers."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from edgemood.music.analysis.lyrics import english
from edgemood.music.analysis.lyrics.chinese import Segmenter
from edgemood.music.analysis.lyrics.text import sung_lines
from edgemood.training.common.paths import REPOSITORY, data_file

CACHE = REPOSITORY / "build" / "training"
_CLASS_OF_MOOD = {"relaxed": "calm", "disgust": "angry"}
"""relaxed is what music research calls Q4; the Chinese set's authors count disgust as anger"""


@dataclass(frozen=True, slots=True)
class Lyric:
    """One labelled lyric."""

    name: str
    dataset: str
    split: str
    """train, val or test"""
    mood: str
    """one of `edgemood.music.analysis.classes.CLASSES`"""
    artist: str
    """in small letters, for splits; empty where it is not known"""
    title: str
    text: str
    words: tuple[tuple[str, ...], ...]
    """of each line"""


def english_lyrics(data: Path) -> list[Lyric]:
    """NJU-MusicMood, four moods, and MusicMood, happy or sad."""
    return [
        _lyric(row, [english.words_of(line) for line in sung_lines(row["text"])])
        for row in _rows(data_file("lyrics/lyrics_en.csv.gz", data))
    ]


def chinese_lyrics(data: Path, cache: Path = CACHE) -> list[Lyric]:
    """The five classes of the Chinese set; surprise is left out, as its authors do."""
    rows = _rows(data_file("lyrics/lyrics_zh.csv.gz", data))
    kept = cache / "lyrics_zh.words.json"
    if not kept.exists():  # segmentation takes a minute
        segmenter = Segmenter(simplified_characters(data))
        words = [[segmenter.words_of(line) for line in sung_lines(row["text"])] for row in rows]
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    words = json.loads(kept.read_text(encoding="utf-8"))
    lyrics = [_lyric(row, each) for row, each in zip(rows, words, strict=True)]
    return [lyric for lyric in lyrics if lyric.mood != "surprise"]


def simplified_characters(data: Path) -> dict[int, str]:
    """The simplified character for a traditional one's code point."""
    table = data_file("lyrics/lexicon/zh_trad2simp_char.txt", data).read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new for old, new in pairs if len(old) == 1 and old != new}


def _lyric(row: dict[str, str], words: list[list[str]]) -> Lyric:
    return Lyric(
        name=row["id"],
        dataset=row["dataset"],
        split=row["split"],
        mood=_CLASS_OF_MOOD.get(row["mood"], row["mood"]),
        artist=row.get("artist", "").casefold(),
        title=row.get("title", ""),
        text=row["text"],
        words=tuple(tuple(line) for line in words),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
