"""A choice in words."""

from __future__ import annotations

from collections.abc import Mapping

from edgemood.music.recommender.strategy import Target
from edgemood.music.song import Song


def fitting(song: Song, target: Target, fit: float) -> str:
    """How a song was found to fit a mood."""
    known = "its mood is not known" if song.mood is None else f"by its {song.mood.because}"
    return f"{song.name}: {target.because}; {known}; it fits {fit:.0%}"


def liked(listeners: tuple[str, ...], liking: float, deeds: float, known: float) -> str:
    """What is thought of a song, and what that rests on."""
    who = " and ".join(listeners)
    if deeds >= 0.5:
        basis = "from what became of it before"
    elif known:
        basis = "from songs like it"
    else:
        return f"what the {who} likes is not known yet" if len(listeners) == 1 else "tastes unknown"
    return f"{who} would let it play: {liking:.0%}, {basis}"


def counted(values: Mapping[str, float], weights: Mapping[str, float]) -> str:
    """Which part gave what."""
    parts = [f"{part} {values[part] * weights[part]:.2f}" for part in values if weights[part]]
    return f"{' + '.join(parts)} = {sum(values[part] * weights[part] for part in values):.2f}"
