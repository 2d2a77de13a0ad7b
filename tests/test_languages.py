import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.languages import NO_WORDS, UNKNOWN, language_code, nearest_languages

BOTH_KINDS = (
    "sqi alb sq,hye arm hy,eus baq eu,mya bur my,zho chi zh,ces cze cs,nld dut nl,fra fre fr,"
    "kat geo ka,deu ger de,ell gre el,isl ice is,mkd mac mk,mri mao mi,msa may ms,fas per fa,"
    "ron rum ro,slk slo sk,bod tib bo,cym wel cy"
)
"""the languages with two codes in ISO 639-2, as the Library of Congress lists them"""


@pytest.mark.parametrize("codes", BOTH_KINDS.split(","))
def test_both_codes_of_iso_639_2_are_that_of_iso_639_1(codes):
    terminology, bibliographic, short = codes.split()
    assert language_code(terminology) == language_code(bibliographic) == short
    assert language_code(short) == short


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("EN", "en"), ("eng", "en"), (" Eng ", "en"), ("English", "en"), ("german", "de")),
        *(("zh-Hant-TW", "zh"), ("pt_BR", "pt"), ("pt_BR.UTF-8", "pt"), ("sr-Latn", "sr")),
        *(("de-DE@euro", "de"), ("iw", "he"), ("cmn", "zh"), ("arb", "ar"), ("yue", "yue")),
        *(("haw", "haw"), ("Hawaiian", "haw"), ("Deutsch", "de"), ("Español", "es")),
        *(("Español", "es"), ("日本語", "ja"), ("русский", "ru"), ("Mandarin", "zh")),
        *(("Mandarin Chinese", "zh"), ("Brazilian Portuguese", "pt"), ("Farsi", "fa")),
        *(("engdeu", "en"), ("eng/deu", "en"), ("German; English", "de")),
        *(("Spanish; Castilian", "es"), ("Greek, Modern (1453-)", "el"), ("English (US)", "en")),
        *(("Instrumental", NO_WORDS), ("[Instrumental]", NO_WORDS), ("zxx", NO_WORDS)),
        *(("XXX", UNKNOWN), ("und", UNKNOWN), ("mul", UNKNOWN), ("", UNKNOWN), ("??", UNKNOWN)),
        *(("qq", UNKNOWN), ("Gibberish", UNKNOWN), ("\0", UNKNOWN)),
    ],
)
def test_a_language_is_known_by_any_of_its_codes_and_names(text, code):
    assert language_code(text) == code


def test_a_misspelt_name_has_a_nearest_one():
    assert nearest_languages("germn")[0] == "german"
    assert nearest_languages("xyzzyx") == []


@given(st.text(max_size=40))
def test_every_text_has_a_short_code_or_none(text):
    assert len(language_code(text)) in {0, 2, 3}
