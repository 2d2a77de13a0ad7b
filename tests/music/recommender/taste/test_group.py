import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.emotion import Emotion
from edgemood.music.recommender.taste.group import blended, likeness, neighbours_say
from edgemood.music.recommender.taste.interactions import Evidence

shares = st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4)


def taste(liked=(), disliked=(), emotion=Emotion.HAPPY):
    evidence = Evidence()
    for song in liked:
        evidence.deed(song, emotion, good=3)
    for song in disliked:
        evidence.deed(song, emotion, bad=3)
    return evidence


@given(st.lists(shares, min_size=1, max_size=4))
def test_a_blend_lies_between_the_least_pleased_and_the_mean(likings):
    rows = [np.array(liking, dtype=np.float32) for liking in likings]
    together = blended([row.copy() for row in rows])
    assert (together >= np.min(rows, axis=0) - 1e-5).all()
    assert (together <= np.mean(rows, axis=0) + 1e-5).all()


@given(st.lists(shares, min_size=2, max_size=4))
def test_a_blend_does_not_depend_on_who_is_named_first(likings):
    rows = [np.array(liking, dtype=np.float32) for liking in likings]
    one = blended([row.copy() for row in rows])
    assert blended([row.copy() for row in reversed(rows)]) == pytest.approx(one, abs=1e-6)


def test_a_song_one_of_two_cannot_stand_loses_to_one_both_find_fair():
    torn, fair = blended([np.float32([0.95, 0.5]), np.float32([0.05, 0.5])])
    assert torn < fair


def test_likeness_is_that_of_the_songs_both_know():
    one = taste(liked=[1, 2, 3], disliked=[4, 5])
    assert likeness(one, taste(liked=[1, 2, 3], disliked=[4, 5, 9])) == pytest.approx(1, abs=0.01)
    assert likeness(one, taste(liked=[4, 5], disliked=[1, 2, 3])) == pytest.approx(-1, abs=0.01)
    assert likeness(one, taste(liked=[7, 8, 9])) == 0
    assert likeness(one, taste(liked=[1, 2])) == 0  # too few to tell


def test_only_people_with_a_similar_taste_recommend():
    present = [taste(liked=[1, 2, 3], disliked=[4])]
    others = {
        "similar": taste(liked=[1, 2, 3, 20], disliked=[4, 21]),
        "contrary": taste(liked=[4, 30], disliked=[1, 2, 3]),
        "stranger": taste(liked=[40]),
    }
    says, who = neighbours_say(present, others, Emotion.HAPPY)
    assert says[20] > 0.5
    assert says[21] < -0.5
    assert not {30, 40} & set(says)
    assert who[20] == "similar"


def test_what_they_like_in_another_mood_they_do_not_recommend():
    present = [taste(liked=[1, 2, 3])]
    others = {"similar": taste(liked=[1, 2, 3, 20])}
    assert neighbours_say(present, others, Emotion.SAD) == ({}, {})


def test_without_other_profiles_nobody_says_anything():
    assert neighbours_say([taste(liked=[1])], {}, Emotion.HAPPY) == ({}, {})
