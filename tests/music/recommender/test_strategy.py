import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.config.schema import MusicConfig
from edgemood.emotion import EMOTIONS, Emotion, as_scores, one_hot, strongest
from edgemood.music.recommender.strategy import (
    LIFT_SONGS,
    NO_LIMITS,
    UNKNOWN_ROOM,
    Limits,
    path_for,
)

UNPLEASANT = [Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD]
PLEASANT = [Emotion.HAPPY, Emotion.SURPRISE, Emotion.NEUTRAL]

emotions = st.sampled_from(EMOTIONS)
scores = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(as_scores)


@given(emotions, scores)
def test_match_aims_at_the_decided_emotion_even_when_the_scores_are_undecided(emotion, scores):
    (target,) = path_for(emotion, scores, MusicConfig(strategy="match"))
    assert strongest(target.scores) is emotion
    assert emotion in target.because


@pytest.mark.parametrize("emotion", PLEASANT)
def test_lift_leaves_a_room_alone_that_feels_well(emotion):
    path = path_for(emotion, one_hot(emotion), MusicConfig(strategy="lift"))
    assert len(path) == 1
    assert strongest(path[0].scores) is emotion


@pytest.mark.parametrize("emotion", UNPLEASANT)
def test_lift_meets_an_unpleasant_mood_and_walks_to_the_target(emotion):
    path = path_for(emotion, one_hot(emotion), MusicConfig(strategy="lift"))
    assert len(path) == LIFT_SONGS
    assert strongest(path[0].scores) is emotion
    valences = [target.affect.valence for target in path]
    assert valences == sorted(valences)
    assert path[-1].scores == pytest.approx(one_hot(Emotion.HAPPY))


@given(emotions, scores, st.sampled_from(["match", "lift", "steady", "table"]), emotions)
def test_every_target_is_a_mood(emotion, scores, strategy, goal):
    for target in path_for(emotion, scores, MusicConfig(strategy=strategy, target=goal)):
        assert target.scores.sum() == pytest.approx(1, abs=1e-5)
        assert all(-1 <= coordinate <= 1 for coordinate in target.affect)


def test_a_room_never_judged_gets_neutral_music():
    assert strongest(UNKNOWN_ROOM[0].scores) is Emotion.NEUTRAL


@given(emotions, scores)
def test_steady_stays_near_the_target_and_the_room_only_shades_it(emotion, scores):
    config = MusicConfig(strategy="steady", target=Emotion.NEUTRAL)
    (target,) = path_for(emotion, scores, config)
    assert strongest(target.scores) is Emotion.NEUTRAL
    assert target.scores[EMOTIONS.index(Emotion.NEUTRAL)] >= 0.75
    assert target.room is emotion


@pytest.mark.parametrize("emotion", UNPLEASANT)
def test_the_table_raises_an_unpleasant_mood(emotion):
    (target,) = path_for(emotion, one_hot(emotion), MusicConfig(strategy="table"))
    assert target.affect.valence >= 0
    assert "the table says" in target.because
    assert target.limits == NO_LIMITS


@pytest.mark.parametrize(
    ("entry", "limits"),
    [("genre Jazz", Limits(genre="Jazz")), ("Calm evening", Limits(playlist="Calm evening"))],
)
def test_the_table_may_name_a_genre_or_a_playlist(entry, limits):
    config = MusicConfig(strategy="table", table={"sad": entry, "happy": entry})
    (sad,) = path_for(Emotion.SAD, one_hot(Emotion.SAD), config)
    (happy,) = path_for(Emotion.HAPPY, one_hot(Emotion.HAPPY), config)
    assert sad.limits == happy.limits == limits
    assert strongest(sad.scores) is Emotion.HAPPY
    assert sad.room is Emotion.SAD
