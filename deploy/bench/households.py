"""How well simulated listeners are served, against songs drawn by lot within the mood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deploy.bench.figure import Figure
from deploy.households import evening, world
from edgemood.config.schema import MusicConfig

SEEDS = 20
SONGS = 400
LEARNED_AFTER = 200


def measure() -> Iterator[Figure]:
    """Skips and regret; the mean of twenty households, the same for each way of choosing."""
    for choose in ("random", "hybrid"):
        skips, regrets = np.array(
            [
                evening(world(np.random.default_rng(seed)), MusicConfig(choose=choose), SONGS, seed)
                for seed in range(SEEDS)
            ]
        ).transpose(1, 0, 2)
        late = skips[:, LEARNED_AFTER:].mean()
        yield Figure(f"{choose}_skipped", late, "", f"{choose}: skips after {LEARNED_AFTER} songs")
        for part, songs in (("first", slice(100)), ("last", slice(-100, None))):
            regret = regrets[:, songs].mean()
            yield Figure(f"{choose}_regret_{part}", regret, "", f"{choose}: regret, {part} 100")
