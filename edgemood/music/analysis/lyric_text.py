"""Lyrics as they come in files and tags, to lines of words somebody sings."""

from __future__ import annotations

import html
import re
from typing import Final

LONGEST_TEXT: Final = 40_000
"""Letters that are read; the longest lyrics of the data sets have a third of it."""

_MARKUP = re.compile(r"<(?:br|p|/p|div|/div)[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,200}>", re.IGNORECASE)
_TIME = re.compile(r"[\[<]\d{1,3}:\d{2}(?:[.:]\d{1,3})?[\]>]")
_LRC_FIELD = re.compile(
    r"^\[(?:ar|al|ti|au|by|la|le|length|offset|re|ve|tool|#):?.{0,200}\]$", re.IGNORECASE
)
_SECTION = re.compile(
    r"^[\[(【]?\s*(?:verse|chorus|refrain|bridge|intro|outro|hook|solo|pre-chorus|interlude|repeat"
    r"|副歌|主歌|間奏|间奏|前奏|尾奏)\b.{0,30}$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^\s*(?:作词|作詞|词|詞|作曲|曲|编曲|編曲|演唱|歌手|制作人|製作人|监制|監製|填词|填詞"
    r"|lyrics|music|written|composed|produced)(?: by)?\s*[:\uff1a].{0,80}$",
    re.IGNORECASE,
)


def sung_lines(text: str) -> tuple[str, ...]:
    """The sung lines of a lyric, without time tags, markup, section names and credits.

    Understands plain text, LRC and HTML; a text beyond `LONGEST_TEXT` is cut there.
    """
    text = html.unescape(_TAG.sub("", _MARKUP.sub("\n", text[:LONGEST_TEXT])))
    lines = (" ".join(_TIME.sub("", line).split()) for line in text.splitlines())
    return tuple(line for line in lines if line and not _is_about_the_song(line))


def _is_about_the_song(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_LRC_FIELD, _SECTION, _CREDIT))
