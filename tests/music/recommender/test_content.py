import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemood.music.recommender.content import cosine, profile

CHEERFUL, WILD, KEYBOARD, ABSOLUTE_MUSIC, INTERNET = np.eye(5)
BACK_WAVE, RISE, LANTERNS = (1, 1, 1, 1, 1), (0, 0, 1, 1, 1), (1, 0, 1, 1, 1)

weights = st.floats(0, 100, width=32).map(lambda weight: weight if weight > 1e-3 else 0.0)
rows = arrays(np.float32, st.tuples(st.integers(1, 8), st.just(5)), elements=weights)
directions = arrays(np.float32, 5, elements=weights).filter(np.any)


@pytest.fixture
def typical():
    """The profile of the published typical songs."""
    return profile(np.array([BACK_WAVE, RISE, LANTERNS]))


def test_the_profile_of_the_published_typical_songs(typical):
    assert typical.tolist() == [2, 1, 3, 3, 3]


@pytest.mark.parametrize(
    ("labels", "published"),
    [
        (LANTERNS, 0.972),  # what the table prints for Brass and for Rise
        (CHEERFUL + KEYBOARD + INTERNET, 0.816),  # PDD: Cheerful and two of the three threes
        (CHEERFUL + KEYBOARD, 0.625),  # Higher, All in: Cheerful and one of them
        (KEYBOARD, 0.530),  # Adventures, printed 0.531
        (WILD, 0.177),  # printed for Cheerful alone, which gives:
        (CHEERFUL, 0.354),
    ],
)
def test_the_published_table_follows_from_label_rows(typical, labels, published):
    (value,) = cosine(np.array([labels]), typical)
    assert value == pytest.approx(published, abs=5e-4)


def test_the_row_of_the_typical_song_rise_itself_gives_less_than_is_printed(typical):
    assert cosine(np.array([RISE]), typical)[0] == pytest.approx(0.919, abs=5e-4)


@given(rows, directions)
def test_every_cosine_is_one(rows, direction):
    values = cosine(rows, direction)
    assert values.shape == (len(rows),)
    assert ((values >= -1e-6) & (values <= 1 + 1e-5)).all()


@given(rows, directions, st.floats(0.01, 100))
def test_the_ranking_does_not_depend_on_scale(rows, direction, scale):
    values = cosine(rows, direction)
    assert cosine(np.float32(scale) * rows, direction) == pytest.approx(values, abs=1e-4)
    assert cosine(rows, np.float32(scale) * direction) == pytest.approx(values, abs=1e-4)


@given(rows)
def test_a_song_like_the_profile_is_first(rows):
    for row in rows[rows.any(axis=1)]:
        values = cosine(rows, row)
        assert cosine(row[None], row)[0] >= values.max() - 1e-5


def test_songs_without_labels_and_an_empty_profile_give_zero():
    assert cosine(np.zeros((2, 5)), CHEERFUL).tolist() == [0, 0]
    assert cosine(np.eye(5), profile(np.zeros((0, 5)))).tolist() == [0] * 5
