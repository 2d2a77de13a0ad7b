from pathlib import Path

import numpy as np
import pytest

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.training.common.paths import MissingDataError, data_file
from edgemood.training.face.data import PRIVATE_TEST, PUBLIC_TEST, TRAINING, load_faces

NEUTRAL, HAPPINESS, SURPRISE, SADNESS, ANGER, DISGUST, FEAR, CONTEMPT = range(8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    votes = np.zeros((4, 10), dtype=np.uint8)
    votes[0, ANGER], votes[0, NEUTRAL] = 6, 4
    votes[1, CONTEMPT], votes[1, HAPPINESS] = 6, 4
    votes[3, FEAR] = 10
    np.savez(
        tmp_path / "fer2013.npz",
        images=np.arange(4, dtype=np.uint8)[:, None, None] * np.ones((48, 48), dtype=np.uint8),
        label=np.array([0, 3, 6, 2], dtype=np.int8),
        usage=np.array([TRAINING, TRAINING, TRAINING, PRIVATE_TEST], dtype=np.uint8),
        votes=votes,
    )
    return tmp_path


def test_a_split_holds_only_its_own_pictures(data: Path):
    assert load_faces(TRAINING, data).images[:, 0, 0].tolist() == [0, 1, 2]
    assert load_faces(PRIVATE_TEST, data).images[:, 0, 0].tolist() == [3]
    assert len(load_faces(PUBLIC_TEST, data)) == 0


def test_votes_become_shares_in_the_order_of_the_emotions(data: Path):
    votes = load_faces(TRAINING, data).votes
    expected = dict.fromkeys(EMOTIONS, 0.0) | {Emotion.ANGRY: 0.6, Emotion.NEUTRAL: 0.4}
    np.testing.assert_allclose(votes[0], list(expected.values()))


def test_contempt_has_no_part_in_the_shares_but_hides_the_majority(data: Path):
    faces = load_faces(TRAINING, data)
    assert faces.votes[1, EMOTIONS.index(Emotion.HAPPY)] == 1
    assert faces.majority.tolist() == [0, -1, -1]


def test_a_picture_without_votes_has_neither_shares_nor_majority(data: Path):
    faces = load_faces(TRAINING, data)
    assert not faces.votes[2].any()
    assert faces.majority[2] == -1


def test_missing_data_names_the_file_and_the_variable(tmp_path: Path):
    with pytest.raises(MissingDataError, match=r"fer2013\.npz is missing; set EDGEMOOD_DATA"):
        data_file("fer2013.npz", tmp_path)


def test_the_data_folder_can_be_chosen(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDGEMOOD_DATA", str(data))
    assert len(load_faces(TRAINING)) == 3
