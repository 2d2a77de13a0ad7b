"""The two heads of the trained network, and how they become the one output of the device.

A product of the heads' opinions is a weighted sum of their logits; with the temperature it folds
into the one linear layer that the device needs anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.training.face_augment import normalise_batch
from edgemood.training.face_data import Faces
from edgemood.training.face_net import FaceNet
from edgemood.training.metrics import accuracy

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mix:
    """How the two heads become one vector of calibrated logits."""

    label_share: float
    """weight of the label head's logits; the votes head has the rest"""
    temperature: float
    """what the mixed logits are divided by"""


class DeviceNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The network as it runs on the box: faces (n, 1, 48, 48) to calibrated logits (n, 7)."""

    def __init__(self, network: FaceNet, mix: Mix) -> None:
        super().__init__()
        self.features = network.features
        self.head = nn.Linear(network.label_head.in_features, network.label_head.out_features)
        with torch.no_grad():
            for name in ("weight", "bias"):
                label, votes = getattr(network.label_head, name), getattr(network.votes_head, name)
                mixed = mix.label_share * label + (1 - mix.label_share) * votes
                getattr(self.head, name).copy_(mixed / mix.temperature)

    def forward(self, faces: Tensor) -> Tensor:
        """Calibrated logits."""
        logits: Tensor = self.head(self.features(faces))
        return logits


def head_logits(network: FaceNet, faces: Faces) -> tuple[Logits, Logits]:
    """Logits of the label head and of the votes head for all faces, (n, 7) each."""
    network.eval()
    label_logits, votes_logits = [], []
    with torch.no_grad():
        for images in torch.from_numpy(faces.images).split(256):
            label, votes = network(normalise_batch(images.unsqueeze(1).float()))
            label_logits.append(label)
            votes_logits.append(votes)
    return torch.cat(label_logits).numpy(), torch.cat(votes_logits).numpy()


def choose_mix(network: FaceNet, faces: Faces) -> Mix:
    """The mix with the best sum of both accuracies on `faces` (PublicTest), then its temperature.

    The temperature minimises the cross-entropy of FER2013's labels (Guo et al., "On Calibration of
    Modern Neural Networks", 2017).
    """
    label_logits, votes_logits = head_logits(network, faces)

    def mixed(share: float) -> Logits:
        return share * label_logits + (1 - share) * votes_logits

    def quality(share: float) -> float:
        return accuracy(mixed(share), faces.labels) + accuracy(mixed(share), faces.majority)

    share = max((step / 20 for step in range(21)), key=quality)
    return Mix(share, _temperature(mixed(share), faces.labels))


def _temperature(logits: Logits, labels: NDArray[np.int64]) -> float:
    scores, target = torch.from_numpy(logits), torch.from_numpy(labels)

    def loss(logarithm: float) -> float:
        return float(F.cross_entropy(scores / float(np.exp(logarithm)), target))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))
