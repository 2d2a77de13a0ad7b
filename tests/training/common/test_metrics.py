import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemood.training.common import metrics

SCORES = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]], dtype=np.float32)
LABELS = np.array([0, 1, 1, -1])

logits = arrays(np.float32, (30, 7), elements=st.floats(-5, 5, width=32))
labels = arrays(np.int64, 30, elements=st.integers(0, 6))


def test_samples_without_a_known_label_do_not_count():
    assert metrics.accuracy(SCORES, LABELS) == pytest.approx(2 / 3)
    assert metrics.confusion(SCORES, LABELS).tolist() == [[1, 0], [1, 1]]


def test_figures_without_any_known_label_are_refused():
    with pytest.raises(ValueError, match="known label"):
        metrics.accuracy(SCORES, np.full(4, -1))


def test_a_class_without_samples_has_no_recall():
    recalls = metrics.recalls(SCORES, np.array([0, 0, 0, 0]))
    assert recalls[0] == 0.5
    assert np.isnan(recalls[1])


@given(logits, labels)
def test_accuracy_is_the_mean_of_recalls_weighted_by_class(scores, truth):
    counts = np.bincount(truth, minlength=7)
    recalls = np.nan_to_num(metrics.recalls(scores, truth))
    assert metrics.accuracy(scores, truth) == pytest.approx((recalls * counts).sum() / 30)


@given(logits, labels)
def test_the_calibration_error_is_a_share(scores, truth):
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert 0 <= metrics.calibration_error(shares, truth) <= 1


def test_certain_and_right_is_perfectly_calibrated():
    assert metrics.calibration_error(np.eye(7, dtype=np.float32), np.arange(7)) == 0


def test_certain_and_wrong_is_not_calibrated_at_all():
    assert metrics.calibration_error(np.eye(7, dtype=np.float32), (np.arange(7) + 1) % 7) == 1


@given(logits, labels)
def test_the_coverage_curve_ends_at_the_accuracy(scores, truth):
    curve = metrics.coverage_curve(scores, truth)
    assert curve[-1] == pytest.approx(metrics.accuracy(scores, truth))


def test_the_coverage_curve_begins_with_the_most_confident():
    assert metrics.coverage_curve(SCORES, LABELS).tolist() == pytest.approx([1, 1, 2 / 3])
