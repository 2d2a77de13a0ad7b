"""Which way up the camera hangs: faces are only found in pictures that stand upright."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, Protocol

import cv2
import numpy as np

from edgemood.records import FaceEvidence, Reason
from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.faces.faces import Face

Rotation = Literal["auto", "0", "90", "180", "270"]

SURE_LOGIT = 1.5
"""A face that the detector is so sure of stands upright. Of 100 photographs of Labeled Faces in the
Wild, 70 to 180 pixels wide in 640×480, a face was found in 92 % upright, half of those 130 pixels
wide with more than this; turned by 90°, 180° or 270° in 8 %, of which one in seventy had more."""

BELIEVED_LOGIT = 3.0
"""How much surer looks must be of faces another way up, all together, before that is believed."""

SIGHTINGS = 3
"""The least number of looks that it takes."""

UNPROVEN_EVERY_S = 2.0
"""How often another way up is tried in an empty room, until a face was judged. Each try costs one
search, and there are three other ways."""

PROVEN_EVERY_S = 30.0
"""How often it is tried once a face was judged: cameras are hung up again, but seldom."""

FORGOTTEN_AFTER_S = 10.0
"""Sightings that are further apart than this have nothing to do with each other."""

_TURNS: dict[int, Callable[[Grey], Grey]] = {
    0: lambda grey: grey,
    90: lambda grey: _rotated(grey, cv2.ROTATE_90_CLOCKWISE),
    180: lambda grey: _rotated(grey, cv2.ROTATE_180),
    270: lambda grey: _rotated(grey, cv2.ROTATE_90_COUNTERCLOCKWISE),
}

log = logging.getLogger(__name__)


class SureDetector(Protocol):
    """A face detector that tells how sure it is."""

    def find_sure(self, grey: Grey) -> dict[Face, float]:
        """The faces and how sure the detector is of each, as a logit."""
        ...


class Orientation:
    """Turns a camera's pictures upright, and notices when faces are only found another way up.

    With the rotation ``auto`` it then turns the pictures that way; with one that the owner chose,
    it only says so. A lone face that lies on a sofa turns pictures, too, until somebody who sits
    upright is in view.
    """

    def __init__(self, rotation: Rotation, detector: SureDetector) -> None:
        self._chosen = rotation != "auto"
        self._degrees = 0 if rotation == "auto" else int(rotation)
        self._detector = detector
        self._proven = False
        self._tried_s = float("-inf")
        self._next = 0
        self._suspect: int | None = None
        self._sightings: list[float] = []
        self._sighted_s = float("-inf")
        self._found_at: int | None = None

    @property
    def degrees(self) -> int:
        """How far pictures are turned clockwise now: 0, 90, 180 or 270."""
        return self._degrees

    @property
    def remark(self) -> str:
        """What an owner should know of how the camera hangs; empty when there is nothing."""
        if self._found_at is not None:
            return (
                f"faces are only found with the picture turned by {self._found_at}°: "
                f"set camera.rotation: {self._found_at} in config.yaml, or auto"
            )
        if self._degrees and not self._chosen:
            return f"the picture is turned by {self._degrees}°: faces are only found that way up"
        return ""

    def upright(self, frame: Frame) -> Frame:
        """The frame, its picture turned upright."""
        return replace(frame, grey=_TURNS[self._degrees](frame.grey)) if self._degrees else frame

    def check(self, frame: Frame, evidence: Sequence[FaceEvidence]) -> bool:
        """Look, every now and then, for faces another way up; whether pictures turn from now on.

        `frame` is an upright one and `evidence` what was said of it.
        """
        if any(each.reason is Reason.DARK for each in evidence) or not self._is_due(frame.at_s):
            return False
        self._tried_s = frame.at_s
        degrees = self._candidate(frame.at_s)
        other = self._sureness(_TURNS[(degrees - self._degrees) % 360](frame.grey))
        found = any(each.faces for each in evidence)
        here = self._sureness(frame.grey) if found else 0.0
        if here >= SURE_LOGIT:
            self._proven = True
        if here > other:
            self._suspect, self._found_at = None, None
        if other <= here:
            return False
        if self._suspect != degrees:
            self._suspect, self._sightings = degrees, []
        self._sightings.append(other - here)
        self._sighted_s = frame.at_s
        enough = sum(self._sightings) >= BELIEVED_LOGIT and len(self._sightings) >= SIGHTINGS
        return enough and self._believe(degrees)

    def _is_due(self, at_s: float) -> bool:
        if self._suspect is not None and at_s - self._sighted_s < FORGOTTEN_AFTER_S:
            return True
        every_s = PROVEN_EVERY_S if self._proven else UNPROVEN_EVERY_S
        return at_s - self._tried_s >= every_s

    def _candidate(self, at_s: float) -> int:
        """The way up to try: that of the last sighting, else each of the others in turn."""
        if self._suspect is not None and at_s - self._sighted_s < FORGOTTEN_AFTER_S:
            return self._suspect
        self._suspect = None
        others = [self._degrees + turn for turn in (180, 90, 270)]
        self._next = (self._next + 1) % len(others)
        return others[self._next - 1] % 360

    def _sureness(self, grey: Grey) -> float:
        """Of the surest face in a picture, as a logit; 0 when there is none."""
        return max([0.0, *self._detector.find_sure(grey).values()])

    def _believe(self, degrees: int) -> bool:
        self._suspect, self._proven = None, False
        if self._chosen:
            self._found_at = degrees
            return False
        self._degrees = degrees
        log.warning("faces are found with the picture turned by %d°: it is from now on", degrees)
        return True


def _rotated(grey: Grey, code: int) -> Grey:
    return np.asarray(cv2.rotate(grey, code))
