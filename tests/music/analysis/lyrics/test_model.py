from pathlib import Path

import pytest

from edgemood.emotion import Emotion, strongest
from edgemood.errors import ModelError
from edgemood.music.analysis.lyrics.model import LyricsModel
from edgemood.music.song import Origin

MODELS = Path(__file__).parents[4] / "models"
SAD = (
    """
My tears fall down in the lonely night, I cry and I cry
You left me broken, nothing but pain and sorrow in my heart
Goodbye my love, the grave is cold, and I will die alone
"""
    * 4
)
HAPPY = (
    """
Come on everybody, dance with me, the sun is shining bright
We're smiling and laughing, feeling good, party all night
Sweet love, happy day, celebrate, clap your hands and sing
"""
    * 4
)
SAD_CHINESE = "眼泪一直流 我好寂寞 心好痛\n你离开了我 伤心的人还在想念\n孤单的夜 我哭了又哭\n" * 5


@pytest.fixture(scope="module")
def model() -> LyricsModel:
    return LyricsModel(MODELS)


def test_tears_are_sad_and_a_party_is_happy(model: LyricsModel):
    sad, happy = model.judge(SAD), model.judge(HAPPY)
    assert strongest(sad.mood.scores) is Emotion.SAD
    assert strongest(happy.mood.scores) is Emotion.HAPPY
    assert sad.mood.affect.valence < 0 < happy.mood.affect.valence
    assert sad.mood.origin is Origin.LYRICS


def test_chinese_tears_are_sad_in_both_kinds_of_characters(model: LyricsModel):
    simplified = model.judge(SAD_CHINESE)
    traditional = model.judge(SAD_CHINESE.replace("泪", "淚").replace("离开", "離開"))
    assert simplified.language == traditional.language == "zh"
    assert strongest(simplified.mood.scores) is Emotion.SAD
    assert traditional.probabilities == simplified.probabilities


def test_the_lines_that_spoke_are_named(model: LyricsModel):
    reading = model.judge(f"{SAD}\nThe table has four legs")
    assert "tears" in " ".join(line.text for line in reading.lines[:3])
    assert sum(line.weight for line in reading.lines) <= 1 + 1e-6
    weights = [line.weight for line in reading.lines]
    assert weights == sorted(weights, reverse=True)


def test_probabilities_sum_to_one(model: LyricsModel):
    assert sum(model.judge(HAPPY).probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_three_words_are_trusted_less_than_a_song(model: LyricsModel):
    assert (
        model.judge("and I am crying all of my tears").mood.reliability
        < model.judge(SAD).mood.reliability
    )


def test_of_other_languages_only_the_name_is_told(model: LyricsModel):
    reading = model.judge("Ich weiß nicht, was soll es bedeuten, dass ich so traurig bin")
    assert (reading.language, reading.mood, reading.lines) == ("de", None, ())


@pytest.mark.parametrize("text", ["", " \n\t\n", "[00:12.00]\n[00:14.00]", "<br><br>"])
def test_nothing_sung_has_no_reading(model: LyricsModel, text: str):
    assert model.judge(text) is None


def test_a_megabyte_of_words_is_read_in_part(model: LyricsModel):
    assert model.judge("and you know that I love you so\n" * 30_000).language == "en"


def test_a_damaged_file_says_so(tmp_path: Path):
    for name in ("lyrics_en.npz", "lyrics_zh.npz"):
        content = (MODELS / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="damaged"):
        LyricsModel(tmp_path)


def test_a_missing_file_says_so(tmp_path: Path):
    with pytest.raises(ModelError, match="cannot be read"):
        LyricsModel(tmp_path)
