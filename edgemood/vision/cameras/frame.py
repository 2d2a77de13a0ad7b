"""What a camera gives: one grey picture, and what the camera knows about its light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""A grey picture: (height, width) uint8, 0 black to 255 white, at least 1×1."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and its metadata. It lives in the memory of this process and nowhere else."""

    at_s: float
    """monotonic seconds at which it was taken"""
    grey: Grey
    lux: float | None = None
    """the camera's estimate of the room's light; None when it makes none"""
    gain: float | None = None
    """analogue gain of the sensor, from 1; None when unknown"""
    exposure_s: float | None = None
    """how long the sensor collected light; None when unknown"""
