"""Faces seen worse and worse, step by step: less light, smaller, more blurred, more tilted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, softmax
from edgemood.tflite import Model
from edgemood.training.face.augment import dim
from edgemood.vision.expression import SIDE, normalise
from edgemood.vision.fitted import TRUSTED_FROM
from edgemood.vision.light import light_of_noise
from edgemood.vision.quality import grounds, obstacle, reliability, sharpness

Pictures = NDArray[np.uint8]

ELECTRONS = (1000, 500, 200, 100, 60, 40, 20, 10)
"""Caught in white; the exposure stays as it is, since a camera's gain makes up for darkness."""
WIDTHS_PX = (32, 24, 16, 12)
BLUR_SIGMAS_PX = (0.75, 1.5, 2.25, 3.0)
TILTS_DEG = (10, 20, 30)

LEAST_WIDTH_PX = 24
"""The smallest faces that config.yaml can have judged (`vision.min_face_px`)."""

EVERY = 3
"""Only every third face climbs the ladder, which leaves an accuracy uncertain by 1.5 points."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of seeing faces worse, and how much."""

    kind: str
    """`light`, `size`, `blur` or `tilt`"""
    level: float
    """electrons in white, pixels of width, pixels of the Gaussian's sigma, degrees"""
    change: Callable[[Pictures], Pictures]

    def __str__(self) -> str:
        return f"{self.level:g}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the box makes of n faces.

    `votes` and `label` are scores (n, 7), those that the box uses and those that read FER2013's
    label; `light` and `sharpness` (n,) are as the box measures them, `grounds` (n, 4) those of
    `reliability`; `judged` (n,) tells which faces the box judges at all, `trust` (n,) how reliable
    it holds the votes' scores.
    """

    votes: NDArray[np.float32]
    label: NDArray[np.float32]
    light: NDArray[np.float64]
    sharpness: NDArray[np.float64]
    grounds: NDArray[np.float64]
    judged: NDArray[np.bool_]
    trust: NDArray[np.float64]


def rungs() -> Iterator[Rung]:
    """The whole ladder, the best first of each kind."""
    for electrons in ELECTRONS:
        yield Rung("light", electrons, partial(dim, electrons=electrons))
    for width_px in WIDTHS_PX:
        yield Rung("size", width_px, partial(_small, width_px=width_px))
    for sigma_px in BLUR_SIGMAS_PX:
        yield Rung("blur", sigma_px, partial(_blurred, sigma_px=sigma_px))
    for tilt_deg in TILTS_DEG:
        yield Rung("tilt", tilt_deg, partial(_tilted, tilt_deg=tilt_deg))


def see(model: Model, pictures: Pictures) -> Seen:
    """Judge pictures, (n, h, w) uint8, as the box does, every size allowed.

    `model` gives both readings, the votes first.
    """
    votes, label = zip(*(model.readings(normalise(p)) for p in pictures), strict=True)
    scores = np.stack([softmax(logits) for logits in votes])
    width_px = pictures.shape[2]
    lights = [light_of_noise(picture) for picture in pictures]
    details = [sharpness(picture) for picture in pictures]
    seen = list(zip(lights, details, scores.max(axis=1).tolist(), strict=True))
    trust = np.array([reliability(light, width_px, detail, sure) for light, detail, sure in seen])
    obstacles = [obstacle(width_px, detail, LEAST_WIDTH_PX, light) for light, detail, _ in seen]
    return Seen(
        scores,
        np.stack([softmax(logits) for logits in label]),
        np.array(lights),
        np.array(details),
        np.array([grounds(light, width_px, detail, sure) for light, detail, sure in seen]),
        np.array([reason is None for reason in obstacles]) & (trust >= TRUSTED_FROM),
        trust,
    )


def two_readings(path: Path) -> Model:
    """The face model's file."""
    return Model(path, (SIDE, SIDE, 1), (len(EMOTIONS),))


def _small(pictures: Pictures, width_px: int) -> Pictures:
    size = (width_px, width_px)
    return np.stack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures])


def _blurred(pictures: Pictures, sigma_px: float) -> Pictures:
    return np.stack([cv2.GaussianBlur(picture, (0, 0), sigma_px) for picture in pictures])


def _tilted(pictures: Pictures, tilt_deg: float) -> Pictures:
    """Turned about the middle, to the left and to the right by turns."""
    middle = ((SIDE - 1) / 2, (SIDE - 1) / 2)
    turns = [cv2.getRotationMatrix2D(middle, sign * tilt_deg, 1.0) for sign in (1, -1)]
    return np.stack(
        [
            cv2.warpAffine(picture, turns[k % 2], (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            for k, picture in enumerate(pictures)
        ]
    )
