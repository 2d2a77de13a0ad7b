import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Emotion, as_scores, one_hot
from edgemood.vision.faces.faces import Face
from edgemood.vision.faces.tracks import (
    CONFIRM_HITS,
    LOST_AFTER_S,
    MEMORY_S,
    Tracks,
    TrackScores,
    overlap,
)

FRAME_S = 0.5

boxes = st.builds(Face, st.integers(0, 600), st.integers(0, 400), *[st.integers(8, 200)] * 2)
pictures = st.lists(st.lists(boxes, max_size=4), max_size=12)


def play(tracks: Tracks, pictures: list[list[Face]], start_s: float = 0.0):
    return [tracks.follow(faces, start_s + FRAME_S * at) for at, faces in enumerate(pictures)]


HERE = Face(100, 100, 80, 80)
THERE = Face(400, 100, 60, 60)


def test_a_box_of_one_picture_counts_for_nothing() -> None:
    assert play(Tracks(), [[], [HERE], [], [], [HERE], []]) == [[]] * 6


def test_who_is_found_twice_is_there() -> None:
    seen = play(Tracks(), [[HERE]] * 4)
    assert [len(tracks) for tracks in seen] == [0, 1, 1, 1]
    assert {track.number for tracks in seen for track in tracks} == {1}


def test_two_people_keep_their_numbers_in_whatever_order_they_are_found() -> None:
    seen = play(Tracks(), [[HERE, THERE], [THERE, HERE], [HERE, THERE]])[-1]
    assert [track.face for track in seen] == [HERE, THERE]
    assert [track.number for track in seen] == [1, 2]


def test_who_looks_aside_for_a_moment_stays_the_same_and_who_leaves_does_not_come_back() -> None:
    tracks = Tracks()
    play(tracks, [[HERE], [HERE], []])
    (back,) = tracks.follow([HERE], 1.5)
    assert back.number == 1
    gone_s = 1.5 + LOST_AFTER_S
    play(tracks, [[], [], [], []], gone_s)
    assert tracks.follow([HERE], gone_s + 3) == []


def test_a_slow_camera_loses_nobody_between_two_pictures() -> None:
    tracks = Tracks()
    numbers = {track.number for at in range(5) for track in tracks.follow([HERE], 10.0 * at)}
    assert numbers == {1}


def test_a_trembling_box_is_steadied_and_a_moving_one_followed_at_once() -> None:
    tracks = Tracks()
    for at in range(10):
        trembling = Face(100 + 6 * (at % 2), 100, 80, 80)
        seen = tracks.follow([trembling], 0.1 * at)
    assert 100 < seen[0].face.x < 106
    moved = Face(130, 100, 80, 80)
    assert tracks.follow([moved], 1.1)[0].face == moved


def test_only_who_was_found_twice_and_is_not_missing_is_settled() -> None:
    tracks, settled = Tracks(), []
    pictures = [[], [HERE], [HERE], [HERE, THERE], [HERE, THERE], [THERE], [HERE, THERE]]
    for at, faces in enumerate(pictures):
        tracks.follow(faces, FRAME_S * at)
        settled.append(tracks.settled)
    assert settled == [False, False, True, False, True, False, True]


@given(pictures)
def test_every_track_was_found_in_this_picture_and_in_an_earlier_one(
    pictures: list[list[Face]],
) -> None:
    for faces, tracks in zip(pictures, play(Tracks(), pictures), strict=True):
        assert len(tracks) <= len(faces)
        assert all(track.hits >= CONFIRM_HITS for track in tracks)
        assert len({track.number for track in tracks}) == len(tracks)
        assert all(any(overlap(track.face, face) > 0 for face in faces) for track in tracks)


@given(pictures)
def test_a_steadied_box_stays_a_box(pictures: list[list[Face]]) -> None:
    every = itertools.chain.from_iterable(play(Tracks(), pictures))
    assert all(track.face.width > 0 and track.face.height > 0 for track in every)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_whole_only_with_itself(one: Face, other: Face) -> None:
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1
    assert (overlap(one, other) == 1) == (one == other)


scores = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(as_scores)
said = st.lists(st.tuples(scores, st.floats(0, 1), st.floats(0, 3)), min_size=1, max_size=10)


@given(said)
def test_a_tracks_mean_lies_between_what_it_said(said: list) -> None:
    memory, at_s = TrackScores(), 0.0
    for own, reliability, pause_s in said:
        at_s += pause_s
        mean = memory.add(1, own, reliability, at_s)
    every = np.stack([own for own, _, _ in said])
    assert mean.sum() == pytest.approx(1, abs=1e-5)
    assert (mean <= every.max(axis=0) + 1e-5).all()
    assert (mean >= every.min(axis=0) - 1e-5).all()


def test_tracks_do_not_hear_each_other_and_what_was_said_long_ago_fades() -> None:
    memory = TrackScores()
    happy, sad = one_hot(Emotion.HAPPY), one_hot(Emotion.SAD)
    memory.add(1, happy, 1.0, 0.0)
    np.testing.assert_array_equal(memory.add(2, sad, 1.0, 0.0), sad)
    mixed = memory.add(1, sad, 1.0, MEMORY_S)
    assert mixed[EMOTIONS.index(Emotion.SAD)] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-5)
    memory.keep(frozenset({2}))
    np.testing.assert_array_equal(memory.add(1, sad, 0.5, MEMORY_S), sad)
