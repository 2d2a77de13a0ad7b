"""Looking again: what a press begins always ends, with one answer at most."""

from hypothesis import given
from hypothesis import strategies as st

from edgemood.mood.looking import LOOK_S, Looking

PRESS, FORGET = "press", "forget"
STEPS = st.lists(
    st.sampled_from([PRESS, FORGET]) | st.tuples(st.floats(0, 3 * LOOK_S), st.booleans())
)


def walk(steps):
    """What a look is like after each step, and when the last one began."""
    looking, now_s, began_s = Looking(), 0.0, None
    for step in steps:
        if isinstance(step, str):
            looking.begin(now_s, asked=step is PRESS)
            began_s = now_s
        else:
            now_s += step[0]
            looking.follow(now_s, decided=step[1])
        yield step, looking, now_s, began_s


def test_at_first_nobody_waits():
    looking = Looking()
    looking.follow(0.0, decided=True)
    assert not looking.lasts
    assert not looking.again
    assert not looking.take_answer()


@given(STEPS)
def test_a_look_lasts_until_a_mood_is_decided_or_its_time_is_over(steps):
    for step, looking, now_s, began_s in walk(steps):
        if isinstance(step, str):
            assert looking.lasts
            assert looking.again == (step is PRESS)
        elif began_s is not None and (step[1] or now_s - began_s >= LOOK_S):
            assert not looking.lasts
        assert not looking.again or looking.lasts


@given(STEPS)
def test_each_press_is_answered_once_unless_another_or_closed_senses_come_first(steps):
    pressed = waits = False
    answers = expected = 0
    for step, looking, _, _ in walk(steps):
        if isinstance(step, str):
            pressed = waits = step is PRESS
        elif waits and not looking.lasts:
            waits, expected = False, expected + 1
        answers += looking.take_answer()
        assert answers == expected
        assert not looking.take_answer()
        assert looking.again == (pressed and waits)


@given(STEPS)
def test_a_second_press_begins_anew_and_an_answer_nobody_took_is_gone(steps):
    for _, looking, now_s, _ in walk(steps):
        looking.begin(now_s, asked=True)
        assert looking.again
        assert not looking.take_answer()
        looking.follow(now_s + LOOK_S / 2, decided=False)
        assert looking.again
        looking.begin(now_s + LOOK_S / 2, asked=True)
        looking.follow(now_s + LOOK_S, decided=False)
        assert looking.again
        looking.follow(now_s + LOOK_S / 2 + LOOK_S + 1e-6, decided=False)
        assert looking.take_answer()


@given(STEPS)
def test_closed_senses_end_it_without_an_answer(steps):
    for _, looking, now_s, _ in walk(steps):
        looking.begin(now_s, asked=True)
        looking.begin(now_s, asked=False)
        assert not looking.again
        looking.follow(now_s + LOOK_S + 1e-6, decided=True)
        assert not looking.take_answer()
