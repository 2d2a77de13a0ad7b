"""Spellings of one genre: ``Hip-Hop``, ``Hip Hop`` and ``HipHop``; ``R&B`` and ``RnB``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_JOINED = re.compile(
    r"\s*(?:&amp;|[&+]|['\u2019\u2018\u02bc\u00b4`]\s*n\s*['\u2019\u2018\u02bc\u00b4`]?)\s*"
)
_AND = re.compile(r"\b(?:and|n|und|et|y)\b")
_ONE_IN_TWO = re.compile(r"\b(singer)\s*/\s*(songwriter)", re.IGNORECASE)
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_SAME: Final = {
    "dnb": "drumnbass",
    "dandb": "drumnbass",
    "randb": "rnb",
    "rhythmnblues": "rnb",
    "progrock": "progressiverock",
    "proghouse": "progressivehouse",
    "altrock": "alternativerock",
    "altcountry": "alternativecountry",
    "electronicdancemusic": "edm",
    "intelligentdancemusic": "idm",
    "newwaveofbritishheavymetal": "nwobhm",
    "classicalmusic": "classical",
}
"""short and long names of the same, as `_spelt` gives them"""


@lru_cache(4096)
def genre_key(name: str) -> str:
    """The same for each spelling of a genre: letters and digits in small letters, no accents."""
    spelt = _spelt(name)
    return _SAME.get(spelt, spelt)


def _spelt(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _AND.sub(" n ", _JOINED.sub(" n ", plain))
    return _NEITHER_LETTER_NOR_DIGIT.sub("", plain) or name.strip().casefold()


def whole(tag: str) -> str:
    """A genre tag in which a slash only stands between genres."""
    return _ONE_IN_TWO.sub(r"\1-\2", tag)


def holds_genre(name: str, wanted: str) -> bool:
    """Whether a genre is the wanted one, or one of its kind: ``Deep House`` is house."""
    within = genre_key(wanted) and wanted.strip().casefold() in name.casefold()
    return bool(within) or has_word(name, wanted)


def has_word(name: str, wanted: str) -> bool:
    """Whether whole words of a genre's name are a spelling of the wanted one."""
    key = genre_key(wanted)
    words = name.split()
    runs = (
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    )
    return bool(key) and any(genre_key(run) == key for run in runs)


def first_spelling(names: Iterable[str]) -> list[int]:
    """For each name, the place of the first one that is a spelling of the same genre."""
    places: dict[str, int] = {}
    return [
        places.setdefault(genre_key(name) if name else "", place)
        for place, name in enumerate(names)
    ]
