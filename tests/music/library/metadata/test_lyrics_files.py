import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.library.metadata.encodings import decoded
from edgemood.music.library.metadata.lyrics_files import beside, first_with_words

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
    assert decoded(text.encode(encoding)).strip() == text.strip()


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
    assert isinstance(decoded(content), str)


def test_a_file_of_a_megabyte_is_cut_even_within_a_letter(tmp_path):
    (tmp_path / "a.txt").write_text("x" + "é" * 500_000, encoding="utf-8")
    text = beside(tmp_path / "a.mp3")
    assert len(text) < 200_000
    assert set(text) == {"x", "é"}


NAMES = ["Café élan", "Ärger über", "ﬁn", "Straße", "日本語 ガ", "a.b"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("song", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_names_are_the_same_in_either_form_and_in_any_case(tmp_path, name, song, other):
    lyrics = tmp_path / unicodedata.normalize(other, f"{name.upper()}.LRC")
    lyrics.write_text("sung")
    assert beside(tmp_path / unicodedata.normalize(song, f"{name}.flac")) == "sung"


@pytest.mark.parametrize(
    "name", ["a.flac.lrc", "a.en.lrc", "a.txt", "Lyrics/a.lrc", "lyrics/A.TXT"]
)
def test_lyrics_lie_where_downloaders_put_them(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("sung")
    assert beside(tmp_path / "a.flac") == "sung"
    assert beside(tmp_path / "b.flac") == ""


def test_the_lyrics_of_another_song_are_none_of_this(tmp_path):
    for name in ("a b.lrc", "ab.txt", "a.remix.lrc", "a-live.lrc", "a.lrc.bak"):
        (tmp_path / name).write_text("another's")
    assert beside(tmp_path / "a.flac") == ""


def test_a_blank_file_does_not_hide_a_good_one(tmp_path):
    (tmp_path / "a.lrc").write_text("[ar:Somebody]\n[00:01.00]\n[00:02.00] \n")
    (tmp_path / "a.txt").write_text("sung")
    assert beside(tmp_path / "a.flac") == "sung"


def test_a_pipe_called_like_lyrics_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.lrc")
    (tmp_path / "a.txt").write_text("sung")
    assert beside(tmp_path / "a.flac") == "sung"


def test_words_come_before_the_word_that_there_are_none():
    assert first_with_words(["", " \n", "[Instrumental]", "la la la"]) == "la la la"
    assert first_with_words(["", "[Instrumental]", "..."]) == "[Instrumental]"
    assert first_with_words(["...", "\n"]) in {"...", ""}
    assert first_with_words([]) == ""
