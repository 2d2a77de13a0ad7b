"""Languages by whatever people and taggers call them: codes of ISO 639, BCP 47, and names.

`languages.tsv` is made of Unicode's Common Locale Data Repository (CLDR 47, licence Unicode-3.0,
https://www.unicode.org/license.txt) by ``python -m edgemood.training.language_names``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

NO_WORDS: Final = "zxx"
"""ISO 639-2 for music without words"""
UNKNOWN: Final = ""

_TABLE: Final = Path(__file__).with_name("languages.tsv")
_SEVERAL = re.compile(r"\s*[,;/|&+()\x00\n]\s*")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_.@][a-z0-9-_.@]*)?")
"""a tag of BCP 47, or a locale as of POSIX: zh-Hant-TW, pt_BR.UTF-8"""
_WITHOUT_WORDS: Final = ("zxx", "instrumental", "no linguistic content", "no lyrics")


def language_code(text: str) -> str:
    """The code of a language: of ISO 639-1 where it has one, else of 639-3; `UNKNOWN` for none.

    Understands codes of ISO 639-1, 639-2 (both kinds) and 639-3, tags of BCP 47 and locales, and
    names in English and in the language itself; of several, the first counts.
    """
    wanted = _plain(text)
    words = wanted.split() if wanted.replace(" ", "").isalpha() else [wanted]
    for part in (wanted, *_SEVERAL.split(wanted), words[-1] if words else wanted):
        if code := _one(part):
            return code
    return UNKNOWN


def nearest_languages(text: str) -> list[str]:
    """Names that may have been meant by one that is none."""
    return difflib.get_close_matches(_plain(text), _known(), n=3, cutoff=0.75)


def _one(text: str) -> str:
    if text in _WITHOUT_WORDS:
        return NO_WORDS
    known = _known()
    if text in known:
        return known[text]
    tag = _TAG.fullmatch(text)
    if tag:
        return NO_WORDS if tag[1] == NO_WORDS else known.get(tag[1], UNKNOWN)
    # ID3's TLAN may hold several codes in a row: engdeu
    codes = [text[at : at + 3] for at in range(0, len(text), 3)]
    if len(codes) > 1 and all(len(code) == 3 and code in known for code in codes):
        return known[codes[0]]
    return UNKNOWN


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(" \t\r\n\0.[]\"'")


@cache
def _known() -> dict[str, str]:
    """Every code and name in small letters, with the code that stands for it."""
    rows = [
        line.split("\t")
        for line in _TABLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    known = {code: code for code, _, _ in rows}
    for column in (1, 2):  # codes before names
        for row in rows:
            for name in filter(None, row[column].split("|")):
                known.setdefault(_plain(name), row[0])
    return known
