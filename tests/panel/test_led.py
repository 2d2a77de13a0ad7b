import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.panel.led import SIGNALS, Blink, LedState, led_table, most_urgent

states = st.sampled_from(LedState)


def differ_by_eye(one: tuple[Blink, ...], other: tuple[Blink, ...]) -> bool:
    """Another number of flashes between pauses, or flash or darkness at least twice as long."""
    if len(one) != len(other):
        return True
    return any(
        max(a, b) >= 2 * min(a, b)
        for left, right in zip(one, other, strict=True)
        for a, b in [(left.on_s, right.on_s), (left.off_s, right.off_s)]
    )


def test_every_state_has_a_signal_in_order_of_urgency() -> None:
    assert list(SIGNALS) == list(LedState)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(LedState, 2)))
def test_any_two_states_can_be_told_apart_by_eye(one: LedState, other: LedState) -> None:
    assert differ_by_eye(SIGNALS[one].rhythm, SIGNALS[other].rhythm)


@pytest.mark.parametrize("state", LedState)
def test_no_flash_or_gap_is_too_short_to_be_seen(state: LedState) -> None:
    for blink in SIGNALS[state].rhythm:
        assert min(blink.on_s, blink.off_s) >= 0.1


@pytest.mark.parametrize("state", LedState)
def test_there_are_at_most_three_flashes_in_any_second(state: LedState) -> None:
    starts_s = []
    now_s = 0.0
    for blink in SIGNALS[state].rhythm * 10:
        starts_s.append(now_s)
        now_s += blink.on_s + blink.off_s
    for first_s in starts_s:
        assert sum(first_s <= start_s < first_s + 1 for start_s in starts_s) <= 3


def test_a_fault_outranks_a_missing_music_server_and_that_outranks_the_rest() -> None:
    assert most_urgent(LedState) is LedState.FAULT
    assert most_urgent(set(LedState) - {LedState.FAULT}) is LedState.MPD_UNREACHABLE


@given(st.lists(states, min_size=1))
def test_the_most_urgent_state_is_one_that_holds_and_order_does_not_matter(
    holding: list[LedState],
) -> None:
    assert most_urgent(holding) in holding
    assert most_urgent(holding) is most_urgent(reversed(holding))


def test_the_table_has_a_row_for_every_state() -> None:
    heading, rule, *rows = led_table().splitlines()
    assert [row.split("|")[1].strip() for row in rows] == list(LedState)
    assert {line.count("|") for line in (heading, rule, *rows)} == {5}
