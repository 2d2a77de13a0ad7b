"""How well a face is seen: whether it can be judged, and how far that judgement can be trusted."""

from __future__ import annotations

import cv2
import numpy as np

from edgemood.mood.evidence import Reason
from edgemood.vision.expression import SIDE
from edgemood.vision.frame import Grey

BLURRED_BELOW = 0.012
"""Sharpness under which a face is not judged. Photographs of Labeled Faces in the Wild have 0.09
(median), blurred by a Gaussian of a 24th of the face's width 0.01."""

SHARP_FROM = 0.06
"""Sharpness from which more of it makes the judgement no better."""

BRIGHT_FROM = 0.35
"""Light from which more of it makes the judgement no better: a lamp-lit room at night."""

_CONTRAST_FLOOR = 16.0
"""Least variance in grey levels²: below it a crop holds no face but a blank wall."""


def sharpness(crop: Grey) -> float:
    """Detail of a face crop at the scale on which the model sees it; 0 for a blank one.

    The variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy", ICPR 2000) over the variance of the crop, so that dim light is not taken for blur;
    smoothed before, so that sensor noise is not taken for detail.
    """
    interpolation = cv2.INTER_AREA if min(crop.shape) > SIDE else cv2.INTER_LINEAR
    seen = cv2.resize(crop, (SIDE, SIDE), interpolation=interpolation).astype(np.float32)
    detail = cv2.Laplacian(cv2.GaussianBlur(seen, (3, 3), 0), cv2.CV_32F)
    return float(detail.var() / max(float(seen.var()), _CONTRAST_FLOOR))


def obstacle(width_px: int, sharpness: float, min_face_px: int) -> Reason | None:
    """Why a face cannot be judged; None when it can."""
    if width_px < min_face_px:
        return Reason.FACE_SMALL
    if sharpness < BLURRED_BELOW:
        return Reason.FACE_BLURRED
    return None


def reliability(light: float, width_px: int, sharpness: float, min_face_px: int) -> float:
    """How far to trust the scores of a face that can be judged, in [0, 1].

    The product of what light, size and sharpness leave of it; it never falls when one of them
    rises. A face of just `min_face_px` keeps a half, one of twice that all.
    """
    lit = min(1.0, max(0.0, light) / BRIGHT_FROM)
    near = min(1.0, width_px / (2 * min_face_px))
    clear = min(1.0, max(0.0, sharpness) / SHARP_FROM)
    return lit * near * clear
