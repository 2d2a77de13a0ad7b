"""The papers' face networks, grey (n, 1, 48, 48) to logits (n, classes).

Those that end in an average take smaller pictures, too.
Max pooling is by twos without padding throughout, which int8 files need.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


def eight_layers(classes: int, shrink: int = 1) -> nn.Module:
    """Convolutions of 64, 128, pool, 256, 256, pool, dense 512 and one for each class; 3×3.

    It starts from He's random weights, without which plain descent through eight layers that are
    not normalised begins late. `shrink`: what the picture's sides are divided by first.
    """
    network = nn.Sequential(
        nn.AvgPool2d(shrink) if shrink > 1 else nn.Identity(),
        *_plain(1, 64),
        *_plain(64, 128),
        nn.MaxPool2d(2),
        *_plain(128, 256),
        *_plain(256, 256),
        nn.MaxPool2d(2),
        nn.Conv2d(256, 512, 12 // shrink),  # a dense layer over all places
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, classes),
    )
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return network


def three_stages(classes: int) -> nn.Module:
    """Filters of 5×5, 4×4 and 5×5 pixels, 32, 32 and 64 of them, normalised; 30 % dropout."""
    return nn.Sequential(
        *_normalised(1, 32, 5, padding=2),
        nn.MaxPool2d(2),
        *_normalised(32, 32, 4, padding=0),  # 24 to 21: an even filter has no middle
        nn.MaxPool2d(2),
        *_normalised(32, 64, 5, padding=2),
        nn.MaxPool2d(2),
        nn.Dropout(0.3),
        nn.Conv2d(64, classes, 5),  # a dense layer over all 5×5 places
        nn.Flatten(),
    )


def mobilenet_v1(classes: int, width: float = 0.5) -> nn.Module:
    """MobileNet v1 (Howard et al., 2017) with `width` of its channels, from 48 down to 2 pixels."""
    plan = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
    channels = [int(width * count) for count in plan]
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    blocks = [
        _separable(before, after, stride)
        for (before, after), stride in zip(pairwise(channels), strides, strict=True)
    ]
    first = _normalised(1, channels[0], 3, padding=1, stride=2)
    return nn.Sequential(*first, *blocks, *_classified(channels[-1], classes))


class _Exception(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Two depthwise separable convolutions and a pool, beside a 1×1 shortcut."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _separable(before, after, 1, inner=False),
            nn.ReLU(),
            _separable(after, after, 1, inner=False),
            nn.MaxPool2d(2),
        )
        self.shortcut = nn.Sequential(
            nn.MaxPool2d(2), nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        result: Tensor = self.body(pictures) + self.shortcut(pictures)
        return result


def mini_xception(classes: int) -> nn.Module:
    """Mini-Xception (Arriaga et al., 2017): separable convolutions around shortcuts."""
    widths = [8, 16, 32, 64, 128]
    return nn.Sequential(
        *_normalised(1, 8, 3, padding=0),
        *_normalised(8, 8, 3, padding=0),
        *(_Exception(before, after) for before, after in pairwise(widths)),
        nn.Conv2d(128, classes, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


class _Branches(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """An Inception module (Szegedy et al., 2015): 1×1, 3×3 and 5×5 filters side by side."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        quarter = after // 4
        self.point = nn.Sequential(*_normalised(before, quarter, 1, padding=0))
        self.near = nn.Sequential(
            *_normalised(before, quarter, 1, padding=0),
            *_normalised(quarter, 2 * quarter, 3, padding=1),
        )
        self.wide = nn.Sequential(
            *_normalised(before, quarter // 2, 1, padding=0),
            *_normalised(quarter // 2, quarter, 5, padding=2),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.cat([self.point(pictures), self.near(pictures), self.wide(pictures)], 1)


def small_inception(classes: int) -> nn.Module:
    """Four Inception modules of 64, 96, 128 and 160 channels."""
    return nn.Sequential(
        *_normalised(1, 32, 3, padding=1),
        nn.MaxPool2d(2),
        _Branches(32, 64),
        nn.MaxPool2d(2),
        _Branches(64, 96),
        nn.MaxPool2d(2),
        _Branches(96, 128),
        _Branches(128, 160),
        *_classified(160, classes),
    )


def _plain(before: int, after: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]


def _normalised(
    before: int, after: int, size: int, *, padding: int, stride: int = 1
) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, size, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]


def _separable(before: int, after: int, stride: int, *, inner: bool = True) -> nn.Module:
    """A depthwise and a pointwise convolution; `inner`: each normalised, with ReLU."""
    depthwise = nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False)
    pointwise = nn.Conv2d(before, after, 1, bias=False)
    if not inner:
        return nn.Sequential(depthwise, pointwise, nn.BatchNorm2d(after))
    return nn.Sequential(
        depthwise, nn.BatchNorm2d(before), nn.ReLU(), pointwise, nn.BatchNorm2d(after), nn.ReLU()
    )


def _classified(channels: int, classes: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
