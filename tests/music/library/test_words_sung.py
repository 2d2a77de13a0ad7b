import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.library.words_sung import beside, decode_text, plain, says_nothing_is_sung

CHINESE = "我愛你 如果沒有你 沒有過去 我不會有傷心 但是有如果 還是要愛你\n" * 8
SIMPLIFIED = "我爱你 如果没有你 没有过去 我不会有伤心 但是有如果 还是要爱你\n" * 8


def test_a_karaoke_files_times_and_headings_are_no_lyrics():
    timed = "[00:12.00][01:15.00]Line one\n[00:17.20]<00:17.50>Line <00:18.00>two\n[Chorus]"
    assert plain(f"[ar:Ann]\n[ti:Song]\n{timed}") == "Line one\nLine two\n[Chorus]"


def test_markup_is_no_lyrics():
    text = "<html><style>p {a: b}</style><script>x()</script><p>You &amp; I<br/>1 < 2</p>"
    assert plain(text).split() == ["You", "&", "I", "1", "<", "2"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln\n", "utf-8-sig"),
        ("Grüße aus Köln\n", "utf-16"),
        (SIMPLIFIED, "gb18030"),
        (CHINESE, "big5"),
        ("Où est passé mon été, déjà là-bas\n" * 5, "cp1252"),
    ],
)
def test_text_is_read_in_the_encoding_it_was_written_in(text, encoding):
    assert decode_text(text.encode(encoding)).strip() == text.strip()


def test_lyrics_beside_a_song_are_found(tmp_path):
    song = tmp_path / "a.b.mp3"
    assert beside(song) == ""
    (tmp_path / "a.b.txt").write_text("plain")
    assert beside(song) == "plain"
    (tmp_path / "a.b.lrc").write_text("[00:01.00]timed")
    assert beside(song) == "[00:01.00]timed"


def test_a_folder_called_like_lyrics_is_none(tmp_path):
    (tmp_path / "a.txt").mkdir()
    assert beside(tmp_path / "a.mp3") == ""


@pytest.mark.parametrize(
    "text", ["Instrumental", "[ instrumental ]", "纯音乐,请欣赏", "(No lyrics)"]
)
def test_lyrics_may_say_that_nothing_is_sung(text):
    assert says_nothing_is_sung(plain(text))
    assert not says_nothing_is_sung("Instrumental in my downfall")


@given(st.binary(max_size=3000))
def test_any_bytes_become_text(content):
    text = plain(decode_text(content))
    assert "\0" not in text


@given(st.text(max_size=2000))
def test_plain_text_is_plain(text):
    assert len(plain(text)) <= len(text) * 2 + 2


def test_a_megabyte_becomes_a_song(tmp_path):
    assert len(plain("la la\n" * 200_000)) <= 20_000
