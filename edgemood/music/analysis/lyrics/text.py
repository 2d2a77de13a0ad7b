"""Lyrics as they come in files and tags, to lines of words somebody sings."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 40_000
"""Letters that are read; the longest lyrics of the data sets have a third of it."""

_MARKUP = re.compile(r"<(?:br|p|/p|div|/div)[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,200}>", re.IGNORECASE)
_TIME = re.compile(r"[\[<(]\d{1,3}:\d{2}(?:[.:,]\d{1,3}){0,2}[\]>)]|[\[<(]\d+,\d+(?:,\d+)?[\]>)]")
"""of LRC, also within a line, and in milliseconds as KRC and QRC have them"""
_SUBTITLE = re.compile(r"^(?:\d+|.*\d:\d\d[.,]\d{3}\s*-->.*|WEBVTT.*)$")
"""numbers and times of SubRip and WebVTT"""
_FIELD = re.compile(r"^[\[{](?:#|[a-z][a-z0-9_ ]{0,15}:).{0,200}[\]}]$", re.IGNORECASE)
"""[ar:Somebody]"""
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
_SCRAP = re.compile(
    r"^[\W\d]*(?:"
    r"(?:lyrics?|lrc|words|text|paroles|letra|song ?text|synced|synchroni[sz]ed|transcribed|"
    r"translated|provided|submitted|corrected|encoded|ripped)\s+(?:\w+\s+){0,3}(?:by|par|von|por)\b"
    r".{0,80}"
    r"|(?:song)?writers?(?:\(s\))?\s*:.{0,200}"
    r"|you might also like.{0,80}|see .{1,60} live\s*get tickets.{0,60}"
    r"|\d*\s*contributors?.{0,200}|translations?"
    r"|lyrics (?:powered|licensed|provided|from|courtesy).{0,100}"
    r"|this lyrics is not for commercial use.{0,20}"
    r"|(?:source|quelle|lyrics from|found (?:on|at))\s*:.{0,100}"
    r"|(?:copyright|\(c\)|©|℗|all rights reserved).{0,120}"
    r"|(?:https?://|www\.)\S+.{0,40}|\S{1,60}\.(?:com|net|org|ru|de)"
    r"|submit corrections.{0,80}|thanks to .{1,80} for .{0,40}lyrics.{0,40}"
    r")\W*$",
    re.IGNORECASE,
)
"""what sites and their scrapers leave around the words"""
_EMBED = re.compile(r"\d*Embed$")
_HEADING = re.compile(r"^(?:\d+ Contributors?.{0,200}|.{1,100}) Lyrics(?=$|\[)")


def sung_lines(text: str) -> tuple[str, ...]:
    """The sung lines of a lyric, without time tags, markup, section names and credits.

    Understands plain text, LRC, SubRip and HTML, and what sites leave around the words; a text
    beyond `LONGEST_TEXT` is cut there.
    """
    text = _TIME.sub("", text[:LONGEST_TEXT].replace("\0", "\n"))
    text = html.unescape(html.unescape(_TAG.sub("", _MARKUP.sub("\n", text))))
    lines = [" ".join(_visible(line).split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if lines:
        lines[0] = _HEADING.sub("", lines[0])
        lines[-1] = _EMBED.sub("", lines[-1])
    about = [_FIELD, _SECTION, _CREDIT, _SCRAP, *([_SUBTITLE] if "-->" in text else [])]
    return tuple(
        line for line in lines if line and not any(pattern.match(line) for pattern in about)
    )


def _visible(line: str) -> str:
    """Without signs that have no width, such as a mark of the encoding in the middle of a file."""
    kinds = ((letter, unicodedata.category(letter)) for letter in line)
    return "".join(" " if kind == "Cc" else letter for letter, kind in kinds if kind != "Cf")
