"""Everything the index knows, in formats that others read: it is the owner's, and may leave."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from edgemood.emotion import EMOTIONS, strongest
from edgemood.music.library.index.columns import file_key
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.song import Song, SongMood

COLUMNS = (
    *("file", "title", "artist", "album", "genres", "year", "language", "duration_s"),
    *("mood", "origin", "reliability", "valence", "arousal", "because", "labels", "problem"),
)
"""of the CSV; the JSON has what each source says, and all scores, besides"""

_SIGNS = "=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"'*\s*[{_SIGNS}]")
_MARKED = re.compile(rf"''*\s*[{_SIGNS}]")


def write_json(index: SongIndex, out: TextIO) -> int:
    """A list with an object for each song; gives how many."""
    out.write("[")
    count = 0
    for count, record in enumerate(records(index), start=1):
        out.write((",\n" if count > 1 else "\n") + json.dumps(record, ensure_ascii=True))
    out.write("\n]\n")
    return count


def write_csv(index: SongIndex, out: TextIO) -> int:
    """A line for each song, with a heading; gives how many."""
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore")
    table.writeheader()
    count = 0
    for record in records(index):
        count += 1
        mood = record["mood"] or {}
        labels = "; ".join(f"{given_by}: {word}" for given_by, word in record["labels"].items())
        row = record | mood | {"mood": mood.get("emotion"), "labels": labels}
        row["genres"] = "; ".join(record["genres"])
        table.writerow({name: _cell(value) for name, value in row.items()})
    return count


def records(index: SongIndex) -> Iterator[dict[str, Any]]:
    """What is known of each song that is there, ready for JSON."""
    library = index.library()
    for row in range(len(library)):
        song = library.song(row)
        if song is None:  # forgotten since
            continue
        labels = index.labels.of(file_key(song.file))
        yield {
            **_about(song),
            "mood": song.mood and _mood(song.mood),
            "sources": {
                origin.value: _mood(mood) for origin, mood in index.sources(song.id).items()
            },
            "labels": {given_by: word for given_by, (word, _) in labels.items()},
            "features": [round(float(number), 4) for number in library.features[row]],
            "problem": index.problem(song.id),
        }


def _about(song: Song) -> dict[str, Any]:
    return {
        "id": song.id,
        "file": song.file,
        "title": song.title,
        "artist": song.artist,
        "album": song.album,
        "genres": list(song.genres),
        "year": song.year,
        "language": song.language,
        "duration_s": song.duration_s,
    }


def _mood(mood: SongMood) -> dict[str, Any]:
    return {
        "emotion": strongest(mood.scores).value,
        "origin": mood.origin.value,
        "reliability": round(mood.reliability, 3),
        "valence": round(mood.affect.valence, 3),
        "arousal": round(mood.affect.arousal, 3),
        "scores": {
            emotion.value: round(float(score), 4)
            for emotion, score in zip(EMOTIONS, mood.scores, strict=True)
        },
        "because": mood.because,
    }


def plain_cell(cell: str) -> str:
    """What a cell of the CSV stands for: without the mark that keeps it from being a formula."""
    return cell[1:] if _MARKED.match(cell) else cell


def _cell(value: Any) -> Any:
    """CSV is UTF-8; names that are not are shown with replacement characters.

    What a spreadsheet would take for a formula gets a mark before it, which is only text to it.
    OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
    """
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode()
    return f"'{text}" if _FORMULA.match(text) else text
