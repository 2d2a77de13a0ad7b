"""How long and how fast networks learn, as their recipes have it; needs no torch."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.training.common.recipe import Epochs, Minutes, Recipe, Schedule, Steps

SCHEDULES = st.builds(
    Schedule,
    warm_up=st.floats(0.0, 0.9),
    first=st.floats(0.0, 0.1),
    last=st.floats(0.0, 0.1),
    falls_at_once=st.booleans(),
)
SHARES = st.floats(0.0, 1.0)


@given(SCHEDULES, SHARES)
def test_a_rate_never_leaves_its_range(schedule: Schedule, progress: float) -> None:
    assert 0 <= schedule.share(progress) <= 1 + schedule.last


@given(SCHEDULES)
def test_a_rate_ends_where_the_recipe_says(schedule: Schedule) -> None:
    assert schedule.share(1.0) == pytest.approx(schedule.last)


@given(SCHEDULES, st.lists(SHARES, min_size=2))
def test_after_the_warm_up_a_rate_only_falls(schedule: Schedule, places: list[float]) -> None:
    after = sorted(place for place in places if place >= schedule.warm_up)
    shares = [schedule.share(place) for place in after]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(shares))


def test_a_rate_rises_in_a_line_and_falls_along_a_cosine() -> None:
    schedule = Schedule(warm_up=0.2)
    places = (0, 0.1, 0.2, 0.6, 1)
    assert [schedule.share(p) for p in places] == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_a_fall_from_the_start_scales_the_rise() -> None:
    schedule = Schedule(warm_up=0.5, first=0.1, falls_at_once=True)
    assert schedule.share(0) == pytest.approx(0.1)
    assert schedule.share(0.25) == pytest.approx(0.6 * 0.8535533906)
    assert schedule.share(0.5) == pytest.approx(0.5)


@given(st.integers(1, 500), st.integers(1, 50), st.data())
def test_epochs_are_so_many_steps(epochs: int, epoch_steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, epochs * epoch_steps))
    whole = Steps(epochs * epoch_steps).progress(step, epoch_steps, 0.0)
    assert Epochs(epochs).progress(step, epoch_steps, 0.0) == pytest.approx(whole)


def test_minutes_heed_the_time_alone() -> None:
    assert Minutes(2).progress(1, 1, 60.0) == Minutes(2).progress(99, 1, 60.0) == 0.5


def test_a_training_says_where_it_is() -> None:
    assert Steps(9).place(3, 2) == "step 3/9"
    assert Epochs(9).place(4, 2) == "epoch 2/9"
    assert Epochs(9).place(5, 2) == "epoch 2/9 + 1/2"
    assert Minutes(1.5).place(7, 2) == "step 7 in 1.5 min"


def recipe(*, average_grows: bool) -> Recipe:
    return Recipe(
        length=Steps(1), seed=0, peak_rate=1.0, average_decay=0.9, average_grows=average_grows
    )


def test_an_average_that_grows_is_short_at_first() -> None:
    grows, stays = recipe(average_grows=True), recipe(average_grows=False)
    shares = [grows.kept_share(updates) for updates in range(200)]
    assert shares == sorted(shares)
    assert shares[0] == 0.1
    assert shares[-1] == 0.9
    assert {stays.kept_share(updates) for updates in range(200)} == {0.9}
