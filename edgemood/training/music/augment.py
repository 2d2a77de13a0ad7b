"""Other recordings of the same music: what microphones, codecs, tempo and key leave unchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from edgemood.music.analysis.audio.mel import BANDS, DEPTH_DB, SLICE_FRAMES

Floats = NDArray[np.float32]

_TEMPO = 0.12  # faster or slower by up to this share
_BANDS_UP_OR_DOWN = 3  # about a tone at 1 kHz
_TILT_DB = 8.0
_MASKED_FRAMES = 60
_MASKED_BANDS = 20
_MIX_STRENGTH = 0.3


class Studio:
    """Draws slices of pictures, each time recorded a little differently."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def slice_of(self, picture: Floats) -> Floats:
        """Five seconds from anywhere in a picture (frames, 128), in another tempo and key."""
        draw = self.generator
        pace = draw.uniform(1 - _TEMPO, 1 + _TEMPO)
        needed = int(np.ceil(SLICE_FRAMES * pace))
        start = int(draw.integers(0, max(1, len(picture) - needed)))
        frames = np.minimum((start + np.arange(SLICE_FRAMES) * pace).astype(int), len(picture) - 1)
        shift = int(draw.integers(-_BANDS_UP_OR_DOWN, _BANDS_UP_OR_DOWN + 1))
        bands = np.clip(np.arange(BANDS) - shift, 0, BANDS - 1)
        return self._recorded(picture[frames][:, bands])

    def _recorded(self, slice_: Floats) -> Floats:
        """With another equaliser, through a codec, and with parts hidden."""
        draw = self.generator
        knots = draw.normal(0.0, _TILT_DB / DEPTH_DB / 2, 5)
        curve = np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 5), knots)
        louder = slice_ + (curve + draw.normal(0.0, 0.04)).astype(np.float32)
        result: Floats = np.where(slice_ > 0, np.maximum(louder, 0), np.float32(0))
        if draw.random() < 0.3:  # a low bit rate ends at 5 to 8 kHz
            result[:, int(draw.integers(105, BANDS)) :] = 0
        if draw.random() < 0.3:  # and leaves out what is faint
            dice = draw.random(result.shape, dtype=np.float32)
            result[(result < draw.uniform(0, 0.3)) & (dice < 0.5)] = 0
        for _ in range(2):
            at, wide = int(draw.integers(SLICE_FRAMES)), int(draw.integers(_MASKED_FRAMES))
            result[at : at + wide] = 0
            at, wide = int(draw.integers(BANDS)), int(draw.integers(_MASKED_BANDS))
            result[:, at : at + wide] = 0
        return result

    def mixed(self, pictures: Tensor, *targets: Tensor) -> tuple[Tensor, ...]:
        """Every slice with a share of another one, targets likewise (mixup, Zhang et al., 2018)."""
        share = float(self.generator.beta(_MIX_STRENGTH, _MIX_STRENGTH))
        other = torch.from_numpy(self.generator.permutation(len(pictures)))
        both = (pictures, *targets)
        return tuple(torch.lerp(each[other], each, share) for each in both)


def stacked(slices: Sequence[Floats]) -> Tensor:
    """Slices as a batch (n, 1, 313, 128)."""
    return torch.from_numpy(np.stack(slices))[:, None]
