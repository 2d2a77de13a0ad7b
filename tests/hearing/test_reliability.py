import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.fitted import BIAS, WEIGHTS
from edgemood.hearing.reliability import reliability

share = st.floats(0, 1)
decibels = st.floats(-20, 120)
grounds = st.tuples(share, share, decibels, share, share)


@given(grounds)
def test_reliability_lies_between_none_and_full(known: tuple[float, ...]) -> None:
    assert 0.0 <= reliability(*known) <= 1.0


@given(grounds, grounds)
def test_better_grounds_never_lower_it(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    voice, spoken, snr_db, leak, confidence = zip(one, other, strict=True)
    worse = reliability(min(voice), min(spoken), min(snr_db), max(leak), min(confidence))
    better = reliability(max(voice), max(spoken), max(snr_db), min(leak), max(confidence))
    assert worse <= better


def test_a_sure_long_clear_voice_is_trusted_fully() -> None:
    assert reliability(1.0, 1.0, 30.0, leak=0.0, confidence=1.0) == 1.0


def test_a_faint_short_voice_that_the_model_makes_nothing_of_is_not_trusted() -> None:
    assert reliability(0.3, 0.25, 0.0, leak=0.9, confidence=1 / 7) == 0.0


@pytest.mark.parametrize(
    ("spoken_share", "leak", "confidence", "expected"),
    [(1.0, 0.0, 0.6, 0.761), (1.0, 0.0, 0.4, 0.407), (0.5, 0.3, 0.8, 0.883)],
)
def test_the_fitted_constants_give_what_they_gave_where_they_were_fitted(
    spoken_share: float, leak: float, confidence: float, expected: float
) -> None:
    found = reliability(0.9, spoken_share, 20.0, leak=leak, confidence=confidence)
    assert found == pytest.approx(expected, abs=2e-3)


def test_no_ground_speaks_against() -> None:
    assert all(weight >= 0 for weight in WEIGHTS)
    assert BIAS < 0
