"""From the room's mood to the mood the music should have. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from edgemood.config.schema import MusicConfig
from edgemood.emotion import (
    AFFECT_OF_EMOTION,
    EMOTIONS,
    Affect,
    Emotion,
    Scores,
    affect_of,
    as_scores,
    one_hot,
)
from edgemood.strategies import Strategy

LIFT_SONGS = 4
"""Songs from the room's mood to the goal. Iso-principle: music first meets the listener's mood and
then leads it, step by step (Altshuler, "A psychiatrist's experience with music as a therapeutic
agent", 1948; Heiderscheit & Madson, "Use of the iso principle as a central method in mood
management", Music Therapy Perspectives 33, 2015). Four songs are about a quarter of an hour."""

STEADY_SHARE = 0.75
"""How much of a steady target is the owner's and not the room's: a shade, never another mood."""

_GENRE = "genre "


@dataclass(frozen=True, slots=True)
class Limits:
    """Songs that alone may come, where the library has some; empty: all."""

    playlist: str = ""
    """name of a stored playlist"""
    genre: str = ""
    most_arousal: float = 1.0
    """on the plane, from -1 to 1; a song whose mood is not known counts as more exciting"""

    def calmer_than(self, arousal: float) -> Limits:
        """These limits, and at most this arousal."""
        return replace(self, most_arousal=min(self.most_arousal, arousal))


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The mood the next song should have."""

    scores: Scores
    """over the seven emotions, shape (7,)"""
    affect: Affect
    because: str
    """half a sentence for the owner: ``the room is sad``"""
    room: Emotion = Emotion.NEUTRAL
    """the mood of the room, by which taste is remembered; neutral while it is unknown"""
    limits: Limits = NO_LIMITS
    known: bool = True
    """whether the mood is worth repeating a song for: not while it is a mere assumption"""


Path = tuple[Target, ...]
"""Targets of the coming songs; the last one holds for all that follow."""

UNKNOWN_ROOM: Path = (
    Target(
        one_hot(Emotion.NEUTRAL),
        Affect(0.0, 0.0),
        "the room's mood is not known yet",
        known=False,
    ),
)


def path_for(
    emotion: Emotion, scores: Scores, config: MusicConfig, unanswered: Collection[str] = ()
) -> Path:
    """What to play from now on in a room of this emotion.

    `match`, the default, plays what the room feels: it claims no more than to have noticed.
    `lift` does so too while the room feels well; from an unpleasant mood it walks to the
    configured target. `steady` stays near that target, shaded by the room, for those who want
    their music even. `table` plays what the owner, or one of the papers, wrote down for a mood;
    for entries that are `unanswered`, because they name nothing that is there, it is `match`.
    """
    # The decision counts as much as the scores it came from: fused scores are often so flat that
    # their mean lies near the middle of the plane, where songs of every mood are equally far.
    start = as_scores((one_hot(emotion) + scores) / 2)
    matching = Target(start, affect_of(start), f"the room is {emotion}", emotion)
    match config.strategy:
        case Strategy.MATCH:
            return (matching,)
        case Strategy.TABLE:
            return (_looked_up(matching, config, unanswered),)
        case Strategy.STEADY:
            because = f"{matching.because}, the music stays near {config.target}"
            return (_towards(matching, config.target, STEADY_SHARE, because),)
        case Strategy.LIFT:
            steps = range(1, LIFT_SONGS) if matching.affect.valence < 0 else ()
            return (matching, *(_lifted(matching, config.target, step) for step in steps))


def _lifted(start: Target, goal: Emotion, step: int) -> Target:
    because = f"{start.because}, lifting it towards {goal} (step {step} of {LIFT_SONGS - 1})"
    return _towards(start, goal, step / (LIFT_SONGS - 1), because)


def _towards(start: Target, goal: Emotion, share: float, because: str) -> Target:
    scores = as_scores((1 - share) * start.scores + share * one_hot(goal))
    return replace(start, scores=scores, affect=affect_of(scores), because=because)


def _looked_up(matching: Target, config: MusicConfig, unanswered: Collection[str]) -> Target:
    """What the table says. A genre or playlist for an unpleasant mood is to raise it."""
    entry: str = getattr(config.table, matching.room)
    because = f"{matching.because}, the table says {entry}"
    if entry in unanswered:
        return replace(matching, because=f"{because}, which nothing answers to")
    if entry.casefold() in EMOTIONS:
        return replace(_certain(matching, Emotion(entry.casefold())), because=because)
    unpleasant = AFFECT_OF_EMOTION[matching.room].valence < 0
    target = _certain(matching, config.target) if unpleasant else matching
    genre = genre_in(entry)
    limits = Limits(genre=genre) if genre else Limits(playlist=entry)
    return replace(target, because=because, limits=limits)


def genre_in(entry: str) -> str:
    """The genre that an entry of the table names; empty when it names none."""
    return entry[len(_GENRE) :].strip() if entry.casefold().startswith(_GENRE) else ""


def _certain(target: Target, emotion: Emotion) -> Target:
    return replace(target, scores=one_hot(emotion), affect=AFFECT_OF_EMOTION[emotion])
