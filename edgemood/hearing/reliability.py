"""How far to trust what the speech-emotion model says of a stretch of speech."""

from __future__ import annotations

from typing import Final

import numpy as np

DEAF_DB: Final = 0.0
CLEAR_DB: Final = 20.0
"""Speech this far above the room's noise is trusted as if there were none, at `DEAF_DB` not at all.
Chosen, not measured: the levels between which telephone speech goes from lost to easy."""


def reliability(voice: float, spoken_share: float, snr_db: float) -> float:
    """A reliability in [0, 1], growing with each of its three grounds.

    `voice`: the gate's mean probability over the judged speech, in [0, 1].
    `spoken_share`: how much of the model's window was filled with speech, in [0, 1]. Its square
    root counts: what an average of n frames says sharpens with the root of n.
    `snr_db`: how far the speech rises above the room's noise floor.
    """
    clearness = (snr_db - DEAF_DB) / (CLEAR_DB - DEAF_DB)
    factors = np.clip([voice, np.sqrt(max(spoken_share, 0.0)), clearness], 0.0, 1.0)
    return float(factors.prod())
