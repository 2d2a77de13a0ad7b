import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.library import Library
from edgemood.music.recommender.taste.item_features import Traits
from edgemood.music.recommender.vectors import SongVectors
from edgemood.music.song import Song

LIBRARY = Library.of(
    [
        Song("known", artist="Ada", genres=("Ska", "Jazz"), year=1994, id=1),
        Song("older", artist="Ada", genres=("Jazz",), year=1971, id=2),
        Song("nothing known", id=3),
    ]
)
MATRIX = SongVectors.of(LIBRARY).matrix
TRAITS = Traits.of(LIBRARY)


def rows(*songs):
    return TRAITS.of_rows(LIBRARY, MATRIX, np.array(songs, dtype=np.intp))


@given(st.integers(0, 1000))
def test_what_a_song_is_expected_to_be_liked_is_the_sum_of_its_traits(seed):
    effects = np.random.default_rng(seed).standard_normal(len(TRAITS.deviations))
    effects = (effects * TRAITS.deviations).astype(np.float32)
    for begin in (TRAITS.genre, TRAITS.artist, TRAITS.decade, TRAITS.language):
        effects[begin] = 0  # nothing is ever learned of labels that are not known
    codes, amounts = rows(0, 1, 2)
    summed = (amounts / TRAITS.deviations[codes] * effects[codes]).sum(axis=1)
    expected = MATRIX @ TRAITS.direction(effects)
    TRAITS.add_labels(effects, LIBRARY, expected)
    np.testing.assert_allclose(expected, summed, atol=1e-4)


def test_songs_of_one_artist_share_that_trait_and_a_label_that_is_unknown_counts_for_nothing():
    codes, amounts = rows(0, 1, 2)
    shared = set(codes[0][amounts[0] > 0]) & set(codes[1][amounts[1] > 0])
    assert {code for code in shared if TRAITS.artist <= code < TRAITS.decade}
    assert not amounts[2][(codes[2] > 0) & (codes[2] < TRAITS.sound)].any()
