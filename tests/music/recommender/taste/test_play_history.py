from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.emotion import Emotion
from edgemood.music.recommender import Past, TasteStore
from edgemood.music.recommender.taste.play_history import Heard

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY_S = 86400.0


@pytest.fixture
def store(tmp_path):
    return TasteStore(tmp_path / "taste.db")


def heard_at(store, time):
    return Heard(store, ManualClock(), lambda: time)


def test_a_song_heard_an_hour_ago_is_remembered_after_a_restart(store):
    heard_at(store, NOON).began(1)
    later = heard_at(store, NOON + timedelta(hours=1))
    assert later.ages_s(2 * 3600) == {1: 3600}
    assert later.ages_s(3600) == {}


def test_a_song_does_not_come_again_after_a_restart(store, library_of, make_chooser, target_for):
    library = library_of("happy/1", "happy/2", "happy/3")
    heard = []
    for restart in range(3):
        wall = lambda at=NOON + restart * timedelta(minutes=5): at  # noqa: E731 - one clock each
        chooser = make_chooser(library, store=store, wall=wall)
        heard.append(chooser.choose(target_for(Emotion.HAPPY), Past()).song.file)
        chooser.began(heard[-1])
    assert len(set(heard)) == 3


def test_a_clock_set_back_keeps_songs_waiting_rather_than_repeating_them(store):
    heard_at(store, NOON).began(1)
    assert heard_at(store, NOON - timedelta(days=2)).ages_s(DAY_S) == {1: 0}


def test_while_the_time_is_not_known_songs_of_the_run_before_count_as_just_heard(store):
    heard_at(store, NOON).began(1)
    assert heard_at(store, None).ages_s(DAY_S) == {1: 0}


async def test_without_the_time_of_day_songs_come_again_all_the_same(store):
    heard_at(store, None).began(1)
    for hour in range(2, 5):  # each a run of its own
        clock = ManualClock(7.0)
        heard = Heard(store, clock, lambda: None)
        await clock.advance(3600)
        heard.began(hour)
    assert heard.ages_s(DAY_S) == {1: 3 * 3600, 2: 2 * 3600, 3: 3600, 4: 0}


async def test_what_began_before_the_time_was_known_is_put_right(store):
    time, clock = [None], ManualClock()
    heard_at(store, NOON - timedelta(days=9)).began(1)
    heard = Heard(store, clock, lambda: time[0])
    heard.began(2)
    await clock.advance(600)
    time[0] = NOON
    assert heard.ages_s(30 * DAY_S) == {1: 9 * DAY_S, 2: 600}
    assert heard_at(store, NOON).ages_s(DAY_S) == {2: 600}


def test_a_clock_once_wrong_into_the_future_costs_one_pause_and_forgets_nothing(store):
    heard_at(store, NOON - timedelta(hours=2)).began(1)
    heard_at(store, NOON.replace(year=2099)).began(2)
    assert heard_at(store, NOON).ages_s(DAY_S) == {1: 7200, 2: 0}
    assert heard_at(store, NOON + timedelta(hours=5)).ages_s(DAY_S) == {1: 7 * 3600, 2: 5 * 3600}


@given(
    start=st.datetimes(),
    jumps=st.lists(st.tuples(st.floats(0, 1e5), st.none() | st.datetimes()), max_size=8),
)
@settings(max_examples=50)
def test_however_the_clock_jumps_while_the_box_runs_the_ages_are_right(start, jumps):
    clock, wall = ManualClock(5.0), [start]
    heard = Heard(TasteStore(), clock, lambda: wall[0])
    began_s = {}
    for song, (passed_s, time) in enumerate(jumps):
        heard.began(song)
        began_s[song] = clock.now_s()
        clock._now_s += passed_s
        wall[0] = time
        ages_s = {song: clock.now_s() - at_s for song, at_s in began_s.items()}
        assert heard.ages_s(1e9) == pytest.approx(ages_s)


def test_a_clock_that_is_put_right_while_the_box_runs_changes_nothing(store):
    time = [NOON]
    heard = Heard(store, ManualClock(), lambda: time[0])
    heard.began(1)
    time[0] += timedelta(days=300)
    assert heard.ages_s(3600) == {1: 0}
