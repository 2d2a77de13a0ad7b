import numpy as np
import pytest

from edgemood.music.analysis.lyrics.class_tree import Head, Heads, against_the_rest
from edgemood.music.analysis.lyrics.word_weights import WordWeights
from edgemood.training.lyrics import svm as lyrics_svm
from edgemood.training.lyrics import train as lyrics
from edgemood.training.lyrics.svm import Families, Texts

WORDS = {"happy": ["sun", "smile"], "calm": ["sea", "rest"], "angry": ["hate"], "sad": ["tears"]}
HALVING = Heads(
    tuple(WORDS),
    (
        Head(("happy", "calm"), ("angry", "sad")),
        Head(("happy",), ("calm",)),
        Head(("angry",), ("sad",)),
    ),
    halving=True,
)
SONGS = 120
BOTH = Families("both", terms=0.7, values=1.0, meanings=1.0)


def songs(seed: int) -> Texts:
    """Songs of the words of their mood and of any words."""
    draw = np.random.default_rng(seed)
    moods = draw.choice(list(WORDS), SONGS)
    all_words = ["the", "and", "night", *(word for words in WORDS.values() for word in words)]
    return Texts(
        terms=[[*draw.choice(WORDS[mood], 3), *draw.choice(all_words, 9)] for mood in moods],
        values=0.1 * draw.normal(size=(SONGS, 5)).astype(np.float32),
        moods=moods,
        artists=np.arange(SONGS).astype(str),
        undivided=np.zeros(SONGS, dtype=bool),
    )


def vectors() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(9)
    return {word: draw.normal(size=4).astype(np.float32) for word in ("sun", "sea", "moon", "the")}


@pytest.mark.parametrize("heads", [HALVING, against_the_rest(HALVING.classes)])
def test_the_box_decides_as_the_machines_that_were_trained(heads: Heads):
    texts, asked = songs(1), songs(2)
    fitted = lyrics_svm.fit(texts, heads, BOTH, vectors(), softness=1.0, least_texts=2)
    slopes, shifts = lyrics_svm.odds_scale(texts, heads, fitted.decisions(texts))
    words, arrays = lyrics_svm.weight_arrays(fitted, slopes, shifts, list(vectors()))
    weights = WordWeights(
        {word: row for row, word in enumerate(words)},
        *(
            arrays[name].astype(np.float32)
            for name in WordWeights.__dataclass_fields__
            if name != "row_of_word"
        ),
    )
    expected = fitted.decisions(asked) * slopes + shifts
    decided = np.stack(
        [weights.decisions(t, v) for t, v in zip(asked.terms, asked.values, strict=True)]
    )
    np.testing.assert_allclose(decided, expected, atol=0.01 * np.abs(expected).max())


def test_songs_of_other_words_are_told_apart():
    terms = Families("terms", terms=1.0, values=0.0, meanings=0.0)
    fitted = lyrics_svm.fit(songs(1), HALVING, terms, vectors(), softness=1.0, least_texts=2)
    asked = songs(2)
    pleasant = fitted.decisions(asked)[:, 0] > 0
    assert (pleasant == np.isin(asked.moods, ("happy", "calm"))).mean() > 0.8


@pytest.mark.parametrize(
    ("heads", "served"),
    [
        (HALVING, [True, False, False]),
        (against_the_rest(HALVING.classes), [True, False, False, True]),
    ],
)
def test_songs_of_two_moods_serve_only_the_heads_that_part_them(heads: Heads, served: list[bool]):
    texts = songs(3)
    two = np.isin(texts.moods, ("happy", "sad")) & (np.arange(SONGS) < SONGS // 2)
    texts = Texts(texts.terms, texts.values, texts.moods, texts.artists, undivided=two)
    asked = [lyrics_svm.concerned(texts, heads, number) for number in range(len(heads.heads))]
    assert [bool(two[rows].any()) for rows in asked] == served
    assert (lyrics_svm.parting(texts, heads) != 0).tolist() == served


def test_of_songs_of_two_moods_the_likelier_of_the_two_counts():
    texts = songs(5)
    two = np.isin(texts.moods, ("happy", "sad"))
    texts = Texts(texts.terms, texts.values, texts.moods, texts.artists, undivided=two)
    heads = against_the_rest(HALVING.classes)
    calm_above_all = np.array([0.0, 9.0, 0.0, 0.0])
    right = np.stack([heads.signs(mood) for mood in texts.moods]) * (heads.signs("calm") < 0)
    assert lyrics.happy_or_sad(heads, right + calm_above_all, texts) == 1
    assert lyrics.happy_or_sad(heads, calm_above_all - right, texts) == 0
