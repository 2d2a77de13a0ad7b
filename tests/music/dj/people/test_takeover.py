from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.dj.people.takeover import GRACE_S, LOW_S, Hand, TakeOver, hands, runs_low
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

SONGS = tuple(QueuedSong(id_, f"{id_}.flac") for id_ in (1, 2, 3, 4))
OTHER = QueuedSong(99, "99.flac")
YIELD_S = 900.0


def playing(*songs, current=1, **values):
    coming = songs[current + 1] if current + 1 < len(songs) else None
    return Snapshot(State.PLAY, songs, current, **{"coming": coming, "remaining_s": 100} | values)


BEFORE = playing(*SONGS)
LAST = playing(*SONGS, current=3)


def seen(now, before=BEFORE, expected=None, vanished=()):
    return hands(before.songs if expected is None else expected, before, now, vanished)


def test_a_queue_that_plays_on_shows_no_hand():
    assert not seen(playing(*SONGS, current=2))
    assert not seen(Snapshot(State.STOP, SONGS, None), before=LAST)


def test_the_boxs_own_edits_are_no_hand():
    assert not seen(playing(*SONGS[:2], OTHER), expected=[*SONGS[:2], OTHER])


@pytest.mark.parametrize(
    ("now", "hand"),
    [
        (playing(*SONGS, OTHER), Hand.ADDED),
        (playing(SONGS[0], SONGS[1], SONGS[3], SONGS[2]), Hand.MOVED),
        (playing(*SONGS[:3]), Hand.DELETED),
        (playing(*SONGS, current=0), Hand.WENT_BACK),
        (replace(BEFORE, state=State.PAUSE), Hand.PAUSED),
        (replace(BEFORE, state=State.STOP), Hand.STOPPED),
    ],
)
def test_every_kind_of_hand_is_seen(now, hand):
    assert seen(now) == {hand}


def test_a_clear_is_a_hand():
    assert seen(Snapshot(State.STOP, (), None)) == {Hand.DELETED, Hand.STOPPED}


def test_what_consume_mode_takes_out_is_nobodys_deed():
    before = playing(*SONGS, consume=True)
    assert not seen(playing(SONGS[0], *SONGS[2:], consume=True), before)
    assert not seen(playing(SONGS[0], SONGS[3], consume=True), before)
    assert seen(playing(SONGS[0], *SONGS[2:3], consume=True), before) == {Hand.DELETED}


def test_songs_that_vanish_with_their_disk_are_nobodys_deed():
    assert not seen(playing(*SONGS[:2]), vanished=SONGS[2:])


def test_a_queue_that_comes_round_in_repeat_mode_is_nobodys_deed():
    before = playing(*SONGS, current=3, repeat=True, coming=SONGS[0])
    assert not seen(playing(*SONGS, current=0, repeat=True), before)
    assert seen(playing(*SONGS, current=2, repeat=True), before) == {Hand.WENT_BACK}


def test_a_pause_by_mpd_is_nobodys_deed():
    assert not seen(replace(BEFORE, state=State.PAUSE, error="Failed to open audio output"))
    single = replace(BEFORE, single=True)
    assert not seen(replace(single, state=State.PAUSE), single)


def test_in_random_mode_an_earlier_place_is_no_way_back():
    assert not seen(playing(*SONGS, current=0, random=True), playing(*SONGS, random=True))


@st.composite
def evenings(draw):
    """A queue, where MPD has come to in it, and where it comes to next by itself."""
    songs = tuple(QueuedSong(id_, f"{id_}.flac") for id_ in range(draw(st.integers(1, 12))))
    place = draw(st.integers(0, len(songs) - 1))
    reached = draw(st.integers(place, len(songs) - 1))
    return songs, place, reached


@given(evenings(), st.booleans(), st.lists(st.integers(20, 30), unique=True))
def test_whatever_mpd_and_the_box_do_by_themselves_is_no_hand(evening, consume, added):
    songs, place, reached = evening
    own = tuple(QueuedSong(id_, f"{id_}.flac") for id_ in added)
    expected = (*songs, *own)
    before = playing(*songs, current=place, consume=consume)
    left = songs[place:reached] if consume else ()
    queue = tuple(song for song in expected if song not in left)
    now = playing(*queue, current=queue.index(songs[reached]), consume=consume)
    assert not seen(now, before, expected)


@given(evenings(), st.data())
def test_a_song_taken_out_or_put_in_by_somebody_is_always_seen(evening, data):
    songs, place, reached = evening
    before = playing(*songs, current=place)
    others = [song for song in songs if song not in (songs[place], songs[reached])]
    queue = [*songs, OTHER] if not others or data.draw(st.booleans()) else list(songs)
    if OTHER not in queue:
        queue.remove(data.draw(st.sampled_from(others)))
    now = playing(*queue, current=queue.index(songs[reached]))
    assert seen(now, before) == {Hand.ADDED if OTHER in queue else Hand.DELETED}


def test_the_box_yields_until_some_time_has_passed_since_the_last_hand():
    take_over = TakeOver(YIELD_S)
    assert not take_over.lasts(BEFORE, 0)
    take_over.note(0)
    assert take_over.lasts(BEFORE, 800)
    take_over.note(800)
    assert take_over.lasts(BEFORE, 1600)
    assert not take_over.lasts(BEFORE, 1700)
    assert not take_over.lasts(BEFORE, 1701)


def test_the_box_yields_until_the_queue_runs_low():
    take_over = TakeOver(YIELD_S)
    take_over.note(0)
    assert take_over.lasts(playing(*SONGS, current=2, remaining_s=LOW_S / 2), GRACE_S)
    assert take_over.lasts(replace(LAST, remaining_s=LOW_S / 2), GRACE_S / 2)
    assert not take_over.lasts(replace(LAST, remaining_s=LOW_S / 2), GRACE_S)


def test_the_box_yields_until_somebody_asks_for_music():
    take_over = TakeOver(YIELD_S)
    take_over.note(0)
    take_over.end()
    assert not take_over.lasts(BEFORE, 1)


def test_a_stream_or_a_stop_is_no_low_queue():
    assert not runs_low(replace(LAST, remaining_s=None))
    assert not runs_low(Snapshot(State.STOP, SONGS, None))


def test_a_client_that_clears_the_queue_each_minute_for_a_day_is_hardly_ever_bothered():
    """Clearing an empty queue cannot be seen, so the box tries again, and ever less often."""
    take_over = TakeOver(YIELD_S)
    empty = Snapshot(State.STOP, (), None)
    tries = 0
    take_over.note(0)
    for minute in range(24 * 60):
        if not take_over.lasts(empty, 60 * minute):
            tries += 1
            take_over.note(60 * minute + 59)
    assert tries == 6


def test_once_music_plays_again_the_box_yields_as_long_as_before():
    take_over = TakeOver(YIELD_S)
    empty = Snapshot(State.STOP, (), None)
    for start_s in (0, 10_000):
        take_over.note(start_s)
        assert not take_over.lasts(empty, start_s + YIELD_S)
        take_over.note(start_s + YIELD_S + 1)
        assert take_over.lasts(empty, start_s + 2 * YIELD_S + 1)
        take_over.lasts(BEFORE, start_s + 2 * YIELD_S + 2)
