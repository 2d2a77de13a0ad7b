from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edgemood.config.schema import VisionConfig
from edgemood.training.face.abstention import NEARLY_NONE, RIGHT_MIN, Gate, Tried, best_gate
from edgemood.training.face.reliability import Trust, write_limits
from edgemood.training.face.robustness import LEAST_WIDTH_PX, Rung

FACES = 400
gates = st.builds(Gate, st.floats(0, 0.2), st.floats(0, 0.05), st.floats(0, 1))


def rung(seed: int, right: float, trusted: float = 0.7) -> Tried:
    """Faces of which so many are told right, the trusted ones more often than others."""
    random = np.random.default_rng(seed)
    trust = np.clip(random.normal(trusted, 0.15, FACES), 0, 1)
    chance = np.clip(right + trust - trusted, 0, 1)
    return Tried(
        random.uniform(0, 0.4, FACES),
        random.uniform(0, 0.1, FACES),
        trust,
        random.random(FACES) < chance,
        random.random(FACES) < 0.9,
        random.random(FACES) < chance - 0.1,
    )


@settings(max_examples=3, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.floats(0.6, 0.9)), min_size=1, max_size=3))
def test_what_the_best_gate_lets_through_is_right_often_enough(rows: list) -> None:
    rungs = [rung(seed, right) for seed, right in rows]
    gate = best_gate(rungs)
    for tried in rungs:
        passed = tried.passed(gate)
        if passed.mean() >= NEARLY_NONE:
            assert tried.votes_right[passed & tried.votes_known].mean() >= RIGHT_MIN
            assert tried.label_right[passed].mean() >= RIGHT_MIN


def test_where_all_is_told_right_all_are_trusted() -> None:
    sure = rung(0, 3.0)
    assert best_gate([sure, sure]).trusted_from == 0


def test_no_thresholds_help_where_nothing_is_told_right() -> None:
    wrong = rung(0, -3.0, trusted=2.0)
    with pytest.raises(ValueError, match="no thresholds"):
        best_gate([wrong])


@given(gates, gates)
def test_a_stricter_gate_never_judges_more(one: Gate, other: Gate) -> None:
    tried = rung(1, 0.6)
    strict = Gate(
        max(one.dark_below, other.dark_below),
        max(one.blurred_below, other.blurred_below),
        max(one.trusted_from, other.trusted_from),
    )
    assert (tried.passed(one) >= tried.passed(strict)).all()


def test_the_limits_are_written_as_a_module_that_says_what_was_found(tmp_path) -> None:
    ladder = {
        Rung("light", electrons, np.copy): rung(2, 0.8)
        for electrons in (1000, 500, 200, 100, 60, 40, 20, 10)
    }
    path = tmp_path / "limits.py"
    trust, gate = Trust(0.25, np.array([0.1, 0.2, 0.3, 0.4])), Gate(0.0, 0.01, 0.4)
    write_limits(path, trust, gate, ladder, np.array([-1.0] * 6 + [0.0]))
    limits: dict[str, Any] = {}
    exec(path.read_text(), limits)  # the module under test
    assert (limits["BLURRED_BELOW"], limits["TRUSTED_FROM"]) == (0.01, 0.4)
    assert (limits["BIAS"], limits["CONFIDENCE_WEIGHT"]) == (0.25, 0.4)
    assert limits["RESTING"] == (*[-1.0] * 6, 0.0)
    assert 0 < limits["CLOSES_BELOW"] < limits["OPENS_ABOVE"] < 1


def test_the_ladder_ends_with_the_smallest_faces_that_an_owner_can_ask_for() -> None:
    VisionConfig(min_face_px=LEAST_WIDTH_PX)
    with pytest.raises(ValidationError):
        VisionConfig(min_face_px=LEAST_WIDTH_PX - 1)
