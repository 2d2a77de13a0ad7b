"""The light gate: may a face be judged at all in this light?"""

from __future__ import annotations

import math

import numpy as np

from edgemood.vision.frame import Frame, Grey

CLOSES_BELOW = 0.12
"""On the lux scale about 1 lux, a candle at one metre: the sensor's noise hides an expression."""

OPENS_ABOVE = 0.18
"""About 2 lux; a flickering television or a cloud must not open and close the gate by turns."""

BRIGHT_LUX = 500.0
"""Light 1: the lighting of offices by EN 12464-1."""

SAMPLES_PER_SIDE = 160
"""Brightness needs no more; 8K pictures must not take longer than small ones."""


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
