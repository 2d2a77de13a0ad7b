"""What PyYAML finds wrong with a text, in words for the owner of a configuration."""

from __future__ import annotations

ALIAS = (
    '"*" refers to another place in YAML, which is not used here; '
    "put quotes around a text that begins with it"
)
ANCHOR = (
    '"&" gives a place a name in YAML, which is not used here; '
    "put quotes around a text that begins with it"
)
TOO_DEEP = "is nested too deeply"
_QUOTES = "a sign here means something to YAML; put quotes around the whole text"
_ASTRAY = "the indentation does not fit the lines before, or a sign is astray"
_BACKSLASH = 'a "\\" in double quotes must be written twice, or the quotes be single ones'
_IN_WORDS = {
    "mapping values are not allowed here": (
        'unexpected ":"; is one missing in the line before, or is this line too far right?'
    ),
    "could not find expected ':'": 'a ":" is missing after a key, here or in the line before',
    "but found another document": "a second document begins here; one file holds one configuration",
    "expected <block end>": _ASTRAY,
    "expected the node content": _ASTRAY,
    "expected '<document start>'": _ASTRAY,
    "expected ',' or ']'": 'expected "," or "]"; a bracket is not closed',
    "expected ',' or '}'": 'expected "," or "}"; a brace is not closed',
    "found unexpected end of stream": (
        "found unexpected end of stream; a quotation mark is not closed"
    ),
    "found unknown escape character": _BACKSLASH,
    "expected escape sequence": _BACKSLASH,
    "sequence entries are not allowed here": 'a list with "-" begins on a line of its own',
    "found character": 'a text that begins with this sign needs quotes: "…"',
}
"""by the beginning of PyYAML's words"""


def in_words(message: str, near: str) -> str:
    """What PyYAML found, for an owner; `near` is the sign before the place and the one at it."""
    if message in {ALIAS, TOO_DEEP}:
        return message
    if "'\\t'" in message:
        return "a tab; indent with spaces"
    if message.startswith("expected alphabetic or numeric character"):
        return ALIAS if "*" in near else ANCHOR if "&" in near else _QUOTES
    return next((words for start, words in _IN_WORDS.items() if message.startswith(start)), _QUOTES)
