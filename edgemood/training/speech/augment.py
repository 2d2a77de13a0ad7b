"""The ear's frames as other voices, rooms, microphones and codecs would have made them.

Everything works on batches (n, frames, 64) float32 in dB, log-mel as the box's front end gave it.
The power of a sum of sounds is taken as the sum of their powers.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from edgemood.hearing.mel import BAND_CENTRES_HZ, BANDS, FLOOR_DB
from edgemood.hearing.speech_emotion import DEPTH_DB, STEP_DB

_SMEAR_FRAMES = 64
_BAND_HZ = torch.as_tensor(BAND_CENTRES_HZ, dtype=torch.float32)
_BAND_PLACE = torch.linspace(0.0, 1.0, BANDS)
"""Where each band lies between the lowest and the highest."""


class Augmenter:
    """Random changes, drawn anew for every picture of a batch."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, count: int, low: float, high: float) -> Tensor:
        """`count` numbers between `low` and `high`."""
        return low + (high - low) * torch.rand(count, generator=self.generator)

    def chance(self, count: int, probability: float) -> Tensor:
        """`count` booleans, each true with the probability."""
        return torch.rand(count, generator=self.generator) < probability

    def other_throat(self, mel: Tensor, widest: float = 0.14) -> Tensor:
        """Stretch the frequency axis: longer and shorter vocal tracts, by `widest` at most."""
        wanted_hz = (1.0 + self.uniform(len(mel), -widest, widest))[:, None].numpy()
        places = np.interp(wanted_hz * BAND_CENTRES_HZ, BAND_CENTRES_HZ, np.arange(BANDS))
        source = torch.as_tensor(places)
        below = source.floor().long().clamp(max=BANDS - 2)
        part = (source - below)[:, None].float()
        low = mel.gather(2, below[:, None].expand(mel.shape))
        high = mel.gather(2, (below + 1)[:, None].expand(mel.shape))
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

    def microphone(self, mel: Tensor, probability: float = 0.8, tilt_db: float = 5.0) -> Tensor:
        """A smooth random frequency response: a tilt, spread so far, and a few slow waves."""
        count = len(mel)
        waves = torch.stack([torch.cos(math.pi * k * _BAND_PLACE) for k in range(1, 5)])
        spread_db = tilt_db * torch.tensor([1.0, 0.6, 0.4, 0.4])
        weights = torch.randn(count, 4, generator=self.generator) * spread_db
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

    def elsewhere(
        self, mel: Tensor, backgrounds: list[NDArray[np.float16]], draw: np.random.Generator
    ) -> Tensor:
        """In some room, maybe before some background, through some microphone, maybe coded."""
        heard = self.room(mel, probability=0.3).clone()
        noisy = self.chance(len(heard), 0.4).nonzero()[:, 0]
        if len(noisy):
            behind = [_piece(backgrounds, heard.shape[1], draw) for _ in noisy]
            noise = self.microphone(torch.from_numpy(np.stack(behind)))
            heard[noisy] = self.add(heard[noisy], noise, self.uniform(len(noisy), 3.0, 35.0))
        # A stronger colouring hides how tense a voice is, and helped with no other microphone.
        heard = self.microphone(heard, probability=0.5, tilt_db=2.5)
        heard = self.band_limit(heard, probability=0.15)
        return self.codec(heard, probability=0.2)

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


def _piece(
    backgrounds: list[NDArray[np.float16]], frames: int, draw: np.random.Generator
) -> NDArray[np.float32]:
    """A random piece of a random background, ended with silence if it is too short."""
    track = backgrounds[draw.integers(len(backgrounds))]
    start = int(draw.integers(0, max(1, len(track) - frames + 1)))
    crop = track[start : start + frames].astype(np.float32)
    return np.pad(crop, ((0, frames - len(crop)), (0, 0)), constant_values=FLOOR_DB)


def under_peak(mel: Tensor) -> Tensor:
    """`edgemood.hearing.speech_emotion.under_peak` for a batch."""
    peak_db = mel.amax(dim=(1, 2), keepdim=True)
    return (torch.maximum(mel, peak_db - DEPTH_DB) - peak_db) / STEP_DB + 1.5


def normalised(mel: Tensor, depth_db: float) -> Tensor:
    """`edgemood.hearing.mel.normalise` for a batch, without the last axis."""
    clipped = torch.maximum(mel, mel.amax(dim=(1, 2), keepdim=True) - depth_db)
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
    """The mean level of each picture over all log-mel bands: (n,) in dB."""
    return _decibels(_power(mel).sum(dim=2).mean(dim=1))
