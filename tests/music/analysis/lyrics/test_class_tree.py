import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.lyrics.class_tree import Head, Heads, against_the_rest

HALVES = Heads(
    ("happy", "calm", "angry", "sad"),
    (
        Head(("happy", "calm"), ("angry", "sad")),
        Head(("happy",), ("calm",)),
        Head(("angry",), ("sad",)),
    ),
    halving=True,
)
FLAT = against_the_rest(HALVES.classes)
ODDS = st.floats(-50, 50)


def test_a_class_has_the_product_of_the_answers_on_its_way():
    odds = np.log([3.0, 1.0, 1 / 3], dtype=np.float32)  # 3/4 pleasant, half happy, 1/4 angry
    assert HALVES.probabilities(odds) == pytest.approx([0.375, 0.375, 0.0625, 0.1875], rel=1e-4)


def test_against_the_rest_the_classes_share_their_own_answers():
    odds = np.log([1.0, 1 / 3, 1 / 3, 1 / 3], dtype=np.float32)
    assert FLAT.probabilities(odds) == pytest.approx([0.4, 0.2, 0.2, 0.2], rel=1e-4)


@given(st.lists(ODDS, min_size=4, max_size=4))
def test_probabilities_sum_to_one(odds: list[float]):
    for heads in (HALVES, FLAT):
        decisions = np.array(odds[: len(heads.heads)], dtype=np.float32)
        probabilities = heads.probabilities(decisions)
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (probabilities >= 0).all()


def test_a_decision_speaks_for_one_side_and_against_the_other():
    assert HALVES.signs("sad").tolist() == [-1, 0, -1]
    assert FLAT.signs("happy").tolist() == [1, -1, -1, -1]
