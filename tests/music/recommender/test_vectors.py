import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Affect, Emotion, affect_of, as_scores
from edgemood.music.library import Library
from edgemood.music.recommender.strategy import Target
from edgemood.music.recommender.vectors import SIZE, SongVectors
from edgemood.music.song import Origin, Song, SongMood

scores = st.lists(st.floats(0.01, 1), min_size=7, max_size=7).map(as_scores)
songs = st.builds(
    lambda scores, trust, genre, year, language: Song(
        file=f"{scores}{trust}{genre}{year}",
        mood=SongMood(scores, affect_of(scores), Origin.TAG, trust, "genre") if trust else None,
        genres=(genre,) if genre else (),
        year=year,
        language=language,
    ),
    scores,
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from(["", "Ska", "Jazz", "Free Jazz"]),
    st.sampled_from([None, 1900, 1955, 1999, 2026, 3000]),
    st.sampled_from(["", "en", "zh", "zxx"]),
)


def wanted(scores):
    return Target(scores, affect_of(scores), "a test says so")


@settings(max_examples=25)
@given(st.lists(songs, max_size=12), scores)
def test_every_song_fits_by_a_share(songs, scores):
    vectors = SongVectors.of(Library.of(songs))
    assert vectors.matrix.shape == (len(songs), SIZE)
    assert vectors.matrix.dtype == np.float32
    for typical in ([], list(range(len(songs)))):
        fit = vectors.matrix @ vectors.query(wanted(scores), typical)
        assert ((fit > -0.5) & (fit <= 1 + 1e-5)).all()


@settings(max_examples=25)
@given(st.lists(songs, min_size=2, max_size=12), scores)
def test_scores_on_another_scale_rank_the_same(songs, scores):
    vectors = SongVectors.of(Library.of(songs))
    target = wanted(scores)
    scaled = Target(3 * scores, target.affect, "likewise")
    assert vectors.query(scaled) == pytest.approx(vectors.query(target), abs=1e-6)


@pytest.mark.parametrize("emotion", list(Emotion))
def test_songs_are_ranked_by_the_cosine_of_scores_and_plane(emotion, song, library_of, target_for):
    library = library_of(*(song(f"{other}/1") for other in EMOTIONS))
    vectors = SongVectors.of(library)
    target = target_for(emotion)
    fit = vectors.matrix @ vectors.query(target)
    assert int(np.argmax(fit)) == EMOTIONS.index(emotion)
    assert fit.max() == pytest.approx(1, abs=1e-3)


def test_the_less_a_mood_is_known_the_less_a_song_fits(library_of):
    happy = as_scores([0, 0, 0, 1, 0, 0, 0])
    moods = [
        SongMood(happy, Affect(0.8, 0.5), Origin.TAG, trust, "genre") for trust in (1, 0.5, 0.1)
    ]
    library = library_of(*(Song(f"{n}", mood=mood) for n, mood in enumerate(moods)), "unknown")
    vectors = SongVectors.of(library)
    fit = vectors.matrix @ vectors.query(wanted(happy))
    assert fit.tolist() == sorted(fit.tolist(), reverse=True)


def test_songs_that_sound_like_typical_ones_come_first_among_equals(song, library_of):
    library = library_of(*(song(f"happy/{n}") for n in range(6)))
    library.features[:] = np.random.default_rng(0).normal(size=library.features.shape)
    library.features[5] = library.features[0]
    vectors = SongVectors.of(library)
    fit = vectors.matrix @ vectors.query(wanted(as_scores([0, 0, 0, 1, 0, 0, 0])), [0])
    assert set(np.argsort(fit)[-2:].tolist()) == {0, 5}


def test_two_hundred_genres_share_the_axes_without_looking_alike(song, library_of):
    library = library_of(*(song(f"happy/{n}", genres=(f"genre {n % 200}",)) for n in range(1000)))
    labels = SongVectors.of(library).matrix[:200, 10:24]
    labels = labels / np.linalg.norm(labels, axis=1, keepdims=True)
    assert np.abs(labels @ labels.T - np.eye(200)).mean() < 0.3
