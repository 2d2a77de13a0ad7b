"""The nets of the hearing models: small residual convolution nets on log-mel pictures."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Stage(NamedTuple):
    """One residual block: its channels and its strides over (time, frequency)."""

    channels: int
    stride: tuple[int, int]


class MelNet(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A residual net from (n, inputs, frames, 64) to logits (n, classes).

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
        *,
        inputs: int = 1,
        knows_spread: bool = False,
        bands: int = 64,
    ) -> None:
        """`knows_spread`: the head sees how far features stray from their means over time, too."""
        super().__init__()
        self.stem = _convolution(inputs, stem.channels, 5, stem.stride)
        channels = [stem.channels, *(stage.channels for stage in stages)]
        self.blocks = nn.Sequential(
            *(_Residual(n, stage) for n, stage in zip(channels[:-1], stages, strict=True))
        )
        heights = bands // stem.stride[1]
        for stage in stages:
            heights //= stage.stride[1]
        self.across = nn.Sequential(
            nn.Conv2d(channels[-1], channels[-1], (1, heights), bias=False),
            nn.BatchNorm2d(channels[-1]),
            nn.ReLU(),
        )
        self.pool = _MeanAndSpread() if knows_spread else nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear((2 if knows_spread else 1) * channels[-1], classes)

    def forward(self, mel: Tensor) -> Tensor:
        """Logits of a batch."""
        features = self.pool(self.across(self.blocks(self.stem(mel))))
        logits: Tensor = self.head(self.dropout(features.flatten(1)))
        return logits


class _MeanAndSpread(nn.Module):  # type: ignore[misc]
    """(n, channels, frames, 1) to (n, 2 · channels, 1, 1): mean, and mean absolute deviation.

    As much says the deviation as the variance, and it fits the range of an int8 number.
    """

    def forward(self, features: Tensor) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        # Those above the mean stray from it as far, altogether, as those below.
        spread = 2.0 * torch.relu(features - mean).mean((2, 3), keepdim=True)
        return torch.cat([mean, spread], dim=1)


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


def mel_net() -> MelNet:
    """(n, 1, 256, 64), log-mel alone, to 7 logits; 19 M multiply-adds for 2.56 s."""
    return MelNet(
        7,
        stem=Stage(16, (4, 2)),
        stages=(Stage(32, (2, 2)), Stage(56, (2, 2)), Stage(96, (2, 2))),
        dropout=0.3,
        knows_spread=True,
    )


def pitch_net() -> MelNet:
    """(n, 2, 256, 64), log-mel and harmonics, to 7 logits; 10 M multiply-adds for 2.56 s."""
    return MelNet(
        7,
        stem=Stage(12, (4, 2)),
        stages=(Stage(20, (2, 2)), Stage(40, (2, 2)), Stage(76, (2, 2))),
        dropout=0.2,
        inputs=2,
        knows_spread=True,
    )


class TwoViews(nn.Module):  # type: ignore[misc]
    """Two nets that learned apart, from (n, 2, frames, 64) to the sum of their logits (n, 7)."""

    def __init__(self, mel: MelNet, pitch: MelNet) -> None:
        super().__init__()
        # Takes the log-mel picture out of the two: a convolution, since the converter knows those.
        self.log_mel = nn.Conv2d(2, 1, 1, bias=False)
        with torch.no_grad():
            self.log_mel.weight[:] = torch.tensor([1.0, 0.0])[None, :, None, None]
        self.mel = mel
        self.pitch = pitch

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits of a batch."""
        logits: Tensor = self.mel(self.log_mel(pictures)) + self.pitch(pictures)
        return logits

    def divide(self, temperature: float) -> None:
        """Divide all future logits by `temperature`."""
        with torch.no_grad():
            for net in (self.mel, self.pitch):
                net.head.weight /= temperature
                net.head.bias /= temperature


def emotion_net() -> TwoViews:
    """What judges emotion on the box: (n, 2, 256, 64) to 7 logits."""
    return TwoViews(mel_net(), pitch_net())


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
