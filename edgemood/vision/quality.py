"""How well a face is seen: whether it can be judged, and how far that judgement can be trusted.

The limits and weights are those that `make face-reliability` finds with the model at hand on
FER2013's PublicTest darkened, made small and blurred by known amounts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from edgemood.records import Reason
from edgemood.vision.cameras.frame import Grey
from edgemood.vision.expression import SIDE, at_model_size
from edgemood.vision.fitted import (
    BIAS,
    BLURRED_BELOW,
    CONFIDENCE_WEIGHT,
    FACE_DARK_BELOW,
    LIGHT_WEIGHT,
    SHARPNESS_WEIGHT,
    WIDTH_WEIGHT,
)
from edgemood.vision.light import light_of_noise

SHARP_FROM = 0.06
"""Sharpness from which more of it makes the judgement no better."""

BRIGHT_FROM = 0.35
"""Light from which more of it makes the judgement no better."""

_LEAST = 1e-3  # of every ground, whose logarithm counts
_CONTRAST_FLOOR = 16.0
"""Least variance in grey levels²: below it a crop holds no face but a blank wall."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One face in one frame, and how well it is seen."""

    pixels: Grey
    """as the models see it, (48, 48) uint8: the only resized copy"""
    width_px: int
    """in the picture"""
    light: float
    """on the face, in [0, 1]"""
    sharpness: float


def look_at(crop: Grey, width_px: int, light: float) -> Look:
    """Look at a grey face crop, (height, width) uint8, in a picture of so much light."""
    pixels = at_model_size(crop)
    enlarged = min(crop.shape) <= SIDE
    on_face = min(light, light_of_noise(crop if enlarged else pixels))
    return Look(pixels, width_px, on_face, sharpness(pixels))


def sharpness(crop: Grey) -> float:
    """Detail of a face crop at the scale on which the model sees it; 0 for a blank one.

    The variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy", ICPR 2000) over the variance of the crop, so that dim light is not taken for blur;
    smoothed before, so that sensor noise is not taken for detail.
    """
    seen = at_model_size(crop).astype(np.float32)
    detail = cv2.Laplacian(cv2.GaussianBlur(seen, (3, 3), 0), cv2.CV_32F)
    return float(detail.var() / max(float(seen.var()), _CONTRAST_FLOOR))


def obstacle(
    width_px: int, sharpness: float, min_face_px: int, light: float = 1.0
) -> Reason | None:
    """Why a face cannot be judged; None when it can. `light` is that on the face."""
    if width_px < min_face_px:
        return Reason.FACE_SMALL
    if light < FACE_DARK_BELOW:
        return Reason.DARK
    if sharpness < BLURRED_BELOW:
        return Reason.FACE_BLURRED
    return None


def grounds(light: float, width_px: float, sharpness: float, confidence: float) -> list[float]:
    """What speaks for a judgement, each as a logarithm that rises with its ground.

    Light, width and sharpness each up to where more makes the judgement no better; the confidence
    as its log-odds.
    """
    sure = min(max(confidence, _LEAST), 1 - _LEAST)
    return [
        math.log(min(1.0, max(light / BRIGHT_FROM, _LEAST))),
        math.log(min(1.0, width_px / SIDE)),
        math.log(min(1.0, max(sharpness / SHARP_FROM, _LEAST))),
        math.log(sure / (1 - sure)),
    ]


def reliability(light: float, width_px: int, sharpness: float, confidence: float) -> float:
    """The chance that the judgement of a face is right, in [0, 1].

    `light` is that on the face, `confidence` the model's own greatest score. It never falls when
    one of the four rises.
    """
    weights = (LIGHT_WEIGHT, WIDTH_WEIGHT, SHARPNESS_WEIGHT, CONFIDENCE_WEIGHT)
    values = grounds(light, width_px, sharpness, confidence)
    log_odds = BIAS + sum(w * value for w, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-log_odds))
