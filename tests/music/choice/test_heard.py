from datetime import UTC, datetime, timedelta

import pytest

from edgemood.clock import ManualClock
from edgemood.emotion import Emotion
from edgemood.music.choice import Past, TasteStore
from edgemood.music.choice.heard import Heard

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
    assert heard_at(store, NOON.replace(year=1970)).ages_s(DAY_S) == {1: 0}


def test_a_clock_that_is_put_right_while_the_box_runs_changes_nothing(store):
    time = [NOON]
    heard = Heard(store, ManualClock(), lambda: time[0])
    heard.began(1)
    time[0] += timedelta(days=300)
    assert heard.ages_s(3600) == {1: 0}
