from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.mpd.snapshot import (
    QueuedSong,
    Snapshot,
    State,
    moved_by_people,
    still_waiting,
)

queues = st.lists(st.integers(1, 50), unique=True, max_size=20)


def songs(*ids):
    return tuple(QueuedSong(id_, f"{id_}.flac") for id_ in ids)


def snapshot(*ids, current=0, **values):
    return Snapshot(State.PLAY, songs(*ids), current if ids else None, **values)


def test_songs_after_the_current_one_wait():
    assert snapshot(1, 2, 3, current=1).waiting == songs(3)
    assert snapshot(1, 2, 3, current=None).waiting == songs(1, 2, 3)


def test_in_random_mode_all_but_the_current_song_wait():
    assert snapshot(1, 2, 3, current=1, random=True).waiting == songs(1, 3)


def test_only_a_song_near_its_end_is_about_to_change():
    assert snapshot(1, remaining_s=1.0).about_to_change
    assert not snapshot(1, remaining_s=10.0).about_to_change
    assert snapshot(1, remaining_s=10.0, crossfade_s=9.0).about_to_change
    assert not snapshot(1).about_to_change
    assert not Snapshot(State.PAUSE, songs(1), 0, remaining_s=1.0).about_to_change


def test_own_songs_that_began_or_are_gone_no_longer_wait():
    assert still_waiting(songs(1, 2, 3, 9), snapshot(1, 2, 3, 4, current=1)) == list(songs(3))


@given(queues, st.sets(st.integers(1, 50)), st.lists(st.integers(51, 99), unique=True))
def test_adding_and_removing_moves_nothing(before, removed, added):
    after = [id_ for id_ in before if id_ not in removed]
    middle = len(after) // 2
    assert not moved_by_people(songs(*before), songs(*after[:middle], *added, *after[middle:]))


@given(queues.filter(lambda queue: len(queue) > 1), st.randoms())
def test_a_move_is_seen_on_the_song_that_was_moved(before, dice):
    song = dice.choice(before)
    after = [id_ for id_ in before if id_ != song]
    after.insert(dice.randrange(len(before)), song)
    moved = moved_by_people(songs(*before), songs(*after))
    assert moved == set() if after == before else song in moved


@given(queues, st.randoms())
def test_songs_that_were_not_moved_keep_their_order(before, dice):
    after = before.copy()
    dice.shuffle(after)
    moved = moved_by_people(songs(*before), songs(*after))
    assert [i for i in before if i not in moved] == [i for i in after if i not in moved]
