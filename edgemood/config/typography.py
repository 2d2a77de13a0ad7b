"""Characters that look like those of YAML and are others, as keyboards and web pages leave them.

YAML takes them for letters, so that a line means something else, and what is told about it leads
nowhere. Here each is told by its place, and mended, so that the rest of the file is understood.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_COLONS: Final = "\uff1a\ufe55\ufe13\ua789\u02d0\u2236"

_OPENING: Final = (
    "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a\uff02\uff07\u2033\u300c"
)
_CLOSING: Final = "\u201c\u201d\u2018\u2019\u00ab\u00bb\u2039\u203a\uff02\uff07\u2033\u300d"
CURLY_QUOTES: Final = {first + last for first in _OPENING for last in _CLOSING}
"""pairs of quotation marks that are none to YAML"""

_WORD: Final = r"[^\W\d][\w&'-]*(?: [\w&'-]+)*"
_KEY = re.compile(
    rf"(?P<indent>[ {_SPACES}{_INVISIBLE}]*)"
    rf"(?P<key>{_WORD}(?:[{_INVISIBLE}]+{_WORD})*[{_INVISIBLE}]*)"
    rf"(?P<before>[ {_SPACES}]*)(?P<colon>:=|[:={_COLONS}])(?P<after>[ {_SPACES}{_INVISIBLE}]*)"
    r"(?P<value>.*)"
)
"""a line that looks as if it began with a key"""
_INDENT = re.compile(rf"[ {_SPACES}{_INVISIBLE}]+(?=\S)")
_ODD_SPACE = re.compile(f"[{_SPACES}]")
_ODD_INVISIBLE = re.compile(f"[{_INVISIBLE}]")


def tidied(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text as it was meant; and line and column, from 1, of what was odd, with words for it.

    Only where keys and their colons stand: what a value holds is its owner's business.
    """
    lines, found = [], []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        tidy, odd = _tidied_line(line)
        lines.append(tidy)
        found += [(number, at + 1, message) for at, message in odd[:1]]
    return "".join(lines), found


def _tidied_line(line: str) -> tuple[str, list[tuple[int, str]]]:
    """A line as it was meant, and what is odd in it, each with its column from 0."""
    if line.lstrip().startswith(("#", "'", '"')):
        return line, []
    match = _KEY.match(line)
    if match is None:
        before = _INDENT.match(line)
        odd = _odd_letters(line, 0, before.end()) if before else []
        return line if before is None else " " * len(before[0]) + line[before.end() :], odd
    odd = _odd_letters(line, 0, match.start("value"))
    colon, value = match["colon"], match["value"].rstrip()
    if "=" in colon and value:
        odd.append((match.start("colon"), f'write "{match["key"]}: …", with a colon'))
    elif colon not in {":", "=", ":="}:
        odd.append(
            (match.start("colon"), f'"{colon}" is another character than ":"; type a plain colon')
        )
    elif value and not match["after"] and not value.startswith(("/", "\t")):
        odd.append((match.start("value"), f'a space is missing after "{match["key"]}:"'))
    if not odd:
        return line, []
    key = _ODD_INVISIBLE.sub("", match["key"])
    indent = " " * len(_ODD_INVISIBLE.sub("", match["indent"]))
    return f"{indent}{key}: {line[match.start('value') :]}", sorted(odd)


def _odd_letters(line: str, start: int, end: int) -> list[tuple[int, str]]:
    return [
        *(
            (found.start(), f"this is no plain space but {_name(found[0])}; type it anew")
            for found in _ODD_SPACE.finditer(line, start, end)
        ),
        *(
            (found.start(), f"an invisible character stands here, {_name(found[0])}; delete it")
            for found in _ODD_INVISIBLE.finditer(line, start, end)
        ),
    ]


def _name(letter: str) -> str:
    name = unicodedata.name(letter, "").lower()
    return f"U+{ord(letter):04X} ({name})" if name else f"U+{ord(letter):04X}"
