"""What a music file says of itself: tags that speak of its mood, and lyrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mutagen

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "mood": ("TMOO", "MOOD", "----:COM.APPLE.ITUNES:MOOD", "WM/MOOD", "TXXX:MOOD"),
    "genre": ("TCON", "GENRE", "©GEN", "WM/GENRE"),
    "comment": ("COMM", "COMMENT", "DESCRIPTION", "©CMT", "WM/COMMENTS"),
    "bpm": ("TBPM", "BPM", "TEMPO", "TMPO", "WM/BEATSPERMINUTE"),
    "key": ("TKEY", "INITIALKEY", "KEY", "----:COM.APPLE.ITUNES:INITIALKEY", "WM/INITIALKEY"),
    "language": ("TLAN", "LANGUAGE", "WM/LANGUAGE"),
    "lyrics": (
        *("LYRICS", "UNSYNCEDLYRICS", "UNSYNCED LYRICS", "SYNCEDLYRICS", "©LYR", "WM/LYRICS"),
        "TXXX:LYRICS",
    ),
}
"""What each is called in ID3, Vorbis comments and APE, MP4, and Windows Media; in capitals."""

_MOST_LETTERS: Final = 1 << 20
"""of one tag; a book is no song"""


@dataclass(frozen=True, slots=True)
class FileTags:
    """Tags of one file; empty where it has none."""

    mood: str = ""
    genre: str = ""
    comment: str = ""
    bpm: float | None = None
    key: str = ""
    """such as ``Am`` or ``F#``; in Camelot's notation, ``8A`` is minor and ``8B`` major"""
    language: str = ""
    lyrics: str = ""


def read_tags(path: Path) -> FileTags:
    """The tags of a file; none when it has none, or none that can be read."""
    try:
        file = mutagen.File(path)
        tags = None if file is None else file.tags
        if not tags:
            return FileTags()
        found = {name: _found(tags, keys) for name, keys in _NAMES.items()}
        return FileTags(
            mood=found["mood"],
            genre=found["genre"],
            comment=found["comment"],
            bpm=_number(found["bpm"]),
            key=found["key"],
            language=found["language"],
            lyrics=_id3_lyrics(tags) or found["lyrics"],
        )
    # a decoder of strangers' bytes; mutagen has met files it breaks on in every way
    except Exception:  # noqa: BLE001
        return FileTags()


def _found(tags: Any, names: tuple[str, ...]) -> str:
    """The texts of the first of these tags that is there."""
    for name in names:
        for key in tags.keys():  # noqa: SIM118  # ASF's tags are no mapping
            # ID3 has several comments: COMM::eng, COMM:iTunNORM:eng
            if key.upper() == name or (name == "COMM" and key.startswith("COMM::")):
                text = ", ".join(_texts(tags[key])).strip()
                if text:
                    return text[:_MOST_LETTERS]
    return ""


def _texts(value: Any) -> Iterable[str]:
    """The texts in whatever a format keeps a tag in."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str):
        yield value
    elif hasattr(value, "text") and not isinstance(value.text, str):  # an ID3 frame
        yield from map(str, value.text)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


def _id3_lyrics(tags: Any) -> str:
    """Lyrics in ID3 frames; the ones with times where there are no plain ones."""
    plain = [str(tags[key].text) for key in tags.keys() if key.startswith("USLT:")]  # noqa: SIM118
    timed = [
        "\n".join(text for text, _ in tags[key].text)
        for key in tags.keys()  # noqa: SIM118
        if key.startswith("SYLT:")
    ]
    return max(plain or timed, key=len, default="")[:_MOST_LETTERS]


def _number(text: str) -> float | None:
    try:
        number = float(text.partition(",")[0])
    except ValueError:
        return None
    return number if 20 <= number <= 400 else None
