"""Which recordings are learned from, and how much each counts."""

from pathlib import Path

import numpy as np
import pytest

from edgemood.training.speech import data as speech_data
from edgemood.training.speech.windows import Origin, acted_in, shares

INDEX = """file,corpus,speaker,label7,split
a.ogg,emovo,f1,disgust,train
b.ogg,kemo15,s1,sad,val
c.ogg,emospeech,001,fear,train
d.ogg,ravdess_song,04,happy,test
e.ogg,deeply_vocal,x,,test
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech/more.csv").write_text(INDEX, encoding="utf-8")
    for corpus in (*speech_data.MORE_CORPORA, "ravdess_song", "deeply_vocal"):
        (tmp_path / f"speech/{corpus}.tar").touch()
    return tmp_path


def test_what_is_for_tests_only_is_not_learned_from(data: Path) -> None:
    found = speech_data.more_speech(data)
    assert [r.member for r in found] == ["a.ogg", "b.ogg", "c.ogg"]
    assert [r.split for r in found] == ["train", "val", "train"]
    assert found[0].archive == data / "speech/emovo.tar"
    assert found[0].emotion() == 1


def test_what_is_for_tests_only_is_found_by_its_name(data: Path) -> None:
    (song,) = speech_data.more_speech(data, ["ravdess_song"])
    (sigh,) = speech_data.more_speech(data, ["deeply_vocal"])
    assert song.labels["label7"] == "happy"
    assert sigh.labels["label7"] == ""


def test_a_corpus_has_the_emotions_that_somebody_acts_in_it() -> None:
    whose = [Origin("x", "a", 0), Origin("y", "b", 2), Origin("x", "c", 1)]
    assert [np.flatnonzero(row).tolist() for row in acted_in(whose)] == [[0, 1], [2], [0, 1]]


def test_every_emotion_of_a_corpus_counts_the_same_and_large_corpora_more() -> None:
    whose = [Origin("x", "a", 0)] * 12 + [Origin("x", "a", 1)] * 4 + [Origin("y", "b", 2)] * 4
    weights = shares(whose)
    assert weights.sum() == pytest.approx(1)
    assert weights[:12].sum() == pytest.approx(weights[12:16].sum())
    assert weights[:16].sum() == pytest.approx(2 * weights[16:].sum())
