"""How the index keeps a mood, and how the words of several sources become one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edgemood.emotion import EMOTIONS, Affect, as_scores
from edgemood.music.analysis.fusion import fuse
from edgemood.music.song import Origin, SongMood

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


def song_mood(owner: SongMood | None, sources: Mapping[Origin, SongMood]) -> SongMood | None:
    """The owner's word, else what the sources say together, else None."""
    if owner is not None:
        return owner
    return fuse(sources.get(Origin.TAG), sources.get(Origin.LYRICS), sources.get(Origin.SOUND))
