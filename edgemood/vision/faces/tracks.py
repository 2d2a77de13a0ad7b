"""Following faces from picture to picture: whoever is found twice is there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import Scores, as_scores
from edgemood.vision.faces.faces import Face

CONFIRM_HITS = 2
"""A face must be found in this many pictures: what is seen once is a shadow more often than not."""

SAME_OVERLAP = 0.25
"""Least intersection over union of a face and the track that it continues. Half a second apart, a
head that turns or leans keeps more; one that crosses the room becomes a new track."""

LOST_AFTER_S = 1.6
LOST_AFTER_MISSES = 2
"""A track is lost when both are over: somebody looks aside for a moment, or the camera is slow."""

STEADY_S = 0.3
"""Time constant with which the box of a face that keeps its place follows what is found."""

MOVED_OVERLAP = 0.6
"""Below this intersection over union with its steadied box a face has moved, and the box goes along
at once: steadying is against trembling, and must not cut off half of somebody who moves."""

MEMORY_S = 1.0
"""Time constant of a track's mean scores: about as long as an expression lasts (Ekman, "Darwin,
deception, and facial expression", 2003: half a second to four). The fusion has a longer window."""


@dataclass(frozen=True, slots=True)
class Track:
    """A face that is followed."""

    number: int
    """counts from 1; no other track of this camera has it, however long it runs"""
    face: Face
    """where it is, steadied"""
    hits: int
    """pictures in which it was found"""
    misses: int
    """pictures since it was last found"""
    seen_s: float
    """monotonic seconds at which it was last found"""

    @property
    def confirmed(self) -> bool:
        """Whether it was found often enough to be somebody."""
        return self.hits >= CONFIRM_HITS


class Tracks:
    """The faces before one camera."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tracks: list[Track] = []

    def follow(self, faces: Sequence[Face], at_s: float) -> list[Track]:
        """The confirmed tracks that are seen in the picture of `at_s`, the widest first.

        `faces` are those found in it. Time never runs backwards.
        """
        unclaimed = dict(enumerate(faces))
        followed: dict[int, Track] = {}
        for _, index, track in _pairs(self._tracks, faces):
            if index in unclaimed and track.number not in followed:
                followed[track.number] = _found(track, unclaimed.pop(index), at_s)
        missed = (
            replace(track, misses=track.misses + 1)
            for track in self._tracks
            if track.number not in followed
        )
        fresh = [
            Track(next(self._numbers), face, hits=1, misses=0, seen_s=at_s)
            for face in unclaimed.values()
        ]
        self._tracks = [*followed.values(), *(t for t in missed if not _lost(t, at_s)), *fresh]
        seen = [track for track in self._tracks if track.confirmed and track.misses == 0]
        return sorted(seen, key=lambda track: track.face.width, reverse=True)

    @property
    def settled(self) -> bool:
        """Whether somebody is there, all are confirmed, and the last picture shows all of them."""
        return bool(self._tracks) and all(t.confirmed and t.misses == 0 for t in self._tracks)

    @property
    def numbers(self) -> frozenset[int]:
        """Those that are still followed, seen or not."""
        return frozenset(track.number for track in self._tracks)


class TrackScores:
    """What each track has said lately: the mean of its scores by reliability and age."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[NDArray[np.float64], float]] = {}

    def add(self, number: int, scores: Scores, reliability: float, at_s: float) -> Scores:
        """Take in what a track says at `at_s`; returns its mean. Time never runs backwards."""
        total, before_s = self._sums.get(number, (np.zeros(len(scores)), at_s))
        total = total * math.exp(-(at_s - before_s) / MEMORY_S) + reliability * scores
        self._sums[number] = total, at_s
        return as_scores(total) if total.sum() > 0 else scores

    def keep(self, numbers: frozenset[int]) -> None:
        """Forget all other tracks."""
        self._sums = {number: total for number, total in self._sums.items() if number in numbers}


def overlap(one: Face, other: Face) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(across, 0) * max(down, 0)
    return shared / (one.width * one.height + other.width * other.height - shared)


def _pairs(tracks: list[Track], faces: Sequence[Face]) -> list[tuple[float, int, Track]]:
    """Overlap, index of the face, track; the greatest overlap first."""
    pairs = [
        (overlap(track.face, face), index, track)
        for track in tracks
        for index, face in enumerate(faces)
    ]
    near = [pair for pair in pairs if pair[0] >= SAME_OVERLAP]
    return sorted(near, key=lambda pair: pair[0], reverse=True)


def _found(track: Track, face: Face, at_s: float) -> Track:
    if overlap(track.face, face) >= MOVED_OVERLAP:
        share = 1 - math.exp(-(at_s - track.seen_s) / STEADY_S)
        face = _between(track.face, face, share)
    return Track(track.number, face, hits=track.hits + 1, misses=0, seen_s=at_s)


def _between(old: Face, new: Face, share: float) -> Face:
    """The box that is `share` of the way from the old to the new one."""
    left, top, right, bottom = (
        round(before + share * (after - before))
        for before, after in (
            (old.x, new.x),
            (old.y, new.y),
            (old.x + old.width, new.x + new.width),
            (old.y + old.height, new.y + new.height),
        )
    )
    return Face(left, top, right - left, bottom - top)


def _lost(track: Track, at_s: float) -> bool:
    if not track.confirmed:
        return True
    return track.misses >= LOST_AFTER_MISSES and at_s - track.seen_s > LOST_AFTER_S
