import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.lyrics.language import INSTRUMENTAL, UNKNOWN, language_of
from edgemood.music.analysis.lyrics.text import sung_lines


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("I don't know what you want me to do with all of this", "en"),
        ("Ich weiß nicht, was du von mir willst, und das ist gut so", "de"),
        ("Je ne sais pas ce que tu veux de moi et je suis une ombre", "fr"),
        ("Yo no sé que tú quieres de mí, pero te quiero con el alma", "es"),
        ("愛到了盡頭 方知多愚鈍", "zh"),
        ("你知道我爱你 baby baby", "zh"),
        ("君のことが好きだから", "ja"),
        ("사랑해요 그대를 사랑해요", "ko"),
        ("Я помню чудное мгновенье", "ru"),
        ("Instrumental", INSTRUMENTAL),
        ("此歌曲为没有填词的纯音乐\uff0c请您欣赏", INSTRUMENTAL),
        ("Xyzzy plugh frotz", UNKNOWN),
        ("12345 !!!", UNKNOWN),
    ],
)
def test_the_language_of_a_line(line: str, language: str):
    assert language_of([line]) == language


@pytest.mark.parametrize(
    "text",
    [
        *("[Instrumental]", "(instrumental)", "Instrumental.", "INSTRUMENTALE", "Instrumentálna"),
        *(
            "instrumentální skladba",
            "Instrumentaali",
            "\u266a",
            "\u266a \u266b \u266a",
            "\U0001f3b5",
        ),
        *("This track is an instrumental", "This song is instrumental", "Ohne Text", "No lyrics"),
        *("Инструментал", "インストゥルメンタル", "연주곡", "Sans paroles", "*** instrumental ***"),
    ],
)
def test_the_mark_of_music_without_words_is_known(text):
    assert language_of(sung_lines(text)) == INSTRUMENTAL


def test_most_of_the_lines_decide():
    assert language_of(["我爱你"] + ["and you know that I want to be with you"] * 5) == "en"


def test_english_contractions_are_english():
    lines = ["We've been where they've gone", "They've come as we've come, we've come"]
    assert language_of(lines) == "en"


def test_no_line_has_no_language():
    assert language_of([]) == UNKNOWN


@given(st.lists(st.text(max_size=60), max_size=5))
def test_every_text_has_a_code_or_none(lines: list[str]):
    assert len(language_of(lines)) in {0, 2, 3}
