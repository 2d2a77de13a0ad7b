"""Trying and relying: Thompson sampling over Beta posteriors, and a little outright curiosity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 0.15
"""songs this much below the best take turns with it"""
HALVED_AFTER = 100.0
"""deeds after which curiosity is half of what it was"""

_BEST, _OTHERS = 4, 4
"""Songs that are compared: the best ones, and some that are nearly as good. More would mean less:
the luckiest of a thousand unknown songs always seems better than a song known to be liked."""
_LOT = 1e-4
"""decides between songs that are equally good"""

_SURENESS = 40.0
"""Deeds that an expectation from similar songs is worth when lots are drawn. More than for learning
(`taste.PRIOR_STRENGTH`): the best of eight draws is already an optimist."""

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


def near_the_best(fit: Floats, allowed: Rows) -> Rows:
    """The allowed rows whose fit, of (n,), is within `TOLERANCE` of the best of them."""
    fits = fit[allowed]
    near: Rows = allowed[fits >= fits.max() - TOLERANCE]
    return near


def shortlist(fit: Floats, near: Rows, rng: np.random.Generator) -> Rows:
    """A few of the rows: the best ones, and others by lot."""
    if len(near) <= _BEST + _OTHERS:
        return near
    drawn = fit[near] + _LOT * rng.random(len(near), dtype=np.float32)
    best = near[np.argpartition(-drawn, _BEST)[:_BEST]]
    return np.union1d(best, rng.choice(near, _OTHERS, replace=False, shuffle=False))


def sampled(liking: Floats, deeds: Floats, rng: np.random.Generator) -> Floats:
    """One draw from the posterior of each liking, (k,): wide where few deeds are known."""
    strength = _SURENESS + deeds
    draws: Floats = rng.beta(liking * strength, (1 - liking) * strength).astype(np.float32)
    return draws


def is_curious(explore: float, deeds: float, rng: np.random.Generator) -> bool:
    """Whether to try a song nobody has judged; rarer the more is known."""
    return bool(rng.random() < explore * HALVED_AFTER / (HALVED_AFTER + deeds))
