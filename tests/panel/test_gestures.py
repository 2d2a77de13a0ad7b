from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.panel.gestures import BOUNCE_S, DOUBLE_S, Gesture, GestureReader

HOLD_S = 2.0
LONG_AFTER_S = 1000.0

Edges = Sequence[tuple[float, bool]]


def read(edges: Edges, looks_s: Sequence[float] = ()) -> list[Gesture]:
    """The gestures of a recording, with looks at the given times besides the edges."""
    reader = GestureReader(HOLD_S)
    steps: list[tuple[float, bool | None]] = [*edges, *((at_s, None) for at_s in looks_s)]
    told = []
    for at_s, pressed in sorted(steps, key=lambda step: step[0]):
        told += reader.look(at_s) if pressed is None else reader.feed(at_s, pressed=pressed)
    return told + reader.look(LONG_AFTER_S) + reader.look(LONG_AFTER_S)


def test_a_press_is_told_as_short_once_no_second_one_came() -> None:
    reader = GestureReader(HOLD_S)
    assert reader.feed(1.0, pressed=True) == []
    assert reader.feed(1.2, pressed=False) == []
    assert reader.look_at_s == pytest.approx(1.2 + BOUNCE_S)
    assert reader.look(1.2 + BOUNCE_S) == []
    assert reader.look_at_s == pytest.approx(1.2 + DOUBLE_S)
    assert reader.look(1.2 + DOUBLE_S) == [Gesture.SHORT]
    assert reader.look_at_s is None


def test_two_presses_in_a_row_are_told_as_double_when_the_second_is_let_go() -> None:
    reader = GestureReader(HOLD_S)
    edges = [(1.0, True), (1.1, False), (1.3, True), (1.4, False)]
    assert all(reader.feed(at_s, pressed=pressed) == [] for at_s, pressed in edges)
    assert reader.look(1.4 + BOUNCE_S) == [Gesture.DOUBLE]
    assert reader.look_at_s is None


def test_a_second_press_that_comes_too_late_is_a_press_of_its_own() -> None:
    late_s = 0.1 + DOUBLE_S + 0.01
    recording = [(0.0, True), (0.1, False), (late_s, True), (late_s + 0.1, False)]
    assert read(recording) == [Gesture.SHORT] * 2


def test_a_press_followed_by_a_hold_is_a_hold() -> None:
    assert read([(0.0, True), (0.1, False), (0.3, True), (5.0, False)]) == [Gesture.HOLD]


def test_three_quick_presses_are_a_double_and_a_short_one() -> None:
    thrice = [(at_s / 10, at_s % 2 == 0) for at_s in range(6)]
    assert read(thrice) == [Gesture.DOUBLE, Gesture.SHORT]


def test_a_hold_is_told_while_the_button_is_still_down() -> None:
    reader = GestureReader(HOLD_S)
    reader.feed(1.0, pressed=True)
    assert reader.look(1.0 + BOUNCE_S) == []
    assert reader.look_at_s == 1.0 + HOLD_S
    assert reader.look(2.99) == []
    assert reader.look(3.0) == [Gesture.HOLD]


def test_letting_go_after_a_hold_means_nothing_more() -> None:
    assert read([(0.0, True), (5.0, False)], looks_s=[2.0]) == [Gesture.HOLD]


def test_a_button_stuck_for_minutes_is_held_once() -> None:
    minutes = [second / 10 for second in range(6000)]
    assert read([(0.0, True)], minutes) == [Gesture.HOLD]


def test_a_bouncing_contact_is_pressed_once() -> None:
    bounces = [(0.0, True), (0.002, False), (0.005, True), (0.3, False), (0.301, True)]
    assert read([*bounces, (0.306, False)]) == [Gesture.SHORT]


def test_a_spark_shorter_than_a_bounce_means_nothing() -> None:
    assert read([(0.0, True), (0.01, False)]) == []


def test_a_contact_that_opens_for_an_instant_does_not_end_a_hold() -> None:
    assert read([(0.0, True), (1.99, False), (2.005, True), (2.5, False)]) == [Gesture.HOLD]


def test_letting_go_just_before_the_hold_is_a_short_press() -> None:
    assert read([(0.0, True), (HOLD_S - 0.01, False)]) == [Gesture.SHORT]


def test_every_press_counts() -> None:
    assert read([(0, True), (0.2, False), (0.8, True), (1.0, False)]) == [Gesture.SHORT] * 2


def test_a_release_without_a_press_means_nothing() -> None:
    assert read([(0.0, False)]) == []


times_s = st.floats(0, 20)
edges = st.lists(st.tuples(times_s, st.booleans()), max_size=30).map(
    lambda steps: sorted(steps, key=lambda step: step[0])
)


@given(edges, st.lists(times_s, max_size=60))
def test_looking_more_often_never_changes_what_is_told(
    recording: Edges, looks_s: list[float]
) -> None:
    assert read(recording, looks_s) == read(recording)


@given(edges)
def test_there_are_never_more_gestures_than_presses(recording: Edges) -> None:
    assert len(read(recording)) <= sum(pressed for _, pressed in recording)


presses = st.tuples(st.floats(0.05, 10), st.floats(0.05, 2))
"""how long the button is down, and then up"""


@given(st.lists(presses, max_size=20))
def test_clean_presses_are_told_by_how_long_they_last_and_how_soon_they_follow(
    presses: list[tuple[float, float]],
) -> None:
    recording: list[tuple[float, bool]] = []
    expected: list[Gesture] = []
    now_s = 0.0
    first_until_s = -1.0
    for down_s, up_s in presses:
        follows = now_s < first_until_s
        released_s = now_s + down_s
        recording += [(now_s, True), (released_s, False)]
        if follows:
            expected.pop()
        if released_s >= now_s + HOLD_S:
            expected.append(Gesture.HOLD)
        else:
            expected.append(Gesture.DOUBLE if follows else Gesture.SHORT)
        first_until_s = released_s + DOUBLE_S if expected[-1] is Gesture.SHORT else -1.0
        now_s = released_s + up_s
    assert read(recording) == expected
