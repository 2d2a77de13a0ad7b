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
        bands: int = 64,
    ) -> None:
        super().__init__()
        self.stem = _convolution(1, stem.channels, 5, stem.stride)
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
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(channels[-1], classes)

    def forward(self, mel: Tensor) -> Tensor:
        """Logits of a batch."""
        features = self.pool(self.across(self.blocks(self.stem(mel))))
        logits: Tensor = self.head(self.dropout(features.flatten(1)))
        return logits

    def calibrate(self, temperature: float) -> None:
        """Divide all future logits by `temperature`."""
        with torch.no_grad():
            self.head.weight /= temperature
            self.head.bias /= temperature


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


def emotion_net() -> MelNet:
    """(n, 1, 256, 64) to 7 logits; 19 M multiply-adds a window of 2.56 s."""
    return MelNet(
        7,
        stem=Stage(16, (4, 2)),
        stages=(Stage(32, (2, 2)), Stage(56, (2, 2)), Stage(96, (2, 2))),
        dropout=0.3,
    )


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
        if isinstance(layer, nn.Conv2d):
            counted += output.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            counted += layer.weight.numel()

    hooks = [layer.register_forward_hook(count) for layer in net.modules()]
    net.eval()(example)
    for hook in hooks:
        hook.remove()
    return counted
