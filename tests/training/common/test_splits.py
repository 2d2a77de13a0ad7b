"""Nobody whom a model learned from is among those it is measured on."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.training.common.splits import SplitError, check_disjoint
from edgemood.training.detector.data import Part, part_of, person_of
from edgemood.training.music.data import clips
from edgemood.training.speech import data as speech_data

PARTS = st.sampled_from(["train", "val", "test"])
NAMES = st.text("abc", min_size=1, max_size=2)


@given(st.dictionaries(NAMES, PARTS), st.randoms())
def test_people_each_in_one_part_pass(part_of: dict[str, str], order) -> None:
    members = 2 * list(part_of.items())
    order.shuffle(members)
    check_disjoint("person", members)


@given(st.dictionaries(NAMES, PARTS, min_size=1), st.data())
def test_one_person_in_two_parts_is_named(part_of: dict[str, str], data: st.DataObject) -> None:
    who = data.draw(st.sampled_from(sorted(part_of)))
    other = data.draw(PARTS.filter(lambda part: part != part_of[who]))
    with pytest.raises(SplitError, match=f"person {who} is in both"):
        check_disjoint("person", [*part_of.items(), (who, other)])


def test_whoever_is_not_known_may_be_anywhere() -> None:
    check_disjoint("artist", [("", "train"), ("", "test")])


SPEECH = "file,corpus,speaker,label7,split\na.ogg,nemo,A,sad,train\nb.ogg,{},A,sad,test\n"
MUSIC = """file,split,artist,title,mood,valence,arousal,genre,mood_tags
a.ogg,train,Abba,One,happy,0.5,0.5,Jazz,Fun
b.ogg,test,{},Two,sad,-0.5,-0.5,Jazz,Bleak
"""


def written(folder: Path, index: str, content: str) -> Path:
    """A data folder with an index, and archives of the corpora it names."""
    path = folder / index
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    for corpus in ("nemo", "ased", "emovo"):
        (path.parent / f"{corpus}.tar").touch()
    return folder


def test_a_speaker_in_two_splits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="speaker"):
        speech_data.speech(written(tmp_path, "speech/index.csv", SPEECH.format("nemo")))


def test_speakers_of_two_corpora_may_share_a_name(tmp_path: Path) -> None:
    data = written(tmp_path, "speech/index.csv", SPEECH.format("ased"))
    assert [each.split for each in speech_data.speech(data)] == ["train", "test"]


def test_a_speaker_in_two_splits_of_the_other_corpora_is_refused(tmp_path: Path) -> None:
    content = SPEECH.format("emovo").replace("nemo", "emovo")
    with pytest.raises(SplitError, match="speaker"):
        speech_data.more_speech(written(tmp_path, "speech/more.csv", content))


def test_an_artist_in_two_splits_is_refused_however_the_name_is_written(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match="artist abba"):
        clips(written(tmp_path, "music/index.csv", MUSIC.format("ABBA")))


def test_other_artists_are_taken(tmp_path: Path) -> None:
    data = written(tmp_path, "music/index.csv", MUSIC.format("Beck"))
    assert [clip.artist for clip in clips(data)] == ["abba", "beck"]


@given(NAMES, st.integers(1, 9), st.integers(1, 9))
def test_all_photographs_of_a_person_are_of_one_part(name: str, one: int, other: int) -> None:
    files = [f"{name}_Smith_{number:04}.jpg" for number in (one, other)]
    assert len({part_of(person_of(file)) for file in files}) == 1


def test_half_of_the_people_are_trained_with_and_a_tenth_chosen_on() -> None:
    names = [f"{first}_{last}" for first, last in product(range(60), range(60))]
    parts = [part_of(name) for name in names]
    shares = {part: parts.count(part) / len(parts) for part in Part}
    assert shares[Part.TRAIN] == pytest.approx(0.5, abs=0.03)
    assert shares[Part.CHOOSE] == pytest.approx(0.1, abs=0.02)
