import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import pytest
import soundfile

from edgemood.music.library.metadata.file_tags import FileTags, read_tags
from edgemood.music.library.metadata.mpd_tags import tempo_and_key_say


@pytest.fixture
def mp3(tmp_path, tune):
    soundfile.write(tmp_path / "a.mp3", tune(1), 44_100)
    return tmp_path / "a.mp3"


@pytest.fixture
def m4a(tmp_path, song_wav, ffmpeg):
    ffmpeg("-i", song_wav, "-t", "1", tmp_path / "a.m4a")
    return tmp_path / "a.m4a"


def test_id3(mp3):
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TMOO(encoding=3, text="Melancholy"))
    tags.add(mutagen.id3.TCON(encoding=3, text=["Rock", "Blues"]))
    tags.add(mutagen.id3.COMM(encoding=3, lang="eng", desc="iTunNORM", text="0001"))
    tags.add(mutagen.id3.COMM(encoding=3, lang="eng", desc="", text="for sunny days"))
    tags.add(mutagen.id3.TBPM(encoding=3, text="128"))
    tags.add(mutagen.id3.TKEY(encoding=3, text="Am"))
    tags.add(mutagen.id3.TLAN(encoding=3, text="deu"))
    tags.add(mutagen.id3.USLT(encoding=3, lang="deu", text="Zeile eins\nZeile zwei"))
    tags.save(mp3)
    assert read_tags(mp3) == FileTags(
        mood="Melancholy",
        genre="Rock, Blues",
        comment="for sunny days",
        bpm=128.0,
        key="Am",
        language="deu",
        lyrics="Zeile eins\nZeile zwei",
    )


def test_id3_lyrics_with_times_are_read_where_there_are_no_others(mp3):
    tags = mutagen.id3.ID3()
    timed = [("first", 100), ("second", 2000)]
    tags.add(mutagen.id3.SYLT(encoding=3, lang="eng", format=2, type=1, text=timed))
    tags.save(mp3)
    assert read_tags(mp3).lyrics == "first\nsecond"
    tags.add(mutagen.id3.USLT(encoding=3, lang="eng", text="all of the words"))
    tags.save(mp3)
    assert read_tags(mp3).lyrics == "all of the words"


@pytest.mark.parametrize("name", ["a.flac", "a.ogg"])
def test_vorbis_comments(tmp_path, tune, name):
    soundfile.write(tmp_path / name, tune(1), 44_100)
    file = mutagen.File(tmp_path / name)
    file["MOOD"] = ["calm", "warm"]
    file["lyrics"] = "la la"
    file["BPM"] = "90.5"
    file["INITIALKEY"] = "8A"
    file.save()
    tags = read_tags(tmp_path / name)
    assert (tags.mood, tags.lyrics, tags.bpm, tags.key) == ("calm, warm", "la la", 90.5, "8A")


def test_mp4(m4a):
    file = mutagen.mp4.MP4(m4a)
    file["©lyr"] = "the words"
    file["©gen"] = "Jazz"
    file["tmpo"] = [120]
    file["----:com.apple.iTunes:MOOD"] = mutagen.mp4.MP4FreeForm(b"Happy")
    file.save()
    tags = read_tags(m4a)
    assert (tags.lyrics, tags.genre, tags.bpm, tags.mood) == ("the words", "Jazz", 120.0, "Happy")


@pytest.mark.parametrize(
    "content", [b"", b"ID3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"fLaC\0\0\0", b"OggS", b"x" * 999]
)
def test_a_broken_file_has_no_tags(tmp_path, content):
    (tmp_path / "a.mp3").write_bytes(content)
    assert read_tags(tmp_path / "a.mp3") == FileTags()
    assert read_tags(tmp_path / "gone.mp3") == FileTags()


def test_a_megabyte_of_lyrics_is_cut(mp3):
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.USLT(encoding=3, lang="eng", text="la " * 700_000))
    tags.save(mp3)
    assert len(read_tags(mp3).lyrics) == 1 << 20


def test_tempo_and_key_tell_a_little():
    fast, slow = tempo_and_key_say(170, "C"), tempo_and_key_say(60, "Cm")
    assert fast.affect.arousal > 0 > slow.affect.arousal
    assert fast.affect.valence > 0 > slow.affect.valence
    assert fast.reliability < 0.3
    assert slow.because == "60 beats a minute, key Cm"
    assert tempo_and_key_say(None, "off") is None
    assert tempo_and_key_say(None, "8A").affect.valence < 0


@pytest.mark.parametrize(
    "key",
    [
        *("LYRICS", "UNSYNCEDLYRICS", "UNSYNCED LYRICS", "lyrics-eng", "Lyrics:deu", "lyrics-XXX"),
        *("SYNCEDLYRICS", "unsyncedlyrics-eng", "LYRICS_SYNC"),
    ],
)
def test_lyrics_are_found_under_any_of_their_names(tmp_path, tune, key):
    soundfile.write(tmp_path / "a.flac", tune(1), 44_100)
    file = mutagen.flac.FLAC(tmp_path / "a.flac")
    file[key] = "la la"
    file["LYRICIST"] = "nobody"
    file.save()
    assert read_tags(tmp_path / "a.flac").lyrics == "la la"


def test_blank_lyrics_do_not_hide_good_ones(tmp_path, tune, mp3):
    soundfile.write(tmp_path / "a.flac", tune(1), 44_100)
    file = mutagen.flac.FLAC(tmp_path / "a.flac")
    file["LYRICS"] = ["", " \n "]
    file["UNSYNCEDLYRICS"] = "la la"
    file.save()
    assert read_tags(tmp_path / "a.flac").lyrics == "la la"
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.USLT(encoding=3, lang="eng", desc="", text=" \n \n "))
    tags.add(mutagen.id3.USLT(encoding=3, lang="XXX", desc="b", text="la"))
    tags.add(mutagen.id3.TXXX(encoding=3, desc="LYRICS", text="[Instrumental]"))
    tags.save(mp3)
    assert read_tags(mp3).lyrics == "la"


def test_syllables_with_times_are_put_together(mp3):
    tags = mutagen.id3.ID3()
    timed = [("Hel", 0), ("lo", 1), ("\nworld", 2)]
    tags.add(mutagen.id3.SYLT(encoding=3, lang="eng", format=2, type=1, text=timed))
    tags.save(mp3)
    assert read_tags(mp3).lyrics == "Hello\nworld"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Я помню чудное мгновенье, передо мной явилась ты", "cp1251"),
        ("我爱你 如果没有你 没有过去", "gb18030"),
        ("君のことが好きだから 夢の中で会えたら", "shift_jis"),
        ("Où est passé mon été, déjà là-bas", "latin-1"),
    ],
)
def test_id3_text_that_only_says_that_it_is_latin_is_read(mp3, words, encoding):
    tags = mutagen.id3.ID3()
    text = words.encode(encoding).decode("latin-1")
    tags.add(mutagen.id3.USLT(encoding=0, lang="XXX", text=text))
    tags.add(mutagen.id3.COMM(encoding=0, lang="XXX", desc="", text=text))
    tags.save(mp3)
    assert read_tags(mp3).lyrics == words
    assert read_tags(mp3).comment == words
