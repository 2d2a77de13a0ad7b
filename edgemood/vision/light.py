"""The light gate: may a face be judged at all in this light?

All light is on one scale from 0 to 1, logarithmic in lux: the camera's lux, where it tells it; the
picture's brightness; and the noise on a face, which auto-exposure cannot hide.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.expression import CONTRAST_FLOOR, SIDE, at_model_size
from edgemood.vision.fitted import CLOSES_BELOW, OPENS_ABOVE

BRIGHT_LUX = 500.0
"""Light 1: the lighting of offices by EN 12464-1."""

SAMPLES_PER_SIDE = 160
"""Brightness needs no more; 8K pictures must not take longer than small ones."""


ELECTRONS_PER_LUX = 100.0
"""What a pixel of a small camera catches in white in the light of 1 lux: 3 µm behind f/2 for a
thirtieth of a second, half of the photons (about 10,000 for 1 lux on 1 µm² in a second) counted."""

_NOISE_OF_ONE_ELECTRON = 2.7
"""Noise over contrast of a face times the root of the electrons in white; measured on simulated
faces by `python -m edgemood.training.face.reliability`."""

_NOISE_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32) / 6
"""Blind to slopes and curves, of unit gain for noise (Immerkær, "Fast noise variance estimation",
CVIU 1996)."""

_MEDIAN_OF_NORMAL = 0.6745  # of its absolute value, in deviations


class LightGate:
    """Tells how much light there is, and remembers whether it was enough.

    One gate belongs to one opened camera.
    """

    def __init__(self) -> None:
        self._open = False
        self._first_lux: float | None = None
        self._lux_changes = False

    @property
    def is_open(self) -> bool:
        """Whether faces may be judged in the light of the last frame."""
        return self._open

    def measure(self, frame: Frame) -> float:
        """The light of a frame in [0, 1]; opens or closes the gate by it.

        It is the lesser of what the pixels show and what the camera's lux estimate says: in the
        dark, auto-exposure lifts the pixels together with the noise.
        """
        light = light_of_pixels(frame.grey)
        lux = self._believed(frame.lux)
        if lux is not None:
            light = min(light, light_of_lux(lux))
        self._open = light >= (CLOSES_BELOW if self._open else OPENS_ABOVE)
        return light

    def _believed(self, lux: float | None) -> float | None:
        """Some camera stacks say 400.0 for ever; lux is believed once it has changed."""
        if lux is None or not math.isfinite(lux):
            return None
        if self._first_lux is None:
            self._first_lux = lux
        self._lux_changes |= lux != self._first_lux
        return lux if self._lux_changes else None


def light_of_pixels(grey: Grey) -> float:
    """Brightness of a picture in [0, 1]: halfway between its mean and its brightest tenth.

    The mean alone calls a lit face before a dark wall dark; the bright part alone calls a dark
    room with a lamp in view bright.
    """
    if not grey.size:
        return 0.0
    rows, columns = (max(1, math.ceil(side / SAMPLES_PER_SIDE)) for side in grey.shape)
    sample = grey[::rows, ::columns]
    return float(sample.mean() + np.percentile(sample, 90)) / 510


def light_of_lux(lux: float) -> float:
    """Lux on a scale from 0 (none) to 1 (`BRIGHT_LUX` and above), logarithmic as eyes are."""
    return min(1.0, math.log1p(max(lux, 0.0)) / math.log1p(BRIGHT_LUX))


def light_of_noise(crop: Grey) -> float:
    """The light on a face in [0, 1] by the noise that darkness leaves in it.

    The noise of a small sensor grows as light dwindles, and gain lifts it with the picture. It is
    measured where the model looks: the pixels of a near face are averaged first, as they are for
    the model, those of a far one are not, since enlarging would hide their noise.
    """
    seen = (at_model_size(crop) if min(crop.shape) > SIDE else crop).astype(np.float32)
    residue = cv2.filter2D(seen, cv2.CV_32F, _NOISE_MASK)[1:-1, 1:-1]
    deviation = float(np.median(np.abs(residue))) / _MEDIAN_OF_NORMAL if residue.size else 0.0
    if deviation == 0:
        return 1.0
    contrast = max(float(seen.std()), CONTRAST_FLOOR)
    return light_of_electrons((_NOISE_OF_ONE_ELECTRON * contrast / deviation) ** 2)


def light_of_electrons(electrons: float) -> float:
    """The light in [0, 1] in which a small camera's pixel catches so many electrons in white."""
    return light_of_lux(electrons / ELECTRONS_PER_LUX)
