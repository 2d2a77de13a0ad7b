from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.dj.plan import Plan, comes_round, outworn, plan
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State, still_waiting

AHEAD = 2


def songs(*ids):
    return tuple(QueuedSong(id_, f"{id_}.flac") for id_ in ids)


def playing(*ids, current=0, random=False):
    return Snapshot(State.PLAY, songs(*ids), current, random=random)


@st.composite
def evenings(draw):
    """A queue, and which of its songs the box queued."""
    ids = draw(st.lists(st.integers(1, 99), unique=True, max_size=15))
    current = draw(st.integers(0, len(ids) - 1)) if ids and draw(st.booleans()) else None
    own = [id_ for id_ in ids if draw(st.booleans())]
    now = Snapshot(State.PLAY, songs(*ids), current, random=draw(st.booleans()))
    return now, songs(*own)


def carried_out(todo, now):
    """The queue after the plan; new songs have negative ids."""
    queue = list(now.songs)
    for song in todo.move:
        queue.remove(song)
        queue.append(song)
    queue += songs(*range(-todo.add, 0))
    return [song for song in queue if song not in todo.remove]


def test_an_empty_queue_gets_songs():
    assert plan(Snapshot(State.STOP, (), None), [], ahead=AHEAD, replace=False) == Plan(add=2)


def test_a_queue_in_order_is_left_alone():
    assert plan(playing(1, 2, 3), songs(2, 3), ahead=AHEAD, replace=True, spare_next=False).add == 2
    assert plan(playing(1, 2, 3), songs(2, 3), ahead=AHEAD, replace=False) == Plan()


def test_own_songs_go_behind_those_that_people_added():
    todo = plan(playing(1, 2, 3, 50), songs(2, 3), ahead=AHEAD, replace=False)
    assert todo == Plan(move=songs(2, 3))


def test_in_random_mode_nothing_is_moved():
    todo = plan(playing(1, 2, 3, 50, random=True), songs(2, 3), ahead=AHEAD, replace=False)
    assert todo == Plan()


def test_a_song_that_may_begin_at_any_moment_is_spared():
    todo = plan(playing(1, 2, 3), songs(2, 3), ahead=AHEAD, replace=True, spare_next=True)
    assert todo == Plan(add=1, remove=songs(3))


def test_the_song_that_mpd_plays_next_is_spared_in_random_mode_too():
    now = Snapshot(State.PLAY, songs(1, 2, 3), 0, random=True, coming=songs(3)[0])
    todo = plan(now, songs(2, 3), ahead=AHEAD, replace=True, spare_next=True)
    assert todo == Plan(add=1, remove=songs(2))


def test_with_repeat_own_songs_leave_once_played_so_that_peoples_come_round():
    now = Snapshot(State.PLAY, songs(1, 2, 3), 0, repeat=True)
    assert outworn(songs(2, 3), now) == songs(2, 3)
    assert outworn(songs(1), now) == ()
    assert not comes_round(now, played=(), own=songs(2, 3))
    assert comes_round(replace(now, current=1), played=songs(2), own=songs(3))
    assert not comes_round(replace(now, current=1, repeat=False), played=songs(2), own=songs(3))
    assert not comes_round(now, played=songs(1), own=songs(2, 3))


@given(evenings(), st.integers(1, 5), st.booleans(), st.booleans())
def test_no_plan_touches_a_song_that_is_not_the_boxs_or_has_begun(evening, ahead, replace, spare):
    now, own = evening
    todo = plan(now, own, ahead=ahead, replace=replace, spare_next=spare)
    touched = {*todo.move, *todo.remove}
    assert touched <= set(own)
    assert touched <= set(now.waiting)
    if spare and now.waiting:
        assert now.waiting[0] not in touched


@given(evenings(), st.integers(1, 5), st.booleans())
def test_afterwards_enough_own_songs_wait_behind_those_of_people(evening, ahead, replace):
    now, own = evening
    queue = carried_out(plan(now, own, ahead=ahead, replace=replace), now)
    current = None if now.playing is None else queue.index(now.playing)
    after = Snapshot(State.PLAY, tuple(queue), current, random=now.random)
    ours = {*own, *songs(*range(-ahead, 0))}
    waiting = still_waiting(tuple(ours), after)
    assert len(waiting) >= ahead
    if not now.random:
        assert list(after.waiting[len(after.waiting) - len(waiting) :]) == waiting


@given(evenings(), st.integers(1, 5))
def test_a_plan_carried_out_leaves_nothing_to_do(evening, ahead):
    now, own = evening
    todo = plan(now, own, ahead=ahead, replace=False)
    after = Snapshot(State.PLAY, tuple(carried_out(todo, now)), now.current, random=now.random)
    again = plan(after, (*own, *songs(*range(-todo.add, 0))), ahead=ahead, replace=False)
    assert again == Plan()


@given(evenings(), st.integers(1, 5), st.booleans())
def test_songs_of_people_keep_their_order(evening, ahead, replace):
    now, own = evening
    queue = carried_out(plan(now, own, ahead=ahead, replace=replace), now)
    theirs = [song for song in now.songs if song not in own]
    assert [song for song in queue if song in theirs] == theirs
