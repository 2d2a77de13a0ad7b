"""Batched variations of face crops: pose, camera, light and cover, on tensors of grey levels.

Every step works on a whole batch (n, 1, h, w) float32 in 0–255, because the training runs on a CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from edgemood.vision.expression import CLIP, CONTRAST_FLOOR

_GAMMA = 2.2  # of cameras and screens: grey level = light ** (1 / 2.2)
_READ_NOISE_ELECTRONS = 1.5  # of a small rolling-shutter CMOS sensor at high gain


@dataclass(frozen=True, slots=True)
class Variation:
    """How far faces are varied. Shares are probabilities per face."""

    rotation_deg: float = 10.0
    """standard deviation; tails are cut at 30°"""
    zoom: float = 0.18
    """largest natural logarithm of the zoom: the detector's box may be loose or tight"""
    stretch: float = 0.08
    shift: float = 0.10
    """largest shift as a share of the crop"""
    gamma: float = 0.30
    """standard deviation of the gamma's natural logarithm"""
    low_light: float = 0.10
    noise: float = 0.10
    blur: float = 0.10
    motion: float = 0.05
    jpeg: float = 0.05
    glare: float = 0.05
    partial: float = 0.05
    """share of faces of which up to a third is beyond the picture's edge or behind something"""
    coarse: float = 0.10
    """share of faces seen at 16 to 32 pixels"""
    cutout: float = 0.5
    cutout_side: float = 0.4
    """largest side of the covered rectangle as a share of the crop"""


def normalise_batch(pixels: Tensor) -> Tensor:
    """`edgemood.vision.expression.normalise` for a batch of (n, 1, h, w) grey levels."""
    mean = pixels.mean(dim=(1, 2, 3), keepdim=True)
    contrast = pixels.std(dim=(1, 2, 3), keepdim=True, correction=0).clamp(min=CONTRAST_FLOOR)
    return ((pixels - mean) / contrast).clamp(-CLIP, CLIP)


def vary(
    images: Tensor,
    side: int,
    variation: Variation,
    normalise: Callable[[Tensor], Tensor] = normalise_batch,
) -> Tensor:
    """Varied and normalised faces, (n, 1, side, side) float32, from (n, 48, 48) uint8."""
    pixels = images.unsqueeze(1).float()
    pixels = _pose(pixels, side, variation)
    pixels = _tone(pixels, variation)
    pixels = _sometimes(variation.glare, pixels, _glare)
    pixels = _sometimes(variation.partial, pixels, _partial)
    pixels = _sometimes(variation.low_light, pixels, low_light)
    pixels = _sometimes(variation.blur, pixels, _blur)
    pixels = _sometimes(variation.motion, pixels, _motion)
    pixels = _sometimes(variation.coarse, pixels, _coarse)
    pixels = _sometimes(variation.noise, pixels, _noise)
    pixels = _sometimes(variation.jpeg, pixels, _jpeg)
    faces = normalise(pixels.round().clamp(0, 255))
    return _cutout(faces, variation)


def low_light(pixels: Tensor) -> Tensor:
    """Darkness of 30 to 500 electrons in white, and an exposure that may leave the picture dark."""
    white = torch.exp(_uniform(pixels, math.log(30.0), math.log(500.0)))
    exposure = _uniform(pixels, 0.1, 1.0)
    return _sensor(pixels, white) * exposure


def dim(images: NDArray[np.uint8], electrons: float) -> NDArray[np.uint8]:
    """Faces, (n, h, w) uint8, as a small sensor sees them that catches `electrons` in white.

    The exposure is left as it is: the camera's gain makes up for the darkness. The noise is the
    same whenever it is called.
    """
    state = torch.get_rng_state()
    torch.manual_seed(0)
    noisy = _sensor(torch.from_numpy(images).float(), torch.tensor(electrons))
    torch.set_rng_state(state)
    dimmed: NDArray[np.uint8] = noisy.round().byte().numpy()
    return dimmed


def _sensor(pixels: Tensor, white: Tensor) -> Tensor:
    """Shot noise and read noise of a small sensor that catches `white` electrons in white."""
    electrons = (pixels / 255).clamp(0, 1) ** _GAMMA * white
    read_noise = torch.randn_like(pixels) * _READ_NOISE_ELECTRONS
    noisy = electrons + electrons.sqrt() * torch.randn_like(pixels) + read_noise
    return (noisy / white).clamp(0, 1) ** (1 / _GAMMA) * 255


def _uniform(like: Tensor, low: float, high: float) -> Tensor:
    return torch.empty(len(like), 1, 1, 1).uniform_(low, high)


def _sometimes(share: float, pixels: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
    chosen = torch.rand(len(pixels)) < share
    if chosen.any():
        pixels = pixels.clone()
        pixels[chosen] = change(pixels[chosen])
    return pixels


def _pose(pixels: Tensor, side: int, variation: Variation) -> Tensor:
    count = len(pixels)
    angle = (torch.randn(count) * math.radians(variation.rotation_deg)).clamp(
        -math.radians(30), math.radians(30)
    )
    zoom = torch.exp(torch.empty(count).uniform_(-variation.zoom, variation.zoom))
    stretch = torch.exp(torch.empty(count).uniform_(-variation.stretch, variation.stretch))
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = torch.empty(2, count).uniform_(-2 * variation.shift, 2 * variation.shift)
    across, down = zoom * stretch, zoom / stretch
    rows = torch.stack(
        [
            torch.stack([mirror * across * angle.cos(), -down * angle.sin(), shift[0]], dim=1),
            torch.stack([mirror * across * angle.sin(), down * angle.cos(), shift[1]], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(rows, [count, 1, side, side], align_corners=False)
    return F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)


def _tone(pixels: Tensor, variation: Variation) -> Tensor:
    gamma = torch.exp(torch.randn(len(pixels), 1, 1, 1) * variation.gamma)
    gain = torch.exp(_uniform(pixels, -0.2, 0.2))  # above 1 the highlights clip
    return ((pixels / 255).clamp(0, 1) ** gamma * gain * 255).clamp(0, 255)


def _noise(pixels: Tensor) -> Tensor:
    return pixels + torch.randn_like(pixels) * _uniform(pixels, 2, 12)


def _blur(pixels: Tensor) -> Tensor:
    """A Gaussian of 0.5 to 1.3 pixels, one for the batch."""
    sigma = float(torch.empty(1).uniform_(0.5, 1.3))
    steps = torch.arange(-3.0, 4.0)
    kernel = torch.exp(-(steps**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    padded = F.pad(pixels, (3, 3, 3, 3), mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def _motion(pixels: Tensor) -> Tensor:
    """The smear of a moving head: a line of 3 to 7 pixels in any direction, one for the batch."""
    half = float(torch.empty(1).uniform_(1.0, 3.0))
    angle = float(torch.empty(1).uniform_(0, math.pi))
    offsets = torch.arange(-3.0, 4.0)
    down, across = torch.meshgrid(offsets, offsets, indexing="ij")
    along = across * math.cos(angle) + down * math.sin(angle)
    aside = across * math.sin(angle) - down * math.cos(angle)
    kernel = (half + 0.5 - along.abs()).clamp(0, 1) * (1 - aside.abs()).clamp(0, 1)
    padded = F.pad(pixels, (3, 3, 3, 3), mode="replicate")
    return F.conv2d(padded, (kernel / kernel.sum()).view(1, 1, 7, 7))


def _jpeg(pixels: Tensor) -> Tensor:
    """JPEG of quality 20 to 70, one for the batch."""
    quality = int(torch.randint(20, 71, ()))
    pictures = pixels.round().clamp(0, 255).byte().numpy()[:, 0]
    codes = [
        cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        for picture in pictures
    ]
    read = np.array([cv2.imdecode(code, cv2.IMREAD_GRAYSCALE) for code in codes], dtype=np.uint8)
    return torch.from_numpy(read).unsqueeze(1).float()


def _glare(pixels: Tensor) -> Tensor:
    """A lamp mirrored in both glasses of spectacles: soft bright spots about the eyes."""
    side = pixels.shape[-1]
    places = (torch.arange(side) + 0.5) / side
    height = _uniform(pixels, 0.30, 0.48)
    apart = _uniform(pixels, 0.14, 0.22)  # of each eye from the middle
    aside = _uniform(pixels, -0.06, 0.06)  # the lamp's mirror image lies beside the pupil
    down = ((places.view(1, 1, -1, 1) - height) / _uniform(pixels, 0.03, 0.09)) ** 2
    strength = _uniform(pixels, 0.4, 1.0)
    for eye in (-apart, apart):
        across = ((places.view(1, 1, 1, -1) - 0.5 - eye - aside) / 0.09) ** 2
        pixels = pixels + (255 - pixels) * strength * torch.exp(-((down + across) ** 2))
    return pixels


def _partial(pixels: Tensor) -> Tensor:
    """One side of each face is replaced by an even grey."""
    side = pixels.shape[-1]
    places = (torch.arange(side) + 0.5) / side
    hidden = places.view(1, 1, 1, -1) < _uniform(pixels, 0.1, 0.35)
    hidden = hidden.expand(-1, -1, side, -1)
    turns = torch.randint(0, 4, (len(pixels),))
    turned = torch.stack(
        [torch.rot90(mask, int(k), (1, 2)) for mask, k in zip(hidden, turns, strict=True)]
    )
    return torch.where(turned, _uniform(pixels, 0, 255).expand_as(pixels), pixels)


def _coarse(pixels: Tensor) -> Tensor:
    side = pixels.shape[-1]
    seen = int(torch.randint(16, 33, ()))
    if seen >= side:
        return pixels
    small = F.interpolate(pixels, size=(seen, seen), mode="area")
    return F.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)


def _cutout(faces: Tensor, variation: Variation) -> Tensor:
    side = faces.shape[-1]
    steps = (torch.arange(side) + 0.5) / side
    size = torch.empty(2, len(faces), 1).uniform_(0.1, variation.cutout_side)
    centre = torch.rand(2, len(faces), 1)
    inside = (steps - centre).abs() < size / 2  # (2, n, side)
    covered = inside[0].unsqueeze(2) & inside[1].unsqueeze(1)
    covered &= (torch.rand(len(faces)) < variation.cutout).view(-1, 1, 1)
    return faces.masked_fill(covered.unsqueeze(1), 0.0)
