"""What a music file says of itself: tags that speak of its mood, and lyrics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mutagen

from edgemood.music.library.metadata.encodings import decoded
from edgemood.music.library.metadata.lyrics_files import first_with_words

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "mood": ("TMOO", "MOOD", "----:COM.APPLE.ITUNES:MOOD", "WM/MOOD", "TXXX:MOOD"),
    "genre": ("TCON", "GENRE", "©GEN", "WM/GENRE"),
    "comment": ("COMM", "COMMENT", "DESCRIPTION", "©CMT", "WM/COMMENTS"),
    "bpm": ("TBPM", "BPM", "TEMPO", "TMPO", "WM/BEATSPERMINUTE"),
    "key": ("TKEY", "INITIALKEY", "KEY", "----:COM.APPLE.ITUNES:INITIALKEY", "WM/INITIALKEY"),
    "language": ("TLAN", "LANGUAGE", "WM/LANGUAGE"),
}
"""What each is called in ID3, Vorbis comments and APE, MP4, and Windows Media; in capitals."""

_LYRICS = re.compile(
    r"(?:TXXX:|WM/|----:[^:]*:)?(?:(?:UN)?SYNC(?:ED|HRONI[SZ]ED)?[ _-]?)?LYRICS?"
    r"(?:[-_: /]+(?:SYNC|UNSYNCED|[A-Z]{3}(?:-[A-Z]*)?|XXX.*))?|©LYR"
)
"""what they are called in Vorbis comments, APE, MP4 and Windows Media, in capitals; ffmpeg adds the
language"""
_LATIN: Final = 0
"""what a frame of ID3 says of its encoding"""
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
            lyrics=first_with_words(_lyrics(tags))[:_MOST_LETTERS],
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
        yield from (_mended(value, str(text)) for text in value.text)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


def _mended(frame: Any, text: str) -> str:
    """A text of ID3, which many write in an encoding of theirs and call it Latin."""
    if getattr(frame, "encoding", None) != _LATIN or text.isascii():
        return text
    try:
        return decoded(text.encode("latin-1"))
    except UnicodeEncodeError:
        return text


def _lyrics(tags: Any) -> Iterator[str]:
    """Every lyric in the tags, longest first; those with times where there are no plain ones."""
    keys = list(tags.keys())  # ASF's tags are no mapping
    plain = [_mended(tags[key], tags[key].text) for key in keys if key.startswith("USLT:")]
    named = ["\n".join(_texts(tags[key])) for key in keys if _LYRICS.fullmatch(key.upper())]
    timed = [_untimed(tags[key].text) for key in keys if key.startswith("SYLT:")]
    for kind in (plain, named, timed):
        yield from sorted((text[:_MOST_LETTERS] for text in kind), key=len, reverse=True)


def _untimed(parts: Iterable[tuple[str, int]]) -> str:
    """Lyrics with times, which may stand at each syllable: then a line begins with its break."""
    texts = [text for text, _ in parts]
    return ("" if any(text[:1] in "\r\n" for text in texts if text) else "\n").join(texts)


def _number(text: str) -> float | None:
    try:
        number = float(text.partition(",")[0])
    except ValueError:
        return None
    return number if 20 <= number <= 400 else None
