"""The two heads of the trained network, and how they become the one output of the device.

A weighted sum of the heads' logits with an offset for each emotion is a product of their opinions
and a prior; with the temperature it folds into the one linear layer that the device needs anyway.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.emotion import EMOTIONS
from edgemood.training.face_augment import normalise_batch
from edgemood.training.face_data import Faces, class_counts
from edgemood.training.face_net import FaceNet

Logits = NDArray[np.float32]


_VOTES_IMPORTANCE = 0.25
"""How much the FER+ votes count beside FER2013's labels, which contradict them for a third of the
faces. Right labels, right majorities, recall of fear and calibration error on PublicTest in percent
were for 0: 65.3, 69.8, 38, 3.6; for 0.25: 65.2, 73.7, 32, 3.1; for 0.5: 65.5, 76.1, 30, 3.4; for 1:
64.1, 78.5, 24, 5.0."""

_RARITY_POWER = 0.5
"""Label weights grow with this power of the class's rarity. On PublicTest it raised the recall of
disgust from 34 to 48 % at 0.2 points of accuracy."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How the two heads become one vector of calibrated logits."""

    label_weight: float
    votes_weight: float
    offsets: tuple[float, ...]
    """added to the weighted sum, one for each emotion"""


class DeviceNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The network as it runs on the box: faces (n, 1, 48, 48) to calibrated logits (n, 7)."""

    def __init__(self, network: FaceNet, mix: Mix) -> None:
        super().__init__()
        self.features = network.features
        self.head = nn.Linear(network.label_head.in_features, network.label_head.out_features)
        label, votes = network.label_head, network.votes_head
        with torch.no_grad():
            self.head.weight.copy_(
                mix.label_weight * label.weight + mix.votes_weight * votes.weight
            )
            self.head.bias.copy_(mix.label_weight * label.bias + mix.votes_weight * votes.bias)
            self.head.bias += torch.tensor(mix.offsets)

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
    """The mix with the least cross-entropy of labels and votes on `faces` (PublicTest).

    Its temperature minimises the cross-entropy of the labels alone (Guo et al., "On Calibration of
    Modern Neural Networks", 2017).
    """
    label_logits, votes_logits = map(torch.from_numpy, head_logits(network, faces))
    labels, votes = torch.from_numpy(faces.labels), torch.from_numpy(faces.votes)
    counts = torch.from_numpy(class_counts(faces.labels)).float().clamp(min=1)
    rarity = (counts.mean() / counts) ** _RARITY_POWER
    weights = torch.tensor([0.5, 0.5], requires_grad=True)
    offsets = torch.zeros(len(EMOTIONS), requires_grad=True)

    def mixed() -> Tensor:
        return weights[0] * label_logits + weights[1] * votes_logits + offsets

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(mixed(), labels, weight=rarity)
        value = value + _VOTES_IMPORTANCE * F.cross_entropy(mixed(), votes)
        value.backward()
        return value

    optimizer = torch.optim.LBFGS([weights, offsets], max_iter=100)
    optimizer.step(loss)
    temperature = _temperature(mixed().detach(), labels)
    label_weight, votes_weight = (weights.detach() / temperature).tolist()
    return Mix(label_weight, votes_weight, tuple((offsets.detach() / temperature).tolist()))


def _temperature(logits: Tensor, labels: Tensor) -> float:
    def loss(logarithm: float) -> float:
        return float(F.cross_entropy(logits / math.exp(logarithm), labels))

    return math.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x)
