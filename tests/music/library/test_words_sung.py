import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.library.words_sung import beside, decode_text

CHINESE = "我愛你 如果沒有你 沒有過去 我不會有傷心 但是有如果 還是要愛你\n" * 8
SIMPLIFIED = "我爱你 如果没有你 没有过去 我不会有伤心 但是有如果 还是要爱你\n" * 8


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


@given(st.binary(max_size=3000))
def test_any_bytes_become_text(content):
    assert isinstance(decode_text(content), str)


def test_a_file_of_a_megabyte_is_cut_even_within_a_letter(tmp_path):
    (tmp_path / "a.txt").write_text("x" + "é" * 500_000, encoding="utf-8")
    text = beside(tmp_path / "a.mp3")
    assert len(text) < 200_000
    assert set(text) == {"x", "é"}
