"""Which language a lyric is in: by its script, and in Latin script by its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

INSTRUMENTAL: Final = "zxx"
"""ISO 639's code for what holds no language."""
UNKNOWN: Final = ""

_SAYS_INSTRUMENTAL = re.compile(
    r"^\W*(?:(?:this|the)\s+(?:song|track|piece)\s+is\s+(?:an\s+)?)?(?:"
    r"instr?um[eé]nt(?:[aáàâ]l|aal)\w*|instrumentaux|instr\.?$"
    r"|no (?:lyrics|vocals|words|singing)|without (?:lyrics|vocals|words)|non[- ]vocal"
    r"|ohne (?:text|gesang|worte)|sans paroles|sin (?:letra|voz)|sem (?:letra|voz)"
    r"|senza (?:parole|testo)"
    r"|bez (?:s[lł][oó]w|textu|slov)|zonder (?:tekst|zang)|utan text|uten tekst|s[oö]zs[uü]z"
    r"|инструментал\w*|без слов|інструментал\w*|без слів|ορχηστρικ\w*|אינסטרומנטל\w*|موسيقى فقط"
    r"|インスト\w*|歌詞(?:なし|無し)|연주곡|인스트루멘탈|경음악|บรรเลง"
    r"|此歌曲为没有填词的纯音乐|此歌曲為沒有填詞的純音樂|纯音乐|純音樂|伴奏|無歌詞|无歌词|没有歌词"
    r")",
    re.IGNORECASE,
)
_NOTES: Final = "♩♪♫♬🎵🎶🎼"
_MOST_WORDS_OF_A_NOTICE = 12
_SCRIPTS = {
    "zh": re.compile("[\u3400-\u9fff]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
"""Letters of scripts that mostly one language is sung in."""
_KANA_SHARE = 0.08
"""Japanese writes at least every twelfth letter as kana, Chinese next to none."""
_LATIN_WORD = re.compile(
    "([a-z]+n['\u2019]t|[a-z\u00df-\u024f]+)(?:['\u2019](?:d|ll|m|re|s|ve)\\b)?"
)
"""Without the end of an English contraction: that of ``we've`` alone is Turkish."""
_COMMON_WORDS = {
    "en": "the and you to i it of me my that is on your be for with this what all we don't so no"
    " like know just can but are was they when if never she he how there from now",
    "de": "und ich die der du nicht das ist es ein mir zu wir in mich so dich den auch wenn war",
    "fr": "je de et la le les tu pas que un est une moi on pour qui dans ne toi sur elle mon",
    "es": "que de no y la el en me tu mi te lo un por yo con para es una si como amor",
    "it": "che non di e la il un mi per sei con una ti come ma io sono del più cosa amore",
    "pt": "que não de eu e o você um me meu uma se com é do da na pra mais minha",
    "nl": "ik je de het een en niet dat van in is die mij we jij maar wat met zo voor",
    "sv": "jag du och det att är en som i på inte mig har dig för med vi så när av",
    "pl": "nie się i w to na że jest ja mnie ty z jak co mi tak do wiem już",
    "tr": "bir ve bu ben sen seni beni gibi ne için var yok aşk çok benim her da de",
    "id": "aku kau yang di dan tak ku cinta ini dengan untuk tiada hati mu kamu",
    "vi": "em anh không yêu là người một và cho trong đã có khi tình những",
}
_LANGUAGES_OF_WORD: dict[str, list[str]] = {}
for _language, _words in _COMMON_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF_WORD.setdefault(_word, []).append(_language)
_LEAST_SHARE = 0.08
"""Of a text's words that must be common ones: lyrics of these languages have a fifth or more."""


def language_of(lines: Sequence[str]) -> str:
    """ISO 639-1 code of the language most of the lines are in, `INSTRUMENTAL` or `UNKNOWN`."""
    text = "\n".join(lines).casefold()
    if not text:
        return UNKNOWN
    if _SAYS_INSTRUMENTAL.match(text) and len(text.split()) <= _MOST_WORDS_OF_A_NOTICE:
        return INSTRUMENTAL
    if any(note in text for note in _NOTES) and not any(map(str.isalpha, text)):
        return INSTRUMENTAL
    letters = {name: len(script.findall(text)) for name, script in _SCRIPTS.items()}
    if letters["ja"] > _KANA_SHARE * (letters["ja"] + letters["zh"]):
        letters["ja"] += letters.pop("zh")
    words = _LATIN_WORD.findall(text)
    name, count = max(letters.items(), key=lambda item: item[1])
    # one sign of most other scripts says as much as half a Latin word
    return name if count > 2 * len(words) else _latin_language(words)


def _latin_language(words: list[str]) -> str:
    votes: Counter[str] = Counter()
    for word in words:
        votes.update(_LANGUAGES_OF_WORD.get(word, ()))
    if not votes:
        return UNKNOWN
    (language, count), *_ = votes.most_common(1)
    return language if count >= max(3.0, _LEAST_SHARE * len(words)) else UNKNOWN
