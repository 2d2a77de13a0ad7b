"""Which encoding a text without a mark was written in, by how likely its letters are.

For each encoding and language, the text's likelihood under the language's commonest letters; ASCII
says nothing, and the letters of the right one are far likelier than what the same bytes mean in
another. Works on a single line, where detectors for whole pages do not (``cp1253`` and ``cp1255``
lyrics came out as Cyrillic). The orders of letters are those that charset-normalizer (MIT licence,
https://github.com/jawah/charset_normalizer, 3.5.3) counted in Wikipedia's articles.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

MOST_BYTES: Final = 1 << 18
"""of a text that are read; a book is no song"""

_LOOK_AT: Final = 1 << 15
"""bytes; more tells nothing new"""
_WITH_MARK: Final[dict[bytes, str]] = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
_LETTERS: Final = {
    "ru": "оеаинтсрвлкмдпугяызбйьчхжцшюэщфёъ",
    "uk": "оаніирвтесклудмпзяьбгйчхцїєжшющґф",
    "el": "ατοιενρσκηπςυμλίόάγέδήωχθύβφξζώψϊϋ",
    "he": "יוהלרבתמאשנעםדקחפסכגטצןזךףץ",
    "ar": "اليمونرتبةعدسفهكقأحجشطصىخإذغضزثظءئآؤ",
    "th": "านรอกเงมยลวดทสตะปบคหแจพชขใไำ่้็ีิืึุูัโผถซญธณฐฉศษภฟฝ์ๆ",
    "fr": "éèàêçùôâîûœëï",
    "de": "üäöß",
    "es": "óíáéñúü¿¡",
    "it": "èàùòìé",
    "pt": "ãçéáíóõêâúàô",
    "sv": "äåöé",
    "no": "åøæéó",
    "pl": "łąęóżśćńź",
    "cs": "íáéěřčžýšůúťďňľôäĺŕ",
    "hu": "áéóöőíüúű",
    "ro": "ăîâșțşţ",
    "hr": "čšžćđ",
    "tr": "ıüşçğöİâî",
    "zh": (
        "的一是不了在人有我他这個个们們中来來上大为為和国地到以说說时時要就出会會可也你对對生能而子那得于於"
        "着著下自之年过過发後作里裡用道行所然家种事成方爱愛心想没沒去好天都很还還再没给給让讓情"
    ),
    "ja": (
        "のにるたとはしいをでてがなれからさっりすあもこまうくよきんめおけそつだやえどわちみせじばへびずろほげむべ"
        "ひょゆぶごゃねふぐぎぼゅづざぞぬぜぱぽーンスルトリイアラックドシレジタフロカテマィグバムプオコデニ"
        "ウメサビナブャエュチキズダパミョハセベガモツネボソノァヴ君夢心愛僕"
    ),
    "ko": "이다에의는로하을가고지서한은기으년대사시를리도인스일내너나그우해요아어만사랑",
}
_LANGUAGES_OF: Final = {
    "cp1252": ("fr", "de", "es", "it", "pt", "sv", "no"),
    "cp1250": ("pl", "cs", "hu", "ro", "hr"),
    "iso8859_2": ("pl", "cs", "hu", "ro", "hr"),
    "cp1254": ("tr",),
    "cp1251": ("ru", "uk"),
    "koi8_r": ("ru",),
    "cp866": ("ru",),
    "cp1253": ("el",),
    "cp1255": ("he",),
    "cp1256": ("ar",),
    "cp874": ("th",),
    "gb18030": ("zh",),
    "big5": ("zh",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
}
"""in the order of preference where two are as likely"""
_SCRIPTS: Final = {"zh": (0x4E00, 0x9FA5), "ja": (0x4E00, 0x9FA5), "ko": (0xAC00, 0xD7A3)}
_OTHER_SIGN: Final = 1 / 10_000
"""how likely a sign of such a script is that is none of the commonest"""
_STRANGE: Final = 1 / 1_000_000
_CAPITAL: Final = 1 / 20
_MARKS: Final = frozenset("“”‘’„‚–—…«»´·•♪♫、。，！？「」～：；（）　\u00a0")  # noqa: RUF001
_MARK: Final = 1 / 100


@dataclass(frozen=True)
class _Likelihood:
    language: str
    letters: dict[str, float] = field(default_factory=dict)

    @cached_property
    def of_letter(self) -> dict[str, float]:
        """Logarithms; as Zipf's law has it, the n-th commonest is 1/n as likely as the first."""
        letters = _LETTERS[self.language]
        share = 0.7 if self.language in _SCRIPTS else 0.95
        weights = [1 / (rank + 3) for rank in range(len(letters))]
        total = sum(weights)
        likely = {
            letter: math.log(share * weight / total)
            for letter, weight in zip(letters, weights, strict=True)
        }
        capitals = {
            letter.upper(): value + math.log(_CAPITAL)
            for letter, value in likely.items()
            if letter.upper() not in likely
        }
        return capitals | likely | dict.fromkeys(_MARKS, math.log(_MARK))

    def of(self, text: str) -> float:
        """The logarithm of how likely the text is but for its ASCII."""
        low, high = _SCRIPTS.get(self.language, (1, 0))
        known, strange, other = self.of_letter, math.log(_STRANGE), math.log(_OTHER_SIGN)
        return sum(
            known.get(letter, other if low <= ord(letter) <= high else strange)
            for letter in text
            if letter > "\x7f"
        )


_LIKELIHOODS: Final = {language: _Likelihood(language) for language in _LETTERS}


def decoded(content: bytes) -> str:
    """Text in the likeliest encoding; never fails."""
    for mark, encoding in _WITH_MARK.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content[:_LOOK_AT] and (wide := _wide(content)):
        return wide
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= MOST_BYTES - 4:  # cut within a letter
            return content.decode("utf-8", "ignore")
    return content.decode(_likeliest(content[:_LOOK_AT]), "replace")


def _wide(content: bytes) -> str:
    """Text of two bytes a letter, or of four, without a mark; empty when it is none."""
    for encoding in ("utf-32-le", "utf-32-be"):
        text = content[: len(content) // 4 * 4].decode(encoding, "ignore")
        if len(text) >= len(content) // 4 and "\0" not in text:
            return text
    even = content[: len(content) // 2 * 2]
    little, big = (even.decode(encoding, "replace") for encoding in ("utf-16-le", "utf-16-be"))
    return max(little, big, key=_plausible) if max(map(_plausible, (little, big))) > 0 else ""


def _plausible(text: str) -> int:
    """How many more blanks and letters of scripts in use a text has than unused and odd signs."""
    blanks = sum(text.count(blank) for blank in " \n\u3000")
    odd = sum(not letter.isprintable() and letter not in "\r\n\t" for letter in text)
    return 2 * blanks - 8 * odd


def _likeliest(content: bytes) -> str:
    best, found = "cp1252", -math.inf
    for encoding, languages in _LANGUAGES_OF.items():
        text = _strictly(content, encoding)
        if text is None:
            continue
        likely = max(_LIKELIHOODS[language].of(text) for language in languages)
        if likely > found:
            best, found = encoding, likely
    return best


def _strictly(content: bytes, encoding: str) -> str | None:
    """The text, but for a letter cut at its end; None when it is of another encoding."""
    for cut in range(4 if len(content) == _LOOK_AT else 1):
        with contextlib.suppress(UnicodeDecodeError):
            return content[: len(content) - cut].decode(encoding)
    return None
