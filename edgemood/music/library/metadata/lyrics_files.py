"""Lyrics that lie beside a song, in whatever encoding they were written."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from edgemood.music.analysis.lyrics.language import INSTRUMENTAL, language_of
from edgemood.music.analysis.lyrics.text import sung_lines
from edgemood.music.library.metadata.encodings import MOST_BYTES, decoded

_ENDINGS: Final = (".lrc", ".txt", ".srt", ".vtt")
_FOLDERS: Final = ("", "lyrics")
"""where downloaders put them: beside the song, or in a folder of their own"""


def beside(path: Path) -> str:
    """The text of ``song.lrc`` or ``song.txt`` beside a song; empty when there is none.

    Of several the first that holds words. Names are the same in either form of Unicode and in any
    case of letters; ``song.flac.lrc`` and ``song.en.lrc`` will do, too.
    """
    return first_with_words(
        _text_of(file) for folder in _FOLDERS for file in _named_like(path, folder)
    )


def first_with_words(texts: Iterable[str]) -> str:
    """The first text that is sung; else the first that says that nothing is; else none."""
    instrumental = ""
    for text in texts:
        lines = sung_lines(text)
        if not any(letter.isalpha() for line in lines for letter in line):
            instrumental = instrumental or (text if lines else "")
        elif language_of(lines) == INSTRUMENTAL:
            instrumental = instrumental or text
        else:
            return text
    return instrumental


def _named_like(path: Path, folder: str) -> Iterator[Path]:
    """The files that may hold a song's lyrics, likeliest first."""
    song, stem = _plain(path.name), _plain(path.stem)
    ranks: list[tuple[int, int, str, Path]] = []
    for place in _places(path.parent, folder):
        try:
            with os.scandir(place) as entries:
                names = [entry.name for entry in entries if _plain(entry.name).startswith(stem)]
        except OSError:
            continue
        for name in names:
            bare, dot, ending = _plain(name).rpartition(".")
            if dot + ending in _ENDINGS and (rank := _rank(bare, stem, song)) is not None:
                ranks.append((rank, _ENDINGS.index(dot + ending), name, place / name))
    yield from (file for *_, file in sorted(ranks))


def _places(parent: Path, folder: str) -> Iterator[Path]:
    if not folder:
        yield parent
        return
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in entries if entry.name.casefold() == folder]
    except OSError:
        return
    yield from (parent / name for name in sorted(names))


def _rank(bare: str, stem: str, song: str) -> int | None:
    """How well a name without its ending fits a song's; None when it does not."""
    if bare == stem:
        return 0
    if bare == song:
        return 1
    rest = bare.removeprefix(f"{stem}.")
    return 2 if rest != bare and rest.isalpha() and len(rest) <= 3 else None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _text_of(file: Path) -> str:
    """What stands in a file; nothing where it cannot be read, or is a pipe or a folder."""

    def without_waiting(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK)

    try:
        with open(file, "rb", opener=without_waiting) as opened:
            regular = stat.S_ISREG(os.fstat(opened.fileno()).st_mode)
            return decoded(opened.read(MOST_BYTES)) if regular else ""
    except (OSError, ValueError):
        return ""
