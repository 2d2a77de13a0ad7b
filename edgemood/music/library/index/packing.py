"""How the index keeps a mood, and how the words of several sources become one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from edgemood.emotion import EMOTIONS, NO_IDEA, Affect, Emotion, affect_of, as_scores
from edgemood.music.analysis.fusion import fuse
from edgemood.music.song import Origin, SongMood

_LITTLE = 0.05
"""of a mood: what is left says nothing"""
_HARDLY = 0.1
"""reliability of a mood that is only known not to be another"""
_TOO_FAR = 1.01
"""beyond 1 and what rounding adds to it"""


def pack(mood: SongMood) -> bytes:
    """Scores, affect and reliability in 20 bytes, to about three digits."""
    return np.array([*mood.scores, *mood.affect, mood.reliability], dtype="<f2").tobytes()


def unpack(packed: bytes, origin: Origin, because: str) -> SongMood:
    """The mood that was packed. Raises ValueError or TypeError when that is none."""
    numbers = np.frombuffer(packed, dtype="<f2").astype(np.float64)
    valence, arousal, reliability = numbers[len(EMOTIONS) :].tolist()
    if not all(abs(number) < _TOO_FAR for number in (valence, arousal, reliability)):
        raise ValueError(
            f"no mood: valence {valence}, arousal {arousal}, reliability {reliability}"
        )
    scores = as_scores(numbers[: len(EMOTIONS)])
    return SongMood(scores, Affect(valence, arousal), origin, reliability, because)


def without(mood: SongMood | None, denied: Collection[Emotion]) -> SongMood | None:
    """What is left of a mood of which somebody said what it is not.

    The less of it that is, the less it is to be trusted.
    """
    kept = np.array([emotion not in denied for emotion in EMOTIONS])
    left = 0.0 if mood is None else float(mood.scores[kept].sum())
    if not denied or left > 1 - _LITTLE:
        return mood
    if not kept.any():
        return None
    scores = as_scores(
        np.where(kept, NO_IDEA if mood is None or left < _LITTLE else mood.scores, 0)
    )
    because = f"not {' and not '.join(sorted(denied))}"
    reliability = _HARDLY
    if mood is not None:
        because = f"{mood.because}, but {because}"
        reliability = max(_HARDLY, left * mood.reliability)
    # nobody gave what is left as the song's mood
    return SongMood(scores, affect_of(scores), Origin.FUSED, reliability, because)


def song_mood(owner: SongMood | None, sources: Mapping[Origin, SongMood]) -> SongMood | None:
    """The owner's word, else what the sources say together, else None."""
    if owner is not None:
        return owner
    return fuse(sources.get(Origin.TAG), sources.get(Origin.LYRICS), sources.get(Origin.SOUND))
