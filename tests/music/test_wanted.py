from itertools import pairwise

import pytest

from edgemood.music.queue import QueuedSong, Snapshot, State
from edgemood.music.wanted import MusicWanted, ran_out

SONGS = tuple(QueuedSong(id_, f"{id_}.flac") for id_ in (1, 2, 3))

EMPTY = Snapshot(State.STOP, (), None)
LAST_SONG = Snapshot(State.PLAY, SONGS, 2)
PLAYING = Snapshot(State.PLAY, SONGS, 1)
PAUSED = Snapshot(State.PAUSE, SONGS, 1)
STOPPED = Snapshot(State.STOP, SONGS, 1)
ENDED = Snapshot(State.STOP, SONGS, None)
CONSUMED = Snapshot(State.STOP, SONGS[:2], None)
UNPLAYABLE = Snapshot(State.STOP, SONGS, None, error="Failed to decode 2.flac")


def after(*snapshots, own=()):
    wanted = MusicWanted()
    wanted.arrive(snapshots[0], own)
    for before, now in pairwise(snapshots):
        wanted.follow(before, now)
    return wanted


def test_a_box_switched_on_with_an_empty_queue_may_play():
    assert after(EMPTY).may_start(EMPTY)


def test_a_queue_of_its_own_songs_only_is_as_good_as_an_empty_one():
    assert after(ENDED, own=SONGS).may_start(ENDED)
    assert not after(ENDED, own=SONGS[1:]).may_start(ENDED)


@pytest.mark.parametrize("now", [PLAYING, PAUSED])
def test_what_plays_or_pauses_is_not_started(now):
    assert not after(now).may_start(now)


def test_somebodys_stop_lasts():
    assert not after(PLAYING, STOPPED).may_start(STOPPED)
    assert not after(PAUSED, STOPPED, ENDED).may_start(ENDED)
    assert not after(STOPPED).may_start(STOPPED)


def test_somebodys_clear_is_a_stop():
    assert not after(PLAYING, EMPTY).may_start(EMPTY)
    assert not after(LAST_SONG, EMPTY, ENDED).may_start(ENDED)


def test_a_clear_counts_while_mpd_cannot_play_anyway():
    cleared = Snapshot(State.STOP, (), None, error="All audio outputs are disabled")
    assert not after(PLAYING, UNPLAYABLE, cleared).may_start(cleared)
    assert after(EMPTY, EMPTY).may_start(EMPTY)


def test_music_that_ran_out_may_go_on():
    assert after(LAST_SONG, ENDED).may_start(ENDED)


def test_music_that_ran_out_in_consume_mode_may_go_on():
    consuming = Snapshot(State.PLAY, SONGS[2:], 0)
    assert after(consuming, EMPTY).may_start(EMPTY)
    assert ran_out(LAST_SONG, CONSUMED)


def test_songs_that_mpd_cannot_play_are_nobodys_stop():
    assert after(PLAYING, UNPLAYABLE).may_start(UNPLAYABLE)


def test_a_pause_is_ended_only_where_it_was_mpds_own():
    mpds = Snapshot(State.PAUSE, SONGS, 1, error="Failed to open audio output")
    assert after(PLAYING, mpds).may_start(mpds)
    assert after(PLAYING, mpds, mpds).may_start(mpds)
    assert not after(PLAYING, PAUSED).may_start(PAUSED)
    assert not after(PLAYING, mpds, PLAYING, PAUSED).may_start(PAUSED)


def test_music_that_ends_with_the_song_in_single_mode_stays_so():
    single = Snapshot(State.PLAY, SONGS, 2, single=True)
    assert not after(single, ENDED).may_start(ENDED)


def test_somebody_who_plays_again_wants_music_again():
    assert after(PLAYING, STOPPED, LAST_SONG, ENDED).may_start(ENDED)


def test_the_button_asks_for_music():
    wanted = after(PLAYING, STOPPED)
    wanted.ask()
    assert wanted.may_start(STOPPED)


def test_songs_that_vanish_with_their_disk_are_nobodys_clear():
    assert ran_out(PLAYING, EMPTY, vanished=SONGS)
    assert ran_out(PLAYING, CONSUMED, vanished=SONGS)
    assert not ran_out(PLAYING, EMPTY, vanished=SONGS[:1])
    assert not ran_out(PLAYING, STOPPED, vanished=SONGS)
