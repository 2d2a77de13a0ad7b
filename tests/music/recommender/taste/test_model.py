import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.music.library import Library
from edgemood.music.recommender import HOUSEHOLD
from edgemood.music.recommender.taste.interactions import HALF_LIFE, Evidence
from edgemood.music.recommender.taste.model import Tastes
from edgemood.music.recommender.vectors import SongVectors
from edgemood.music.song import Song

GENRES = ("Ska", "Jazz", "Metal")
LIBRARY = Library.of(
    [
        Song(f"{number}", artist=f"{number % 10}", genres=(GENRES[number % 3],), id=number + 1)
        for number in range(60)
    ]
)
MATRIX = SongVectors.of(LIBRARY).matrix

deeds = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from(EMOTIONS), st.booleans(), st.floats(0, 1)),
    max_size=60,
)


def learned(evidence, emotion=Emotion.NEUTRAL):
    taste = Tastes.learned(LIBRARY, MATRIX, {HOUSEHOLD: evidence}).of(HOUSEHOLD, emotion)
    return taste.expected(MATRIX @ taste.direction, LIBRARY)


def told(deeds):
    evidence = Evidence()
    for song, emotion, liked, value in deeds:
        evidence.deed(song, emotion, good=value * liked, bad=value * (not liked))
    return evidence


@settings(max_examples=25)
@given(deeds, st.sampled_from(EMOTIONS))
def test_whatever_was_done_every_liking_is_a_probability(deeds, emotion):
    liking = learned(told(deeds), emotion)
    assert liking.shape == (60,)
    assert ((liking > 0) & (liking < 1)).all()


@settings(max_examples=25)
@given(deeds)
def test_a_song_is_expected_to_be_liked_more_after_a_play_and_less_after_a_skip(deeds):
    before = learned(told(deeds))[0]
    played, skipped = told(deeds), told(deeds)
    played.deed(1, Emotion.NEUTRAL, good=1)
    skipped.deed(1, Emotion.NEUTRAL, bad=1)
    assert learned(skipped)[0] < before + 0.02
    assert learned(played)[0] > before - 0.02
    assert learned(skipped)[0] < learned(played)[0]


def test_before_anything_is_known_all_songs_are_expected_to_be_liked_alike():
    assert np.ptp(learned(Evidence())) == 0


def test_a_genre_that_is_skipped_is_expected_to_be_skipped_in_songs_never_played():
    evidence = Evidence()
    for row in range(30):
        good = GENRES[row % 3] != "Metal"
        evidence.deed(row + 1, Emotion.NEUTRAL, good=float(good), bad=float(not good))
    liking = learned(evidence)[30:]
    metal = np.arange(30, 60) % 3 == 2
    assert liking[metal].max() < liking[~metal].min() - 0.2


def test_a_person_of_whom_little_is_known_is_taken_for_one_of_the_household():
    household, person = Evidence(), Evidence()
    for row in range(30):
        household.deed(row + 1, Emotion.NEUTRAL, bad=1)
    tastes = Tastes.learned(LIBRARY, MATRIX, {HOUSEHOLD: household, "Ada": person})
    own, common = (tastes.of(name, Emotion.NEUTRAL) for name in ("Ada", HOUSEHOLD))
    assert (own.effects @ common.effects) > 0
    likings = [taste.expected(MATRIX @ taste.direction, LIBRARY) for taste in (own, common)]
    assert (likings[0][30:] < 0.6).mean() > 0.9
    assert likings[0].mean() > likings[1].mean()


def test_deeds_fade_to_half_after_their_half_life():
    evidence = Evidence()
    evidence.deed(1, Emotion.SAD, good=1)
    for _ in range(HALF_LIFE):
        evidence.deed(2, Emotion.SAD, good=1)
    assert evidence.counts(Emotion.SAD).good[0] == pytest.approx(0.5, abs=0.01)


def test_an_opinion_replaces_the_one_before_and_does_not_fade():
    evidence = Evidence()
    evidence.opine(1, 1.0)
    liked = evidence.counts(Emotion.SAD).good[0]
    evidence.opine(1, -1.0)
    counts = evidence.counts(Emotion.HAPPY)
    assert (counts.good[0], counts.bad[0] > 0) == (0, True)
    evidence.opine(1, 1.0)
    for _ in range(HALF_LIFE):
        evidence.deed(2, Emotion.SAD, good=1)
    assert evidence.counts(Emotion.SAD).good[0] == liked
