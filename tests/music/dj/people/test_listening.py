from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.dj.people.listening import LONG_ENOUGH_S, TOO_SHORT_S, Heard, Listening, verdict
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

ONE, OTHER = QueuedSong(1, "1.flac"), QueuedSong(2, "2.flac")
DURATION_S = 200.0


def at(elapsed_s, current=0, state=State.PLAY, **values):
    remaining_s = DURATION_S - elapsed_s
    return Snapshot(state, (ONE, OTHER), current, elapsed_s, remaining_s, **values)


def told(*looks):
    """What is told of looks at (seconds, snapshot)."""
    listening = Listening()
    found = [listening.follow(now, now_s) for now_s, now in looks]
    return [heard for heard in found if heard]


def test_a_song_heard_to_its_end_was_played():
    assert told((0, at(0)), (150, at(150)), (200, at(0, current=1))) == [Heard(ONE, "played")]


def test_what_was_heard_before_the_box_went_off_for_a_moment_counts():
    before, after = Listening(), Listening()
    before.follow(at(0), 0)
    before.follow(at(60), 60)
    song, heard_s = before.heard(70)
    assert (song, heard_s) == (ONE, 70)
    after.resume(song, heard_s)
    after.follow(at(72), 72)
    assert after.follow(at(0, current=1), 110) == Heard(ONE, "played")
    other = Listening()
    other.resume(OTHER, 150)
    other.follow(at(150), 72)
    assert other.follow(at(0, current=1), 74) is None


def test_a_song_left_before_half_was_skipped():
    assert told((0, at(0)), (30, at(0, current=1))) == [Heard(ONE, "skipped")]


def test_a_song_left_at_once_was_neither():
    assert told((0, at(0)), (TOO_SHORT_S - 1, at(0, current=1))) == []


def test_a_song_that_was_wound_forward_to_its_end_was_neither():
    assert told((0, at(0)), (20, at(190)), (30, at(0, current=1))) == []


def test_time_in_a_pause_is_not_heard():
    paused = at(20, state=State.PAUSE)
    assert told((0, at(0)), (20, paused), (500, paused), (505, at(0, current=1))) == [
        Heard(ONE, "skipped")
    ]


def test_somebody_who_stops_or_clears_has_not_skipped():
    assert told((0, at(0)), (30, at(0, state=State.STOP, current=None))) == []
    assert told((0, at(0)), (30, Snapshot(State.STOP, (), None))) == []
    assert told((0, at(0)), (150, Snapshot(State.STOP, (), None))) == [Heard(ONE, "played")]


def test_a_song_that_mpd_cannot_play_was_neither():
    assert told((0, at(0)), (30, at(0, current=1, error="Failed to decode"))) == []


def test_a_song_that_repeats_was_played_each_time():
    looks = [(0, at(0)), (150, at(150)), (210, at(10)), (350, at(150)), (410, at(10))]
    assert told(*looks) == [Heard(ONE, "played")] * 2


def test_a_look_late_after_the_end_hears_no_more_than_the_song():
    assert told((0, at(180)), (1000, at(0, current=1))) == []


def test_an_mpd_that_was_lost_tells_nothing_of_the_song_before():
    listening = Listening()
    listening.follow(at(0), 0)
    listening.forget()
    assert listening.follow(at(0, current=1), 150) is None


def test_a_stream_counts_by_what_was_heard_of_it():
    stream = replace(at(0), remaining_s=None)
    assert told((0, stream), (LONG_ENOUGH_S, at(0, current=1))) == [Heard(ONE, "played")]
    assert told((0, stream), (60, at(0, current=1))) == [Heard(ONE, "skipped")]


@given(st.floats(0, 5000), st.floats(0, 5000), st.none() | st.floats(1, 5000), st.booleans())
def test_four_minutes_always_count_and_ten_seconds_never_do(
    heard_s, left_at_s, duration_s, moved_on
):
    outcome = verdict(heard_s, left_at_s, duration_s, moved_on=moved_on)
    if heard_s >= LONG_ENOUGH_S:
        assert outcome == "played"
    if outcome == "skipped":
        assert moved_on
        assert heard_s >= TOO_SHORT_S


@pytest.mark.parametrize("duration_s", [60.0, 300.0, 479.0])
def test_half_a_song_counts(duration_s):
    half_s = duration_s / 2
    assert verdict(half_s, half_s, duration_s, moved_on=True) == "played"
    assert verdict(half_s - 0.1, half_s - 0.1, duration_s, moved_on=True) == "skipped"
