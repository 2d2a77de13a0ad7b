from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.lyric_text import LONGEST_TEXT, sung_lines


def test_time_tags_fields_sections_and_credits_are_not_sung():
    text = "[ar:Somebody]\n[00:12.30]Hello, [00:13]world\n[Chorus]\n作詞\uff1a某某\nHello again\n\n"
    assert sung_lines(text) == ("Hello, world", "Hello again")


def test_html_becomes_lines():
    assert sung_lines("<p>Rock &amp; roll<br/>all <i>night</i></p>") == ("Rock & roll", "all night")


def test_a_smaller_than_sign_is_no_markup():
    assert sung_lines("I <3 you") == ("I <3 you",)


def test_a_book_is_read_only_so_far():
    assert sum(map(len, sung_lines("la la\n" * 200_000))) <= LONGEST_TEXT


@given(st.text(max_size=300))
def test_every_text_has_lines_without_blank_ends(text: str):
    assert all(line == line.strip() and line for line in sung_lines(text))
