"""How far to trust what the speech-emotion model says of a stretch of speech."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.hearing.fitted import BEST, BIAS, WEIGHTS

CLEAR_DB: Final = 30.0
"""Speech that rises further than this above the room's noise floor is no clearer."""

_GUESSING: Final = 1.0 / len(EMOTIONS)


def reliability(
    voice: float, spoken_share: float, snr_db: float, leak: float = 0.0, confidence: float = 1.0
) -> float:
    """A reliability in [0, 1] that never falls with better grounds.

    `voice`: the gate's mean probability over the judged speech, in [0, 1].
    `spoken_share`: how much of the model's window was filled with speech, in [0, 1].
    `snr_db`: how far the speech rises above the room's noise floor.
    `leak`: how much of what the microphone heard was the box's own music, in [0, 1].
    `confidence`: the highest of the model's scores, in [0, 1].

    It is the chance that the model names the right emotion, from 0 for no better than guessing to
    1 for as good as it gets. The gate's probability and the clearness add nothing to what the
    model's own confidence tells once the gate is open; nor would the box's own music, which is
    given the least weight it may have.
    """
    logit = BIAS + float(np.dot(WEIGHTS, grounds(voice, spoken_share, snr_db, leak, confidence)))
    chance_right = 1.0 / (1.0 + math.exp(-logit))
    return min(1.0, max(0.0, (chance_right - _GUESSING) / (BEST - _GUESSING)))


def grounds(
    voice: float, spoken_share: float, snr_db: float, leak: float, confidence: float
) -> NDArray[np.float64]:
    """The five grounds, each from 0, the worst, to 1: voice, length, clearness, own music, score.

    Of the length the square root counts: what an average of n frames says sharpens with it.
    """
    length = math.sqrt(max(spoken_share, 0.0))
    known = np.array([voice, length, snr_db / CLEAR_DB, 1.0 - leak, confidence])
    limited: NDArray[np.float64] = np.clip(known, 0.0, 1.0)
    return limited
