from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.emotion import Affect, Emotion, as_scores
from edgemood.music.library import Library
from edgemood.music.recommender import Chooser, Past, QuietHours, TasteStore
from edgemood.music.recommender.strategy import path_for
from edgemood.music.song import Origin, Song, SongMood

NIGHT = datetime(2026, 6, 1, 23, tzinfo=UTC)
HOURS = "22:00-07:00"


def quiet_at(time, hours=HOURS, **config):
    return QuietHours(MusicConfig(quiet_hours=hours, **config), lambda: time)


@pytest.mark.parametrize(
    ("hours", "time", "quiet"),
    [
        (HOURS, "21:59", False),
        (HOURS, "22:00", True),
        (HOURS, "06:59", True),
        (HOURS, "07:00", False),
        ("13:00-14:30", "13:00", True),
        ("13:00-14:30", "14:30", False),
        ("8:00 – 8:00", "03:00", True),
        (None, "03:00", False),
    ],
)
def test_quiet_hours_begin_and_end_to_the_minute(hours, time, quiet):
    hour, minute = map(int, time.split(":"))
    assert quiet_at(NIGHT.replace(hour=hour, minute=minute), hours).now is quiet


def test_no_hour_is_quiet_while_the_time_is_not_known():
    hours = QuietHours(MusicConfig(quiet_hours="00:00-00:00"), lambda: None)
    assert not hours.now
    assert hours.cannot_tell
    assert hours.most_volume() is None
    assert hours.most_arousal() == 1
    assert not QuietHours(MusicConfig(), lambda: None).cannot_tell


def test_what_quiet_hours_allow_is_the_owners_to_say():
    hours = quiet_at(NIGHT, quiet_arousal=-0.5, quiet_volume=10)
    assert (hours.most_arousal(), hours.most_volume()) == (-0.5, 10)


affects = st.tuples(st.floats(-1, 1, width=16), st.floats(-1, 1, width=16))


@settings(max_examples=20)
@given(st.lists(st.tuples(affects, st.booleans()), min_size=1, max_size=10), st.integers(0, 9))
def test_at_night_no_song_above_the_cap_comes_while_there_is_one_below(songs, seed):
    scores = as_scores([1, 0, 0, 0, 0, 0, 0])
    library = Library.of(
        [
            Song(
                f"{number}",
                mood=SongMood(scores, Affect(*affect), Origin.OWNER, 1.0, "sticker")
                if known
                else None,
            )
            for number, (affect, known) in enumerate(songs)
        ]
    )
    rng = np.random.default_rng(seed)
    config = MusicConfig(quiet_hours=HOURS)
    chooser = Chooser(config, TasteStore(), ManualClock(), rng, wall=lambda: NIGHT)
    chooser.library = library
    (target,) = path_for(Emotion.ANGRY, scores, config)
    calm = {f"{n}" for n, (affect, known) in enumerate(songs) if known and affect[1] <= 0}
    for _ in range(4):
        choice = chooser.choose(target, Past())
        assert not calm or choice.song.file in calm
        chooser.began(choice.song.file)
