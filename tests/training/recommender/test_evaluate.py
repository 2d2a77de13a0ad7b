import numpy as np
import pytest

from edgemood.training.recommender.evaluate import Figures, judged


def test_a_perfect_ranking_has_perfect_figures():
    right = np.array([True] * 3 + [False] * 7)
    assert judged(np.arange(10, 0, -1), right, shown=3) == Figures(1.0, 1.0, 1.0, 1.0)


def test_figures_worked_out_by_hand():
    right = np.array([True, False, True, True])
    figures = judged(np.array([4.0, 3.0, 2.0, 1.0]), right, shown=3)
    assert figures.precision == figures.recall == figures.f1 == pytest.approx(2 / 3)
    assert figures.ndcg == pytest.approx((1 + 0.5) / (1 + 1 / np.log2(3) + 0.5))


def test_a_ranking_that_finds_nothing_has_zeros():
    right = np.array([False] * 5 + [True])
    assert judged(np.arange(6, 0, -1), right, shown=3) == Figures(0, 0, 0, 0)
