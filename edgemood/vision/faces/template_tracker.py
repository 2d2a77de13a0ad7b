"""A glance instead of a search: who keeps still is not looked for again in every picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2

from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.faces.faces import Face, FaceDetector

SEARCH_EVERY_S = 2.0
"""Whoever comes in while others sit still is noticed after this long at the latest."""

PATCH_PX = 32
"""Width to which a face is scaled for the comparison."""

REACH = 0.25
"""How far a face may move and still be known by a glance, as a share of its width."""

ALIKE = 0.9
"""Least correlation with the face as it was found. Faces of two people cut out alike stay below,
and so does the room behind a face (`make detectors`). Whoever turns or leans falls below, too, and
is searched for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """A face as the last search found it."""

    face: Face
    look: Grey


class Glances:
    """Finds the faces that the detector behind it would find, with less work.

    A face that was found is compared with the same place of the next picture. Only when it is not
    the same, or after `SEARCH_EVERY_S`, is the whole picture searched. Comparing is always with the
    face as it was found, so that boxes cannot drift away.
    """

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self._patches: list[_Patch] = []
        self._searched_s = 0.0

    def find(self, frame: Frame, *, settled: bool) -> list[Face]:
        """The faces in a picture, the widest first. Time never runs backwards.

        `settled` tells that a glance may do: all faces of the last picture were known before, and
        none is missing. A box that was found once is thereby always searched for again.
        """
        if settled and frame.at_s - self._searched_s < SEARCH_EVERY_S:
            seen = [_seen_again(patch, frame.grey) for patch in self._patches]
            faces = [face for face in seen if face is not None]
            if len(faces) == len(self._patches):
                return faces
        found = self._detector.find(frame.grey)
        self._patches = [_Patch(face, _scaled(face.crop(frame.grey), face)) for face in found]
        self._searched_s = frame.at_s
        return found


def likeness(look: Grey, around: Grey) -> tuple[float, int, int]:
    """How well a patch fits its best place in a larger one, in [-1, 1], and where that is.

    Exposure does not matter. The place is the patch's left and upper edge in pixels of `around`.
    """
    fits = cv2.matchTemplate(around, look, cv2.TM_CCOEFF_NORMED)
    _, best, _, (left, top) = cv2.minMaxLoc(fits)
    return best, left, top


def _seen_again(patch: _Patch, grey: Grey) -> Face | None:
    """Where the face is now; None when what is there now does not look like it."""
    face = patch.face
    around = face.crop(grey, REACH)
    left, top = _edges(face)
    best, right, down = likeness(patch.look, _scaled(around, face))
    if best < ALIKE:
        return None
    scale = max(face.width, face.height) / PATCH_PX
    height, width = grey.shape
    x = min(max(0, left + round(right * scale)), width - face.width)
    y = min(max(0, top + round(down * scale)), height - face.height)
    return replace(face, x=x, y=y)


def _edges(face: Face) -> tuple[int, int]:
    """Left and upper edge of what `Face.crop` cuts out with a margin of `REACH`."""
    return (
        max(0, face.x - round(face.width * REACH)),
        max(0, face.y - round(face.height * REACH)),
    )


def _scaled(crop: Grey, face: Face) -> Grey:
    """A crop about a face, scaled so that the face's longer side has `PATCH_PX` pixels."""
    scale = PATCH_PX / max(face.width, face.height)
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small: Grey = cv2.resize(crop, size, interpolation=way)
    return small
