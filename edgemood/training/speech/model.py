"""The nets of the hearing models, on log-mel pictures."""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from edgemood.hearing.mel import BANDS

FILTERS: Final = (128, 192, 256)
"""Of the emotion net: of its two first convolutions, and of what comes behind them."""


class Stage(NamedTuple):
    """One residual block: its channels and its strides over (time, frequency)."""

    channels: int
    stride: tuple[int, int]


class MelNet(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A residual net from (n, 1, frames, 64) to logits (n, classes).

    Convolution, batch normalisation, ReLU, addition and average pooling only, so that the
    converter folds it into int8 kernels which every TFLite runtime has. The last convolution
    spans all remaining frequencies: where a pattern lies matters there, when it comes does not.
    """

    def __init__(
        self,
        classes: int,
        stem: Stage,
        stages: tuple[Stage, ...],
        dropout: float,
    ) -> None:
        super().__init__()
        self.stem = _convolution(1, stem.channels, 5, stem.stride)
        channels = [stem.channels, *(stage.channels for stage in stages)]
        self.blocks = nn.Sequential(
            *(_Residual(n, stage) for n, stage in zip(channels[:-1], stages, strict=True))
        )
        heights = BANDS // stem.stride[1]
        for stage in stages:
            heights //= stage.stride[1]
        self.across = nn.Sequential(
            nn.Conv2d(channels[-1], channels[-1], (1, heights), bias=False),
            nn.BatchNorm2d(channels[-1]),
            nn.ReLU(),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(channels[-1], classes)

    def forward(self, mel: Tensor) -> Tensor:
        """Logits of a batch."""
        features = self.pool(self.across(self.blocks(self.stem(mel))))
        logits: Tensor = self.head(self.dropout(features.flatten(1)))
        return logits


class _Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int, stage: Stage) -> None:
        super().__init__()
        self.first = _convolution(channels, stage.channels, 3, stage.stride)
        self.second = nn.Sequential(
            nn.Conv2d(stage.channels, stage.channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(stage.channels),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(channels, stage.channels, 1, stride=stage.stride, bias=False),
            nn.BatchNorm2d(stage.channels),
        )
        self.relu = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        return self.relu(self.second(self.first(features)) + self.shortcut(features))


def _convolution(inputs: int, outputs: int, width: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, width, stride=stride, padding=width // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class EmotionNet(nn.Module):  # type: ignore[misc]
    """What judges emotion on the box: from (n, 1, frames, 64) to 7 logits, 28 M multiply-adds.

    Two convolutions over time, each across all bands at once, begin as Whisper's
    (`edgemood.training.speech.distillation.whisper_stem`); separable ones look further. Means and
    spreads over time of both are judged, each by a judge of its own, whose logits are added.
    """

    def __init__(self) -> None:
        super().__init__()
        early, late = FILTERS[1], FILTERS[2]
        self.stem = nn.Sequential(
            nn.Conv2d(1, FILTERS[0], (3, BANDS), padding=(1, 0)),
            nn.ReLU(),
            nn.Conv2d(FILTERS[0], early, (3, 1), stride=(2, 1), padding=(1, 0)),
            nn.ReLU(),
        )
        self.later = nn.Sequential(
            _Separable(early, late, stride=2), _Separable(late, late), _Separable(late, late)
        )
        self.pool = _MeanAndSpread()
        self.judges = nn.ModuleList([nn.Linear(2 * early, 7), nn.Linear(2 * late, 7)])

    def forward(self, picture: Tensor) -> Tensor:
        """Logits of a batch."""
        early = self.stem(picture)
        late = self.later(early)
        logits: Tensor = self.judges[0](self.pool(early)) + self.judges[1](self.pool(late))
        return logits

    def divide(self, temperature: float) -> None:
        """Divide all future logits by `temperature`."""
        with torch.no_grad():
            for judge in self.judges:
                judge.weight /= temperature
                judge.bias /= temperature


class _Separable(nn.Module):  # type: ignore[misc]
    """A convolution of seven moments, filter by filter, and one across the filters."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.over_time = nn.Sequential(
            # Of one column, the stride across it is no matter; TensorFlow wants both alike.
            nn.Conv2d(inputs, inputs, (7, 1), stride, padding=(3, 0), groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
        )
        self.across = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
        )
        self.heed = _Heed(outputs)
        self.is_residual = inputs == outputs and stride == 1
        self.relu = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        new = self.heed(self.across(self.over_time(features)))
        return self.relu(new + features if self.is_residual else new)


class _Heed(nn.Module):  # type: ignore[misc]
    """How loud each filter is, by what all of them say over the whole window: 0 to 2.

    What a filter's word means depends on whose voice it is and where. It begins with 1 for all.
    (Hu, Shen & Sun, "Squeeze-and-excitation networks", 2018.)
    """

    def __init__(self, filters: int) -> None:
        super().__init__()
        self.few = nn.Conv2d(filters, filters // 4, 1)
        self.relu = nn.ReLU()
        self.all = nn.Conv2d(filters // 4, filters, 1)
        self.sigmoid = nn.Sigmoid()
        nn.init.zeros_(self.all.weight)
        nn.init.zeros_(self.all.bias)

    def forward(self, features: Tensor) -> Tensor:
        about = features.mean((2, 3), keepdim=True)
        return features * (2.0 * self.sigmoid(self.all(self.relu(self.few(about)))))


class _MeanAndSpread(nn.Module):  # type: ignore[misc]
    """(n, channels, frames, 1) to (n, 2 · channels): mean, and mean absolute deviation over time.

    As much says the deviation as the variance, and it fits the range of an int8 number.
    """

    def forward(self, features: Tensor) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        # Those above the mean stray from it as far, altogether, as those below.
        spread = 2.0 * torch.relu(features - mean).mean((2, 3), keepdim=True)
        return torch.cat([mean, spread], dim=1).flatten(1)


def gate_net() -> MelNet:
    """(n, 1, 128, 64) to 3 logits: voice, music, noise."""
    return MelNet(
        3,
        stem=Stage(12, (4, 2)),
        stages=(Stage(16, (2, 2)), Stage(24, (2, 2)), Stage(32, (1, 2))),
        dropout=0.1,
    )


def multiply_adds(net: nn.Module, example: Tensor) -> int:
    """Multiply-adds of one run on `example` (one picture), counted layer by layer."""
    counted = 0

    def count(layer: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal counted
        if isinstance(layer, nn.Conv1d | nn.Conv2d):
            counted += output.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            counted += layer.weight.numel()

    hooks = [layer.register_forward_hook(count) for layer in net.modules()]
    net.eval()(example)
    for hook in hooks:
        hook.remove()
    return counted
