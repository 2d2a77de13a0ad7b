"""The network behind `models/face_emotion.tflite`: a small plain residual net (He et al., 2016)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS

STEM = 24
WIDTHS = (24, 64, 112)
"""Channels at 24×24, 12×12 and 6×6 pixels: 39.7 M multiply-adds at 48×48, 0.84 M weights."""

GRID = 3
PLACES = 256
"""Hidden units of the branch that sees what is where: dear in weights, cheap in multiply-adds."""

DROPOUT = 0.1


class Residual(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Two 3×3 convolutions around a shortcut, a 1×1 convolution where the shape changes."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )
        self.activation = nn.ReLU()

    def forward(self, features: Tensor) -> Tensor:
        """(n, channels_in, h, w) to (n, channels, h / stride, w / stride)."""
        result: Tensor = self.activation(self.body(features) + self.shortcut(features))
        return result


class Pooling(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The mean over all places, corrected by a small network that sees which place is which.

    A face's parts have their places, which a mean alone forgets. The correction begins at zero.
    """

    def __init__(self, channels: int, places: int) -> None:
        super().__init__()
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.correction = nn.Sequential(
            nn.AdaptiveAvgPool2d(GRID),  # at 6×6 the same as pooling by twos
            nn.Conv2d(channels, places, GRID, bias=False),
            nn.BatchNorm2d(places),
            nn.ReLU(),
            nn.Conv2d(places, channels, 1),
        )
        nn.init.zeros_(self.correction[-1].weight)
        nn.init.zeros_(self.correction[-1].bias)

    def forward(self, features: Tensor) -> Tensor:
        """(n, channels, h, w) to (n, channels, 1, 1); h and w from `GRID` on."""
        result: Tensor = self.mean(features) + self.correction(features)
        return result


class FaceNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Grey faces (n, 1, 48, 48) to two vectors of logits: FER2013's label and the FER+ votes.

    A teacher has `times` as many channels everywhere as the network for the box.
    """

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        stem, fine, middle, coarse = (times * width for width in (STEM, *WIDTHS))
        self.features = nn.Sequential(
            nn.Conv2d(1, stem, 3, 1, 1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(),
            nn.MaxPool2d(2),
            Residual(stem, fine, 1),
            Residual(fine, middle, 2),
            Residual(middle, middle, 1),
            Residual(middle, coarse, 2),
            Residual(coarse, coarse, 1),
            Pooling(coarse, times * PLACES),
            nn.Flatten(),
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.label_head = nn.Linear(coarse, len(EMOTIONS))
        self.votes_head = nn.Linear(coarse, len(EMOTIONS))

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the FER2013 label and of the FER+ votes, (n, 7) each."""
        features = self.dropout(self.features(faces))
        return self.label_head(features), self.votes_head(features)


def widened(narrow: FaceNet, times: int) -> FaceNet:
    """A network with `times` as many channels everywhere that gives the same logits.

    Each channel is there `times` times (Net2WiderNet: Chen et al., "Net2Net", ICLR 2016); what it
    gives to a channel of the next layer is shared out among its copies at random, so that the
    copies learn different things.
    """
    wide = FaceNet(times)
    state = wide.state_dict()
    for name, values in narrow.state_dict().items():
        sizes = zip(state[name].shape, values.shape, strict=True)
        repeats = [wide_size // size for wide_size, size in sizes]
        state[name].copy_(values.repeat(repeats) if repeats else values)
        if values.ndim > 1 and repeats[1] > 1:
            shares = torch.rand(values.shape[0] * repeats[0], times, values.shape[1]) + 0.5
            shares = (shares / shares.sum(dim=1, keepdim=True)).flatten(1)
            state[name].mul_(shares.reshape(*shares.shape, *(1,) * (values.ndim - 2)))
    return wide


def multiply_adds(network: nn.Module, example: Tensor) -> int:
    """Multiply-adds of all convolutions and linear layers for one `example`, (1, c, h, w)."""
    total = 0

    def count(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        weight = getattr(module, "weight")  # noqa: B009  (typed Any on purpose)
        positions = output[0, 0].numel() if output.ndim == 4 else 1
        total += weight.numel() * positions

    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        network(example)
    for hook in hooks:
        hook.remove()
    return total
