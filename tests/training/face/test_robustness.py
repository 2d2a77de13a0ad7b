import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.training.common.paths import MODELS
from edgemood.training.face.checkpoint import INT8
from edgemood.training.face.reliability import fit
from edgemood.training.face.robustness import rungs, see, two_readings


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    random = np.random.default_rng(0)
    rough = random.integers(0, 256, (4, 8, 8), dtype=np.uint8)
    return np.kron(rough, np.ones((6, 6), dtype=np.uint8))


def test_every_rung_leaves_pictures_that_the_model_can_judge(faces: np.ndarray):
    model = two_readings(MODELS / INT8)
    for rung in rungs():
        seen = see(model, rung.change(faces))
        np.testing.assert_allclose(seen.votes.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(seen.label.sum(axis=1), 1, atol=1e-5)
        assert seen.judged.shape == (4,)
        assert ((seen.trust >= 0) & (seen.trust <= 1)).all()


def test_the_ladder_leads_downwards():
    for kind, levels in itertools.groupby(rungs(), key=lambda rung: rung.kind):
        values = [rung.level for rung in levels]
        assert values == sorted(values, reverse=kind in {"light", "size"})


def test_the_measured_light_falls_with_the_simulated():
    face = np.tile(np.linspace(40, 220, 48).astype(np.uint8), (3, 48, 1))
    model = two_readings(MODELS / INT8)
    lights = [
        see(model, rung.change(face)).light.mean() for rung in rungs() if rung.kind == "light"
    ]
    assert lights == sorted(lights, reverse=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 4))
def test_no_ground_is_ever_held_against_a_judgement(seed: int, count: int):
    random = np.random.default_rng(seed)
    grounds = random.standard_normal((200, count))
    right = random.random(200) < 1 / (1 + np.exp(grounds[:, 0]))  # the first speaks against it
    _, weights = fit(grounds, right)
    assert (weights >= 0).all()


def test_the_fit_finds_what_made_the_data():
    random = np.random.default_rng(0)
    grounds = random.standard_normal((20000, 2))
    right = random.random(20000) < 1 / (1 + np.exp(-(0.5 + grounds @ [1.0, 2.0])))
    bias, weights = fit(grounds, right)
    np.testing.assert_allclose([bias, *weights], [0.5, 1.0, 2.0], atol=0.1)
