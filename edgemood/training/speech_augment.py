"""Log-mel pictures as other voices, rooms, microphones and codecs would have made them.

Everything works on batches (n, frames, 64) float32 in dB, on what the box's front end gave; the
power of a sum of sounds is taken as the sum of their powers.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from edgemood.hearing.mel import BAND_CENTRES_HZ, BANDS, FLOOR_DB

_SMEAR_FRAMES = 64
_BAND_HZ = torch.as_tensor(BAND_CENTRES_HZ, dtype=torch.float32)


class Augmenter:
    """Random changes, drawn anew for every picture of a batch."""

    def __init__(self, seed: int) -> None:
        self._draw = torch.Generator().manual_seed(seed)

    def uniform(self, count: int, low: float, high: float) -> Tensor:
        """`count` numbers between `low` and `high`."""
        return low + (high - low) * torch.rand(count, generator=self._draw)

    def chance(self, count: int, probability: float) -> Tensor:
        """`count` booleans, each true with the probability."""
        return torch.rand(count, generator=self._draw) < probability

    def other_throat(self, mel: Tensor, widest: float = 0.14) -> Tensor:
        """Stretch the frequency axis: longer and shorter vocal tracts, higher and lower voices."""
        count = len(mel)
        stretch = 1.0 + self.uniform(count, -widest, widest)
        wanted_hz = (stretch[:, None] * _BAND_HZ).numpy()
        source = torch.as_tensor(np.interp(wanted_hz, BAND_CENTRES_HZ, np.arange(BANDS)))
        below = source.floor().long().clamp(max=BANDS - 2)
        part = (source - below)[:, None].float()
        shape = (count, mel.shape[1], BANDS)
        low = mel.gather(2, below[:, None].expand(shape))
        high = mel.gather(2, (below + 1)[:, None].expand(shape))
        return low + part * (high - low)

    def add(self, mel: Tensor, other: Tensor, snr_db: Tensor) -> Tensor:
        """Put `other` under each picture, at a ratio of their mean powers."""
        gain_db = loudness_db(mel) - loudness_db(other) - snr_db
        return power_sum(mel, other + gain_db[:, None, None])

    def room(self, mel: Tensor, probability: float) -> Tensor:
        """Reverberation: an exponential tail (T60 of 0.2 to 1 s) under some of the pictures."""
        echoing = self.chance(len(mel), probability).nonzero()[:, 0]
        count = len(echoing)
        if count == 0:
            return mel
        t60_frames = self.uniform(count, 20.0, 100.0)
        frame = torch.arange(_SMEAR_FRAMES, dtype=torch.float32)
        tail = torch.exp(-6.0 * math.log(10.0) * frame / t60_frames[:, None])
        tail[:, 0] = 0.0
        kernel = self.uniform(count, 0.1, 1.0)[:, None] * tail / tail.sum(dim=1, keepdim=True)
        kernel[:, 0] = 1.0
        power = F.pad(_power(mel[echoing]).transpose(1, 2), (_SMEAR_FRAMES - 1, 0))
        smeared = F.conv1d(power.transpose(0, 1), kernel.flip(1)[:, None], groups=count)
        changed = mel.clone()
        changed[echoing] = _decibels(smeared.permute(1, 2, 0))
        return changed

    def microphone(self, mel: Tensor, probability: float = 0.8) -> Tensor:
        """A smooth random frequency response: tilt and a few slow waves, about ±6 dB."""
        count = len(mel)
        place = torch.linspace(0.0, 1.0, BANDS)
        waves = torch.stack([torch.cos(math.pi * k * place) for k in range(1, 5)])
        spread_db = torch.tensor([5.0, 3.0, 2.0, 2.0])
        weights = torch.randn(count, 4, generator=self._draw) * spread_db
        weights *= self.chance(count, probability)[:, None]
        return mel + (weights @ waves)[:, None]

    def band_limit(self, mel: Tensor, probability: float) -> Tensor:
        """A cheap microphone or a codec: nothing above 3 to 7.5 kHz, nothing below 80 to 400 Hz."""
        count = len(mel)
        top, bottom = self.chance(count, probability), self.chance(count, probability)
        highest_hz = torch.where(top, self.uniform(count, 3_000.0, 7_500.0), torch.inf)
        lowest_hz = torch.where(bottom, self.uniform(count, 80.0, 400.0), 0.0)
        octaves_above = torch.log2(_BAND_HZ / highest_hz[:, None]).clamp(min=0.0)
        octaves_below = torch.log2(lowest_hz[:, None].clamp(min=1.0) / _BAND_HZ).clamp(min=0.0)
        return mel - (octaves_above * 96.0 + octaves_below * 24.0)[:, None]

    def codec(self, mel: Tensor, probability: float) -> Tensor:
        """Holes where a lossy coder saves bits: what lies 25 to 50 dB under a frame's peak."""
        depth_db = self.uniform(len(mel), 25.0, 50.0)[:, None, None]
        hole = mel < mel.amax(dim=2, keepdim=True) - depth_db
        hole &= self.chance(len(mel), probability)[:, None, None]
        return torch.where(hole, torch.full_like(mel, FLOOR_DB), mel)

    def masked(self, picture: Tensor, widest_bands: float, widest_frames: float) -> Tensor:
        """SpecAugment (Park et al., 2019): two stripes of bands and two of frames hidden."""
        count, frames, bands = picture.shape
        hidden = torch.zeros(count, frames, bands, dtype=torch.bool)
        for _ in range(2):
            for axis, size, widest in ((2, bands, widest_bands), (1, frames, widest_frames)):
                width = self.uniform(count, 0.0, widest)
                start = self.uniform(count, 0.0, 1.0) * (size - width)
                place = torch.arange(size)[None]
                stripe = (place >= start[:, None]) & (place < (start + width)[:, None])
                hidden |= stripe[:, None, :] if axis == 2 else stripe[:, :, None]
        return picture.masked_fill(hidden, 0.0)

    def mixed(self, picture: Tensor, target: Tensor, strength: float) -> tuple[Tensor, Tensor]:
        """Mixup (Zhang et al., 2018) of half the batch with another order of itself."""
        count = len(picture)
        beta = torch.distributions.Beta(strength, strength)
        share = torch.as_tensor(beta.sample((count,)), dtype=torch.float32)
        share = torch.maximum(share, 1.0 - share)
        share = torch.where(self.chance(count, 0.5), share, torch.ones(count))
        order = torch.randperm(count, generator=self._draw)
        picture = share[:, None, None] * picture + (1.0 - share)[:, None, None] * picture[order]
        return picture, share[:, None] * target + (1.0 - share)[:, None] * target[order]


def normalised(mel: Tensor, depth_db: float) -> Tensor:
    """`edgemood.hearing.mel.normalise` for a batch, without the last axis."""
    peak = mel.amax(dim=(1, 2), keepdim=True)
    clipped = torch.maximum(mel, peak - depth_db)
    centred = clipped - clipped.mean(dim=(1, 2), keepdim=True)
    return centred / centred.square().mean(dim=(1, 2), keepdim=True).sqrt().clamp(min=1e-3)


def power_sum(one: Tensor, other: Tensor) -> Tensor:
    """The level of two sounds together."""
    return _decibels(_power(one) + _power(other))


def _power(mel: Tensor) -> Tensor:
    return torch.exp(mel * (math.log(10.0) / 10.0))


def _decibels(power: Tensor) -> Tensor:
    return torch.log(power.clamp(min=10.0 ** (FLOOR_DB / 10.0))) * (10.0 / math.log(10.0))


def loudness_db(mel: Tensor) -> Tensor:
    """The mean level of each picture over all bands: (n,) in dB."""
    return _decibels(_power(mel).sum(dim=2).mean(dim=1))
