"""What tags, lyrics and sound say together."""

from __future__ import annotations

from typing import Final

import numpy as np

from edgemood.emotion import Affect, as_scores
from edgemood.music.song import Origin, SongMood

_LEAST_SCORE: Final = 0.02
"""No source is so sure that another could not be right."""


def fuse(tag: SongMood | None, lyrics: SongMood | None, sound: SongMood | None) -> SongMood | None:
    """One mood from those that speak; None when nobody does.

    The scores are multiplied, as those of independent witnesses are (a product of experts), each
    raised to its reliability beside the most reliable one's: that one counts in full, and a source
    hardly worth trusting changes hardly anything. Valence and arousal are the mean, weighted by
    reliability. Where sources agree the result is surer than each, where they contradict each
    other it is less sure.
    """
    speaking = [mood for mood in (tag, lyrics, sound) if mood is not None and mood.reliability > 0]
    if not speaking:
        return next((mood for mood in (tag, lyrics, sound) if mood is not None), None)
    if len(speaking) == 1:
        return speaking[0]
    trust = np.array([mood.reliability for mood in speaking])
    evidence = sum(
        share * np.log(np.maximum(mood.scores, _LEAST_SCORE))
        for share, mood in zip(trust / trust.max(), speaking, strict=True)
    )
    scores = as_scores(np.exp(evidence))
    valence, arousal = np.average([mood.affect for mood in speaking], axis=0, weights=trust)
    return SongMood(
        scores,
        Affect(float(valence), float(arousal)),
        Origin.FUSED,
        _reliability(speaking),
        " + ".join(mood.because for mood in speaking),
    )


def _reliability(speaking: list[SongMood]) -> float:
    """That not all are wrong, less the share in which their scores overlap too little."""
    wrong = float(np.prod([1.0 - mood.reliability for mood in speaking]))
    trust = np.array([mood.reliability for mood in speaking])
    mean = np.average([mood.scores for mood in speaking], axis=0, weights=trust)
    apart = [0.5 * np.abs(mood.scores - mean).sum() for mood in speaking]
    discord = float(np.average(apart, weights=trust))
    return (1.0 - wrong) * (1.0 - discord)
