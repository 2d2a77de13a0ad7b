from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.reliability import reliability

share = st.floats(0, 1)
decibels = st.floats(-20, 120)


@given(share, share, decibels)
def test_reliability_lies_between_none_and_full(voice: float, spoken: float, snr_db: float) -> None:
    assert 0.0 <= reliability(voice, spoken, snr_db) <= 1.0


@given(st.lists(st.tuples(share, share, decibels), min_size=2, max_size=2))
def test_better_grounds_never_lower_it(grounds: list[tuple[float, float, float]]) -> None:
    worse = reliability(*map(min, *grounds))
    better = reliability(*map(max, *grounds))
    assert worse <= better


def test_a_sure_long_clear_voice_is_trusted_fully() -> None:
    assert reliability(1.0, 1.0, 30.0) == 1.0


def test_a_voice_no_louder_than_the_room_is_not_trusted() -> None:
    assert reliability(1.0, 1.0, 0.0) == 0.0
