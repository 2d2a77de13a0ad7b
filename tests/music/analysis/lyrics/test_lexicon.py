import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.lyrics.lexicon import NEGATION, VALUE_NAMES, Lexicon

LEXICON = Lexicon(
    polarity={"good": 0.5, "bad": -0.5},
    negations=frozenset({"not", "never"}),
    degrees={"very": 1.5, "slightly": 0.8},
    categories={"rain": (0,), "good": (1,)},
    category_count=2,
)


@pytest.mark.parametrize(
    ("line", "polarities"),
    [
        ("good", [0.5]),
        ("very good", [0.75]),
        ("not good", [0.5 * NEGATION]),
        ("never very good", [0.75 * NEGATION]),
        ("not a single word of good", [0.5]),
        ("good and bad", [0.5, -0.5]),
        ("rain", []),
    ],
)
def test_degree_words_strengthen_and_negations_turn_round(line: str, polarities: list[float]):
    assert LEXICON.polarities(line.split()) == pytest.approx(polarities)


def test_a_happy_lyric_has_more_positive_than_negative_values():
    values = dict(zip(VALUE_NAMES, LEXICON.values([["good", "day"], ["rain"]]), strict=False))
    assert values["share_positive"] > values["share_negative"]
    assert values["polarity_of_first_quarter"] > values["polarity_of_last_quarter"]


def test_themes_count_by_the_root_of_their_share():
    assert LEXICON.values([["rain", "rain", "a", "b"]])[-2:] == pytest.approx([np.sqrt(0.5), 0])


@given(st.lists(st.lists(st.sampled_from(["good", "bad", "not", "very", "rain", "x"])), max_size=8))
def test_values_are_finite_and_as_many_for_every_lyric(lines: list[list[str]]):
    values = LEXICON.values(lines)
    assert values.shape == (len(VALUE_NAMES) + 2,)
    assert np.isfinite(values).all()
