from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.dj.people.last_look import LastLook
from edgemood.music.dj.people.ownership import Remembered, was_shuffled
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State
from edgemood.state import LastSeen

FILES = [f"{letter}.flac" for letter in "abcdef"]


def queue(*files, ids=None, current=0, version=10, state=State.PLAY):
    numbers = ids or range(1, len(files) + 1)
    songs = tuple(QueuedSong(*pair) for pair in zip(numbers, files, strict=True))
    return Snapshot(state, songs, current, version=version)


def look(now, own_places, over=()):
    return LastLook.at(now, {now.songs[place]: "because" for place in own_places}, over)


def own_places(last, now):
    found = last.found_in(now)
    return [at for at, song in enumerate(now.songs) if song in found and found[song].own]


def test_a_look_survives_being_written_down():
    last = look(queue("a", "b", "c", "d"), [1, 2])
    assert LastLook.of(last.document()) == last


def test_only_what_lies_beside_own_songs_is_written_down():
    last = look(queue(*"abcdefgh"), [4])
    assert [entry.song.file for entry in last.songs] == ["d", "e", "f", "h"]


def test_what_an_earlier_version_wrote_down_is_read():
    seen = LastSeen.from_json(
        b'{"version": 1, "look": {"state": "play", "single": false, "version": 10, "songs": '
        b'[[2, "b.flac", true, false, "because"]], "adding": null, "moving": false}}'
    )
    (entry,) = LastLook.of(seen.look).songs
    assert entry == Remembered(QueuedSong(2, "b.flac"), own=True, why="because")


def test_what_the_first_release_kept_is_known_again():
    last = LastLook.of_first_release([(1, "a")], [(2, "b"), (3, "c")])
    now = queue("a", "b", "x", "c", ids=[1, 2, 9, 3])
    assert own_places(last, now) == [0, 1, 3]
    assert [entry.waits for entry in last.found_in(now).values()] == [False, True, True]


def test_songs_keep_their_numbers_while_mpd_lives():
    last = look(queue("a", "b", "b", ids=[1, 7, 9]), [2])
    assert own_places(last, queue("new", "a", "b", "b", ids=[10, 1, 7, 9], version=11)) == [3]


def test_the_same_files_queued_anew_are_a_persons():
    last = look(queue("a", "b", "c"), [0, 1, 2])
    assert own_places(last, queue("a", "b", "c", ids=[4, 5, 6], version=14)) == []


def test_after_mpds_restart_songs_are_known_by_file_and_order():
    last = look(queue("a", "x", "b", "c", ids=[11, 15, 16, 17], version=30), [0, 2, 3])
    assert own_places(last, queue("a", "x", "b", "c", version=2)) == [0, 2, 3]
    assert own_places(last, queue("new", "a", "x", "c", version=4)) == [1, 3]


def test_numbers_that_mean_other_songs_now_tell_of_a_restart():
    last = look(queue("a", "b", "c", ids=[2, 3, 4], version=2), [0, 1, 2])
    assert own_places(last, queue("a", "b", "c", version=2)) == [0, 1, 2]


def test_of_two_copies_neither_is_the_boxs_in_doubt():
    last = look(queue("a", "b", ids=[7, 8]), [1])
    assert own_places(last, queue("a", "b", "b", version=3)) == []


def test_another_queue_after_a_restart_is_a_persons():
    last = look(queue("a", "b", "c", "d", ids=[7, 8, 9, 10]), [0, 1, 2, 3])
    assert own_places(last, queue("p", "q", "b", "r", "s", version=6)) == []


def test_a_song_that_was_just_being_appended_is_known():
    before = queue("a", "b")
    adding = look(queue("c"), [0]).songs[0]
    last = LastLook.at(before, {before.songs[1]: ""}, (), adding=adding)
    assert own_places(last, queue("a", "b", "c", ids=[1, 2, 3], version=11)) == [1, 2]
    assert own_places(last, queue("a", "b", ids=[1, 2], version=10)) == [1]
    assert own_places(last, queue("a", "b", "c", version=2)) == [1, 2]


def test_songs_that_the_box_was_just_moving_are_known():
    before = queue("a", "b", "person", version=10)
    last = LastLook.at(before, {before.songs[1]: ""}, (), moving=True)
    moved = queue("a", "person", "b", ids=[1, 3, 2], version=11)
    assert own_places(last, moved) == [2]
    assert own_places(last, before) == [1]
    assert own_places(look(before, [1]), moved) == []


def test_a_shuffle_is_told_from_a_hand_that_moved_a_song_or_a_block():
    now = queue(*"abcdefgh").songs
    assert was_shuffled(now, [now[at] for at in (0, 7, 3, 6, 2, 5, 1, 4)])
    assert not was_shuffled(now, [*now[4:], *now[:4]])
    assert not was_shuffled(now, [now[7], *now[:7]])
    assert not was_shuffled(now, now)


@st.composite
def returns(draw):
    """A queue with own songs, and what people and a restart of MPD made of it meanwhile."""
    files = draw(st.lists(st.sampled_from(FILES), max_size=8))
    before = queue(*files, ids=list(range(20, 20 + len(files))), version=50)
    own = draw(st.sets(st.integers(0, len(files) - 1))) if files else set()
    kept = [song for song in before.songs if draw(st.integers(0, 4))]
    for number in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(kept)))
        kept.insert(place, QueuedSong(40 + number, draw(st.sampled_from(FILES))))
    return before, own, kept


@given(returns())
def test_while_mpd_lives_exactly_the_boxs_songs_are_found(case):
    before, own, kept = case
    ours = {before.songs[place] for place in own}
    now = Snapshot(State.PLAY, tuple(kept), None, version=60)
    assert own_places(look(before, own), now) == [i for i, s in enumerate(kept) if s in ours]


@given(returns())
def test_after_a_restart_every_song_of_an_untouched_queue_is_found(case):
    before, _, _ = case
    now = queue(*(song.file for song in before.songs), version=2, state=State.STOP)
    assert own_places(look(before, range(len(before.songs))), now) == list(range(len(now.songs)))


@given(st.lists(st.integers(0, 30), unique=True, max_size=12), st.data())
def test_after_a_restart_and_peoples_deeds_no_song_of_theirs_is_taken_for_the_boxs(ids, data):
    """As long as no file is there twice."""
    before = queue(*map(str, ids), ids=[100 + id_ for id_ in ids], version=50)
    own = data.draw(st.sets(st.sampled_from(range(len(ids))))) if ids else set()
    names = [str(id_) for id_ in ids if data.draw(st.booleans())]
    for number in range(data.draw(st.integers(0, 5))):
        names.insert(data.draw(st.integers(0, len(names))), f"new {number}")
    now = queue(*names, version=9)
    found = [now.songs[place].file for place in own_places(look(before, own), now)]
    assert {*found} <= {str(ids[place]) for place in own}
