import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.lyrics.text import LONGEST_TEXT, sung_lines


def test_time_tags_fields_sections_and_credits_are_not_sung():
    text = "[ar:Somebody]\n[00:12.30]Hello, [00:13]world\n[Chorus]\n作詞\uff1a某某\nHello again\n\n"
    assert sung_lines(text) == ("Hello, world", "Hello again")


def test_html_becomes_lines():
    assert sung_lines("<p>Rock &amp; roll<br/>all <i>night</i></p>") == ("Rock & roll", "all night")


def test_a_smaller_than_sign_is_no_markup():
    assert sung_lines("I <3 you") == ("I <3 you",)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<00:12.30>Hello <00:13.00>world", ("Hello world",)),
        ("[00:12.30] <00:12.30> Hello <00:13.00> world", ("Hello world",)),
        ("[12345,678]Hel<0,200,0>lo <200,150,0>world", ("Hello world",)),
        ("[1:02:03.45]Hello\n[00:12:30]world", ("Hello", "world")),
        ("[id: abc]\n[length:03:21]\n[re:editor]\n{title: x}\n[00:01]Hello", ("Hello",)),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03.000 --> x\nworld", None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\nworld", ("Hello", "world")),
        ("Hello &amp;amp; world<br />again&#39;s", ("Hello & world", "again's")),
        ("3 ContributorsMy Song Lyrics[Verse 1]\nHello\nworld12Embed", ("Hello", "world")),
        ("Hello\nYou might also like\nworldEmbed", ("Hello", "world")),
        ("Lyrics by Somebody\nHello\nwww.lyrics.example.com\nLyrics powered by a site", ("Hello",)),
        ("Songwriters: A / B\nHello\nLyrics licensed & provided by X\n\u00a9 2020 Y", ("Hello",)),
        ("LRC by nobody\nHello\n******* This Lyrics is NOT for Commercial use *******", ("Hello",)),
        ("\ufeffHello\u200b\r\nwor\u00adld", ("Hello", "world")),
        ("[really sad]", ("[really sad]",)),
        ("Hello\tworld\0again\rand\x85again", ("Hello world", "again", "and", "again")),
        ("1\n2\n3\nHello", ("1", "2", "3", "Hello")),
    ],
)
def test_what_downloaders_and_converters_leave_is_not_sung(text, lines):
    assert sung_lines(text) == (("Hello", "world") if lines is None else lines)


def test_a_book_is_read_only_so_far():
    assert sum(map(len, sung_lines("la la\n" * 200_000))) <= LONGEST_TEXT


@given(st.text(max_size=300))
def test_every_text_has_lines_without_blank_ends(text: str):
    assert all(line == line.strip() and line for line in sung_lines(text))
