"""Lyrics that lie beside a song, in whatever encoding they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_BESIDE: Final = (".lrc", ".txt", ".LRC", ".TXT")
_MOST_BYTES: Final = 1 << 18
_ENCODINGS: Final = ("gb18030", "big5", "shift_jis", "euc_kr", "cp1251", "cp1252")
"""of lyrics files that are not Unicode; among more, a short text tells too little"""


def beside(path: Path) -> str:
    """The text of ``song.lrc`` or ``song.txt`` beside a song; empty when there is none."""
    for ending in _BESIDE:
        try:
            with path.with_suffix(ending).open("rb") as file:
                return decode_text(file.read(_MOST_BYTES))
        except (OSError, ValueError):
            continue
    return ""


def decode_text(content: bytes) -> str:
    """Text in whatever encoding it was written."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= _MOST_BYTES - 4:  # cut within a letter
            return content.decode("utf-8-sig", "ignore")
    from charset_normalizer import from_bytes

    best = from_bytes(content[: _MOST_BYTES // 8], cp_isolation=[*_ENCODINGS]).best()
    return content.decode(best.encoding if best else "cp1252", "replace")
