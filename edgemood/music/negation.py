"""Which words of a text are said, and which are denied: ``Sad, not happy`` says sad alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

MOST_WORDS: Final = 3
"""that are looked up together"""

_CLAUSE = re.compile(
    r"[,;/|\x00\n\r\u2022\u00b7\uff0c\u3001\uff1b]+|[.!?:\u2026](?=\s|$)|\s[-\u2013\u2014]+\s"
)
_SPACE = re.compile(r"[\s_]+")
_EDGES: Final = ".!?()[]{}\"'*#\u201c\u201d\u201e\u00ab\u00bb"

_DENYING: Final = """
not no non none never neither nor without nothing hardly barely lacking lacks less cannot nowhere
scarcely rarely seldom anti un isnt wasnt arent dont doesnt didnt aint cant wont
nicht kein keine keinen keiner ohne nie niemals weder noch kaum keineswegs keinesfalls
pas jamais sans aucun aucune
nunca tampoco jamás não nem sem
senza né nessun niente
niet geen nooit zonder inte ingen aldrig utan ikke ikkje aldri uten
nie bez nigdy ne nincs değil tidak bukan không
\u043d\u0435 \u043d\u0435\u0442 \u0431\u0435\u0437 \u043d\u0438\u043a\u043e\u0433\u0434\u0430
不 没 沒 非 無 无 안 δεν
"""
_DENIALS: Final = frozenset(_DENYING.split())
"""words that deny what comes after them, in the languages whose lyrics are told apart; without
those that mean something else in English or in names of genres (sin, mai, nu)"""
_NO: Final = frozenset(("no", "non", "nein", "nope", "false", "0"))
"""what by itself denies what came before: happy? no"""
_NOT: Final = (["not"], ["nicht"], ["niet"], ["inte"], ["ikke"])
"""what by itself denies what comes after it: not: happy"""
_SHORT_DENIAL = re.compile(r".+n['\u2019\u02bc\u00b4`]t")
"""isn't, don't, can't"""
_PHRASES: Final = (("anything", "but"), ("far", "from"), ("free", "of"), ("free", "from"))
_AFFIRMING: Final = """
but rather yet instead aber sondern mais pero sino maar men ale \u043d\u043e \u0430 但
"""
_BUT: Final = frozenset(_AFFIRMING.split())
"""what comes after these is said again"""
_ONLY: Final = frozenset(("only", "just", "merely", "nur", "seulement", "solo", "sólo", "apenas"))
"""not only happy"""


def clauses(text: str) -> Iterator[list[str]]:
    """The words of a text in small letters, clause by clause; none that is answered with no."""
    found: list[list[str]] = []
    plain = unicodedata.normalize("NFC", text).casefold()
    for clause in _CLAUSE.split(plain):
        words = [word.strip(_EDGES) for word in _SPACE.split(clause)]
        if words := [word for word in words if word]:
            found.append(words)
    for at, words in enumerate(found):
        before = found[at - 1] if at else []
        after = found[at + 1] if at + 1 < len(found) else []
        ends = at + 2 == len(found)
        answered = len(after) == 1 and (after[0] in _NO or (after in _NOT and ends))
        if not answered and before not in _NOT:
            yield words


def said(words: list[str]) -> list[str]:
    """A clause with the words that it denies left empty, so that they are not looked up."""
    if is_denial(words[-1]) and len(words) > 1:  # happy? no
        return []
    left, denied, at = [], False, 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if (word, following) in _PHRASES:
            denied, at = True, at + 1
        elif word in _BUT:
            denied = False
        elif is_denial(word):
            denied = following not in _ONLY and not following.isdecimal()
        left.append("" if denied else word)
        at += 1
    return left


def is_denial(word: str) -> bool:
    """Whether the word denies what comes after it."""
    return word in _DENIALS or _SHORT_DENIAL.fullmatch(word) is not None
