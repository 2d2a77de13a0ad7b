"""From the room's mood to the mood the music should have. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edgemood.config.schema import MusicConfig
from edgemood.emotion import Affect, Emotion, Scores, affect_of, as_scores, one_hot

LIFT_SONGS = 4
"""Songs from the room's mood to the goal. Iso-principle: music first meets the listener's mood and
then leads it, step by step (Altshuler, "A psychiatrist's experience with music as a therapeutic
agent", 1948; Heiderscheit & Madson, "Use of the iso principle as a central method in mood
management", Music Therapy Perspectives 33, 2015). Four songs are about a quarter of an hour."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The mood the next song should have."""

    scores: Scores
    """over the seven emotions, shape (7,)"""
    affect: Affect
    because: str
    """half a sentence for the owner: ``the room is sad``"""


Path = tuple[Target, ...]
"""Targets of the coming songs; the last one holds for all that follow."""

UNKNOWN_ROOM: Path = (
    Target(one_hot(Emotion.NEUTRAL), Affect(0.0, 0.0), "the room's mood is not known yet"),
)


def path_for(emotion: Emotion, scores: Scores, config: MusicConfig) -> Path:
    """What to play from now on in a room of this emotion.

    `match` plays what the room feels. `lift` does so too while the room feels well; from an
    unpleasant mood it walks to the configured target.
    """
    # The decision counts as much as the scores it came from: fused scores are often so flat that
    # their mean lies near the middle of the plane, where songs of every mood are equally far.
    start = as_scores((one_hot(emotion) + scores) / 2)
    matching = Target(start, affect_of(start), f"the room is {emotion}")
    if config.strategy == "match" or matching.affect.valence >= 0:
        return (matching,)
    return (matching, *(_lifted(matching, config.target, step) for step in range(1, LIFT_SONGS)))


def _lifted(start: Target, goal: Emotion, step: int) -> Target:
    share = step / (LIFT_SONGS - 1)
    scores = as_scores((1 - share) * start.scores + share * one_hot(goal))
    because = f"{start.because}, lifting it towards {goal} (step {step} of {LIFT_SONGS - 1})"
    return Target(scores, affect_of(scores), because)
