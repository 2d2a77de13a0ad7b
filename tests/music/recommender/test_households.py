"""The quick form of `make households`, which has the mean of twenty households."""

import numpy as np

from deploy.households import evening, world
from edgemood.config.schema import MusicConfig

SEEDS, SONGS = 3, 300


def test_simulated_listeners_skip_far_less_than_when_songs_are_drawn_by_lot_and_regret_falls():
    skips, regrets = {}, {}
    for choose in ("random", "hybrid"):
        config = MusicConfig(choose=choose)
        evenings = [
            evening(world(np.random.default_rng(seed)), config, SONGS, seed)
            for seed in range(SEEDS)
        ]
        skips[choose], regrets[choose] = np.mean(evenings, axis=0)
    assert skips["hybrid"][200:].mean() < 0.7 * skips["random"].mean()
    assert regrets["hybrid"][-100:].mean() < regrets["hybrid"][:100].mean()
    assert regrets["hybrid"][-100:].mean() < 0.7 * regrets["random"].mean()


def test_the_same_household_has_the_same_evening_again():
    once, again = (evening(world(np.random.default_rng(1)), MusicConfig(), 20, 1) for _ in "12")
    assert np.array_equal(once, again)
