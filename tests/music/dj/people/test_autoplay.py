from itertools import pairwise

import pytest

from edgemood.music.dj.people.autoplay import MusicWanted, Return, Silence, ran_out
from edgemood.music.dj.people.last_look import LastLook
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

SONGS = tuple(QueuedSong(id_, f"{id_}.flac") for id_ in (1, 2, 3))

EMPTY = Snapshot(State.STOP, (), None)
LAST_SONG = Snapshot(State.PLAY, SONGS, 2)
PLAYING = Snapshot(State.PLAY, SONGS, 1)
PAUSED = Snapshot(State.PAUSE, SONGS, 1)
STOPPED = Snapshot(State.STOP, SONGS, 1)
ENDED = Snapshot(State.STOP, SONGS, None)
FIRST_SELECTED = Snapshot(State.STOP, SONGS, 0)
UNPLAYABLE = Snapshot(State.STOP, SONGS, None, error="Failed to decode 2.flac")


def after(*snapshots):
    wanted = MusicWanted()
    wanted.arrive(snapshots[0], Return())
    for before, now in pairwise(snapshots):
        wanted.follow(before, now)
    return wanted


def test_a_box_switched_on_with_an_empty_queue_may_play():
    assert after(EMPTY).may_start(EMPTY)


def returned(last, now, silence=None, **more):
    """Whether music is wanted when MPD, last seen like this, is found like that."""
    look = None if last is None else LastLook.at(last, {}, ())
    wanted = MusicWanted(silence)
    wanted.arrive(now, Return(look, **more))
    return wanted.may_start(now)


@pytest.mark.parametrize("last", [None, PLAYING, PAUSED, ENDED, EMPTY])
@pytest.mark.parametrize("now", [ENDED, EMPTY])
def test_silence_without_a_song_selected_is_nobodys_deed(last, now):
    assert returned(last, now)


@pytest.mark.parametrize("last", [None, PLAYING, PAUSED])
def test_a_stop_while_mpd_was_not_seen_leaves_its_song_selected(last):
    assert not returned(last, STOPPED)
    assert not returned(last, FIRST_SELECTED)
    assert not returned(last, STOPPED, untouched=True)


def test_what_was_silent_by_nobodys_deed_is_still_nobodys():
    assert returned(UNPLAYABLE, Snapshot(State.STOP, SONGS, 1))


def test_an_mpd_restarted_after_its_queue_ran_out_selects_the_first_song():
    assert returned(PLAYING, FIRST_SELECTED, untouched=True)
    assert returned(None, FIRST_SELECTED, untouched=True)


def test_an_mpd_that_was_killed_shows_the_state_before_somebody_played():
    assert returned(PLAYING, STOPPED, untouched=True, on=True)
    assert not returned(PAUSED, STOPPED, untouched=True, on=True)


def test_a_pause_at_mpds_restart_is_its_own():
    assert returned(PLAYING, PAUSED, untouched=True)
    assert not returned(PLAYING, PAUSED)
    assert not returned(PAUSED, PAUSED, untouched=True)
    assert not returned(None, PAUSED, untouched=True)


@pytest.mark.parametrize("now", [STOPPED, PAUSED, ENDED, EMPTY, FIRST_SELECTED])
@pytest.mark.parametrize("silence", list(Silence))
def test_what_somebody_was_seen_to_do_lasts_until_something_was_played(silence, now):
    assert not returned(PLAYING, now, silence)
    assert returned(PLAYING, ENDED, silence, played_since=True)
    assert not returned(PLAYING, STOPPED, silence, played_since=True)


def test_a_machine_switched_on_with_nothing_stopped_or_paused_plays():
    assert returned(STOPPED, ENDED, Silence.STOP, rebooted=True)
    assert not returned(STOPPED, STOPPED, Silence.STOP, rebooted=True)
    assert not returned(PAUSED, PAUSED, Silence.PAUSE, rebooted=True)


def test_single_mode_that_ended_the_music_while_mpd_was_not_seen_is_a_wish():
    single = Snapshot(State.PLAY, SONGS, 2, single=True)
    assert not returned(single, Snapshot(State.STOP, SONGS, None, single=True))
    assert returned(single, ENDED)


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
    consuming = Snapshot(State.PLAY, SONGS[2:], 0, consume=True)
    assert after(consuming, EMPTY).may_start(EMPTY)
    cleared = Snapshot(State.PLAY, SONGS[1:], 0, consume=True)
    assert not after(cleared, EMPTY).may_start(EMPTY)


def test_several_songs_may_be_consumed_while_nothing_is_seen_of_mpd():
    several = Snapshot(State.PLAY, SONGS[1:], 0, consume=True)
    assert not ran_out(several, EMPTY, since_s=15)
    assert ran_out(several, EMPTY, since_s=300)


def test_somebody_who_takes_out_the_last_song_has_not_stopped_the_music():
    without = Snapshot(State.STOP, SONGS[:2], None)
    assert after(LAST_SONG, without).may_start(without)


def test_songs_that_mpd_cannot_play_are_nobodys_stop():
    assert after(PLAYING, UNPLAYABLE).may_start(UNPLAYABLE)


@pytest.mark.parametrize(
    ("before", "now", "silence"),
    [
        (PLAYING, STOPPED, Silence.STOP),
        (PLAYING, PAUSED, Silence.PAUSE),
        (PAUSED, STOPPED, Silence.STOP),
        (PLAYING, EMPTY, Silence.CLEAR),
        (PLAYING, Snapshot(State.STOP, (QueuedSong(9, "new"),), None), Silence.CLEAR),
        (STOPPED, EMPTY, Silence.CLEAR),
        (Snapshot(State.PLAY, SONGS, 0, single=True), PAUSED, Silence.SINGLE),
        (Snapshot(State.PLAY, SONGS, 1, single=True), PAUSED, Silence.PAUSE),
        (Snapshot(State.PLAY, SONGS, 2, single=True), ENDED, Silence.SINGLE),
    ],
)
def test_it_is_known_what_the_silence_comes_from(before, now, silence):
    assert after(before, now).silence is silence


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
    assert ran_out(PLAYING, Snapshot(State.STOP, SONGS[:2], None), vanished=SONGS)
    assert not ran_out(PLAYING, EMPTY, vanished=SONGS[:1])
    assert not ran_out(PLAYING, STOPPED, vanished=SONGS)
