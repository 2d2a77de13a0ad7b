"""Which song fits best. Pure: the same arguments and state of the generator, the same song."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import NO_IDEA
from edgemood.music.library import Library
from edgemood.music.song import Song
from edgemood.music.strategy import Target

ARTIST_SPACING = 3
"""songs between two of the same artist, where the library allows"""

_REACH = 0.6
"""distance on the plane at which a song is a poor match: from neutral to any emotion"""
_TOLERANCE = 0.15
"""songs this much below the best fit still take turns with it"""
_UNKNOWN_WEIGHT = 0.6
"""what the fit of a song counts whose mood is a mere assumption"""


@dataclass(frozen=True, slots=True)
class Past:
    """What must not come again yet."""

    now_s: float
    no_repeat_s: float
    heard_s: Mapping[str, float] = field(default_factory=dict)
    """when a file last began to play, in monotonic seconds"""
    waiting: Collection[str] = ()
    """files that play or wait in the queue"""
    artists: Collection[int] = ()
    """the library's numbers of the artists of the songs next to the one to choose"""


@dataclass(frozen=True, slots=True)
class Choice:
    """A song and the reason for it."""

    song: Song
    fit: float
    """in [0, 1]"""
    why: str
    """one sentence for the owner"""


def fits(library: Library, target: Target) -> NDArray[np.float32]:
    """How well each song fits, shape (n,), in [0, 1].

    Half is nearness on the valence–arousal plane, half the cosine between the scores; a song whose
    mood is hardly known counts less, and as one near the middle.
    """
    known = library.reliability.astype(np.float32)
    affect = known[:, None] * library.affect
    scores = NO_IDEA + known[:, None] * (library.scores - NO_IDEA)
    distance = np.hypot(*(affect - np.array(target.affect, dtype=np.float32)).T)
    nearness = np.exp(-0.5 * (distance / _REACH) ** 2)
    lengths = np.linalg.norm(scores, axis=1) * np.linalg.norm(target.scores)
    cosine = scores @ target.scores / lengths
    trust = _UNKNOWN_WEIGHT + (1 - _UNKNOWN_WEIGHT) * known
    fit: NDArray[np.float32] = (trust * (nearness + cosine) / 2).astype(np.float32)
    return fit


def choose(library: Library, target: Target, past: Past, rng: np.random.Generator) -> Choice | None:
    """One of the best fitting songs that may come now; None when the library is empty.

    Where the library is too small for every rule, the artist's spacing goes first, then the
    pause before a repetition, longest unheard first, and last the rule that a song waits only
    once: rather the same song again than silence.
    """
    if not len(library):
        return None
    fit = fits(library, target)
    allowed, longest_unheard = _allowed(library, past)
    if longest_unheard:
        heard_s = _heard_s(library, past)[allowed]
        allowed = allowed[heard_s == heard_s.min()]
    best = allowed[fit[allowed] >= fit[allowed].max() - _TOLERANCE]
    row = int(rng.choice(best, p=fit[best] / fit[best].sum(dtype=np.float64)))
    song = library.song(row)
    return Choice(song, float(fit[row]), _why(song, target, float(fit[row])))


def _allowed(library: Library, past: Past) -> tuple[NDArray[np.intp], bool]:
    """Rows that may come now, and whether all of them were heard too recently."""
    recent = [file for file, at_s in past.heard_s.items() if past.now_s - at_s < past.no_repeat_s]
    everything = np.ones(len(library), dtype=bool)
    absent, fresh, spaced = everything.copy(), everything.copy(), everything.copy()
    absent[library.rows(past.waiting)] = False
    fresh[library.rows(recent)] = False
    spaced[np.isin(library.artist, [artist for artist in past.artists if artist])] = False
    for rule, all_recent in (
        (absent & fresh & spaced, False),
        (absent & fresh, False),
        (absent, True),
        (everything, True),
    ):
        rows = np.flatnonzero(rule)
        if rows.size:
            return rows, all_recent
    raise AssertionError("a library with songs allows one")


def _heard_s(library: Library, past: Past) -> NDArray[np.float64]:
    """When each song was last heard, shape (n,); never: minus infinity."""
    heard_s = np.full(len(library), -np.inf)
    for file, at_s in past.heard_s.items():
        heard_s[library.rows([file])] = at_s
    return heard_s


def _why(song: Song, target: Target, fit: float) -> str:
    known = "its mood is not known" if song.mood is None else f"by its {song.mood.because}"
    return f"{song.name}: {target.because}; {known}; it fits {fit:.0%}"
