"""The network behind `models/face_detector.tflite`: a small single-shot detector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edgemood.vision.faces.grid import SLOTS, VALUES

WIDTHS = (8, 16, 32, 56)
"""Channels at a half, a quarter, an eighth and a sixteenth of the input's resolution."""

RARE_LOGIT = -4.6
"""Faces begin as rare as one slot in a hundred (Lin et al., "Focal loss", ICCV 2017, 4.1)."""


class Residual(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Two 3×3 convolutions around a shortcut; `dilation` widens what they see."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(channels, channels, 1, dilation),
            nn.Conv2d(channels, channels, 3, 1, dilation, dilation, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.activation = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        """(n, channels, h, w) to the same."""
        result: Tensor = self.activation(self.body(features) + features)
        return result


class DetectorNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Grey pictures (n, 1, h, w), sides multiples of 16, to grids (n, `CHANNELS`, h/16, w/16).

    Small faces are read off early, fine features, large ones off late features that see far.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.fine = nn.Sequential(
            *_layer(1, half, 2),
            *_layer(half, quarter, 2),
            *_layer(quarter, eighth, 2),
            Residual(eighth),
        )
        self.middle = nn.Sequential(*_layer(eighth, sixteenth, 2), Residual(sixteenth))
        self.coarse = nn.Sequential(Residual(sixteenth, 2), Residual(sixteenth, 2))
        self.small_faces = nn.Conv2d(eighth, (len(SLOTS) - 2) * VALUES, 2, 2)
        self.middle_faces = nn.Conv2d(sixteenth, VALUES, 3, 1, 1)
        self.large_faces = nn.Conv2d(sixteenth, VALUES, 3, 1, 1)
        for head in (self.small_faces, self.middle_faces, self.large_faces):
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)
            with torch.no_grad():
                head.bias[::VALUES] = RARE_LOGIT

    def demand(self, logit: float) -> None:
        """Make what was `logit` the new 0, so that a threshold is part of the network."""
        for head in (self.small_faces, self.middle_faces, self.large_faces):
            with torch.no_grad():
                head.bias[::VALUES] -= logit

    def forward(self, pictures: Tensor) -> Tensor:
        """The grid as `edgemood.vision.faces.grid` reads it, channels second."""
        fine = self.fine(pictures)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        heads = [self.small_faces(fine), self.middle_faces(middle), self.large_faces(coarse)]
        grid: Tensor = torch.cat(heads, dim=1)
        return grid


def _layer(channels_in: int, channels: int, stride: int, dilation: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(channels_in, channels, 3, stride, dilation, dilation, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    ]
