import shutil

import mutagen
import pytest

from edgemood.config.schema import MODELS
from edgemood.emotion import Emotion, strongest
from edgemood.music.library.scan.analyser import Analyst, analysis_stamp
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Subject
from edgemood.music.song import Origin

SAD = "[00:01.00]I am crying, tears of sorrow\n[00:05.00]so lonely since you left me alone\n" * 8


@pytest.fixture(scope="module")
def analyst():
    return Analyst(MODELS)


@pytest.fixture
def music(tmp_path, song_wav, ffmpeg):
    ffmpeg("-i", song_wav, tmp_path / "a.flac")
    return tmp_path


def test_lyrics_beside_a_song_are_read_and_the_loudest_line_is_told(analyst, music):
    (music / "a.lrc").write_text(SAD)
    found = analyst.analyse(music, Subject(1, "a.flac", 60.0))
    assert found.language == "en"
    assert found.lyrics.affect.valence < 0
    assert found.lines[0].where in SAD
    assert found.problem == ""


def test_lyrics_in_a_song_come_before_those_beside_it(analyst, music):
    (music / "a.txt").write_text("我愛你 我好傷心 你離開了我 眼淚流不停\n" * 8, encoding="big5")
    assert analyst.analyse(music, Subject(1, "a.flac", 60.0)).language == "zh"
    file = mutagen.File(music / "a.flac")
    file["LYRICS"] = SAD
    file.save()
    assert analyst.analyse(music, Subject(1, "a.flac", 60.0)).language == "en"


def test_a_megabyte_of_html_in_another_script_is_read_as_well(analyst, music):
    (music / "a.txt").write_text("<html><p>Я тебя люблю, моя печаль</p><br>\n" * 25_000)
    found = analyst.analyse(music, Subject(1, "a.flac", 60.0))
    assert found.language == "ru"
    assert found.lyrics is None  # nobody here knows Russian


def test_a_file_that_cannot_be_heard_is_still_read(analyst, music):
    (music / "b.mp3").write_bytes(b"\0" * 1000)
    (music / "b.txt").write_text(SAD)
    found = analyst.analyse(music, Subject(1, "b.mp3", 60.0))
    assert "no decoder takes it" in found.problem
    assert found.lyrics is not None


def test_a_tag_that_lies_is_outvoted_by_what_is_sung(analyst, music, index, take, listed):
    (music / "a.lrc").write_text(SAD)
    take(index, listed("a.flac", genre="Disco", duration="60"))
    (subject,) = Worklist(index).after(0, 5)
    found = analyst.analyse(music, subject)
    Worklist(index).record([(subject, found)])
    mood = index.library().song(0).mood
    assert mood.origin is Origin.FUSED
    assert strongest(index.sources(subject.id)[Origin.TAG].scores) is not Emotion.SAD
    assert mood.affect.valence < index.sources(subject.id)[Origin.TAG].affect.valence


def test_other_models_or_words_have_another_stamp(tmp_path):
    for name in ("music_mood.tflite", "lyrics_en.npz", "music_mood.md"):
        shutil.copyfile(MODELS / "lyrics_en.npz", tmp_path / name)
    stamp = analysis_stamp(tmp_path)
    (tmp_path / "music_mood.md").write_text("a card")
    assert analysis_stamp(tmp_path) == stamp
    (tmp_path / "words.yaml").write_text("cosy: happy")
    assert analysis_stamp(tmp_path, tmp_path / "words.yaml") != stamp
    (tmp_path / "music_mood.tflite").write_bytes(b"another")
    assert analysis_stamp(tmp_path) != stamp
