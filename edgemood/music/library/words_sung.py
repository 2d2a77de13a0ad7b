"""Lyrics as plain text: found in the file or beside it, whatever they are wrapped in."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Final

_BESIDE: Final = (".lrc", ".txt", ".LRC", ".TXT")
_MOST_BYTES: Final = 1 << 18
_MOST_LETTERS: Final = 20_000
"""the longest lyrics that are sung have about 10,000"""
_ENCODINGS: Final = ("gb18030", "big5", "shift_jis", "euc_kr", "cp1251", "cp1252")
"""of lyrics files that are not Unicode; among more, a short text tells too little"""

_SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<\s*/?\s*(br|p|div|li|tr)\b[^<>]{0,200}>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_TIME = re.compile(r"\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]|<\d{1,3}:\d{2}(?:[.:]\d{1,3})?>")
_LRC_TAG = re.compile(
    r"^\s*\[(?:ar|al|ti|au|by|re|ve|length|offset|la|tool|id|#)\s*:.*\]\s*$", re.IGNORECASE
)
_NOTHING_SUNG = re.compile(
    r"\W*(instrumental|no lyrics|纯音乐.{0,20}|純音樂.{0,20})\W*", re.IGNORECASE
)


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


def plain(text: str) -> str:
    """Lines of lyrics, without times, markup, and a karaoke file's headings."""
    text = text[: 4 * _MOST_LETTERS]
    if "<" in text or "&" in text:
        text = _MARKUP.sub("", _BREAK.sub("\n", _SCRIPT.sub("", text)))
        text = html.unescape(text)
    lines = (_TIME.sub("", line).strip() for line in text.splitlines() if not _LRC_TAG.match(line))
    letters = ("".join(filter(_is_text, line)) for line in lines)
    return "\n".join(letters).strip()[:_MOST_LETTERS]


def says_nothing_is_sung(text: str) -> bool:
    """Whether these lyrics only say that there are none."""
    return _NOTHING_SUNG.fullmatch(text) is not None


def _is_text(letter: str) -> bool:
    return letter.isprintable() or letter == "\t"
