"""Networks on five seconds of log-mel: the papers' RGLU and what it is compared with.

All take (n, 1, 313, 128) and give (n, 4) logits of the quadrants, then, while they learn, what
helps them: genres, weak valence and arousal, and a tagger's opinion.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from edgemood.music.analysis.classes import QUADRANTS

CHANNELS = (16, 24, 40, 64)
DROPOUT = 0.4


class Gated(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Two convolutions, one of which opens and closes the other; with or without a shortcut."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.content = _convolution(inputs, outputs, 3, 2)
        self.gate = _convolution(inputs, outputs, 3, 2)
        self.shortcut = _convolution(inputs, outputs, 1, 2) if residual else None

    def forward(self, features: Tensor) -> Tensor:
        """Half the resolution in both directions."""
        gated: Tensor = self.content(features) * torch.sigmoid(self.gate(features))
        return gated if self.shortcut is None else gated + self.shortcut(features)


class Plain(nn.Module):  # type: ignore[misc]
    """Two convolutions with ReLU, as many weights as `Gated`."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, 3, 2)
        self.second = _convolution(outputs, outputs, 3, 1)
        self.shortcut = _convolution(inputs, outputs, 1, 2) if residual else None

    def forward(self, features: Tensor) -> Tensor:
        """Half the resolution in both directions."""
        result: Tensor = self.second(torch.relu(self.first(features)))
        if self.shortcut is not None:
            result = result + self.shortcut(features)
        return torch.relu(result)


class MusicNet(nn.Module):  # type: ignore[misc]
    """A stem, three blocks, and the maximum and the mean over what is left of time and pitch."""

    def __init__(self, block: Callable[..., nn.Module], *, residual: bool, helpers: int) -> None:
        super().__init__()
        stem, *rest = CHANNELS
        self.stem = nn.Sequential(_convolution(1, stem, 5, 4), nn.ReLU())
        widths = zip(CHANNELS[:-1], rest, strict=True)
        self.blocks = nn.Sequential(*(block(a, b, residual=residual) for a, b in widths))
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.most = nn.AdaptiveMaxPool2d(1)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(2 * CHANNELS[-1], len(QUADRANTS))
        self.helpers = nn.Linear(2 * CHANNELS[-1], helpers)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits of the quadrants."""
        logits: Tensor = self.head(self.pooled(pictures))
        return logits

    def learning(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the quadrants, and the helpers' outputs."""
        pooled = self.pooled(pictures)
        return self.head(pooled), self.helpers(pooled)

    def pooled(self, pictures: Tensor) -> Tensor:
        """(n, 128): what the heads see."""
        features = self.blocks(self.stem(pictures))
        pooled = torch.cat([self.mean(features), self.most(features)], 1)
        return self.dropout(torch.flatten(pooled, 1))


class Recurrent(nn.Module):  # type: ignore[misc]
    """RCNN: plain convolutions, then a recurrent layer along time."""

    def __init__(self, helpers: int) -> None:
        super().__init__()
        stem, *rest = CHANNELS
        self.stem = nn.Sequential(_convolution(1, stem, 5, 4), nn.ReLU())
        widths = zip(CHANNELS[:-1], rest, strict=True)
        self.blocks = nn.Sequential(*(Plain(a, b, residual=False) for a, b in widths))
        self.along = nn.GRU(4 * CHANNELS[-1], 64, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(128, len(QUADRANTS))
        self.helpers = nn.Linear(128, helpers)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits of the quadrants."""
        return self.learning(pictures)[0]

    def learning(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the quadrants, and the helpers' outputs."""
        features = self.blocks(self.stem(pictures)).permute(0, 2, 1, 3).flatten(2)
        pooled = self.dropout(self.along(features)[0].mean(1))
        return self.head(pooled), self.helpers(pooled)


def rglu(helpers: int) -> MusicNet:
    """Residual gated linear units: 10 M multiply-adds for five seconds."""
    return MusicNet(Gated, residual=True, helpers=helpers)


NETS: dict[str, Callable[[int], nn.Module]] = {
    "CNN": lambda helpers: MusicNet(Plain, residual=False, helpers=helpers),
    "GLU": lambda helpers: MusicNet(Gated, residual=False, helpers=helpers),
    "RCNN": Recurrent,
    "RGLU": rglu,
}


def _convolution(inputs: int, outputs: int, width: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, width, stride=stride, padding=width // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )
