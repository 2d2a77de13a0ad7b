"""The two heads of the trained network, and how they become the two outputs of the device.

FER2013's labels and the majorities of FER+'s ten voters contradict each other for a third of the
faces: no single vector of scores can be right about both. So the file gives one for each. Scale and
offsets are chosen on PublicTest and fold into the linear layers that the device needs anyway.
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
from edgemood.training.face_data import Faces
from edgemood.training.face_net import FaceNet
from edgemood.training.metrics import recalls

Logits = NDArray[np.float32]

LEAST_RECALL = 0.48
"""Recall on PublicTest that the label reading's offsets secure for every emotion. Without offsets
fear is taken for sadness too often; `face --export-only` prints what the offsets cost."""

_OFFSET_STEP = 0.01
_OFFSET_LIMIT = 3.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How a head's logits become calibrated ones: `scale` × logits + `offsets`."""

    scale: float = 1.0
    offsets: tuple[float, ...] = (0.0,) * len(EMOTIONS)


class DeviceNet(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """The network as it runs on the box: faces (n, 1, 48, 48) to two vectors of logits (n, 7).

    The first, which the box uses, says what most of ten people would see in the face (FER+); the
    second says how FER2013 would label it.
    """

    def __init__(self, network: FaceNet, votes: Reading, label: Reading) -> None:
        super().__init__()
        self.features = network.features
        self.votes_head = _folded(network.votes_head, votes)
        self.label_head = _folded(network.label_head, label)

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Calibrated logits of both readings."""
        features = self.features(faces)
        return self.votes_head(features), self.label_head(features)


def _folded(head: nn.Linear, reading: Reading) -> nn.Linear:
    folded = nn.Linear(head.in_features, head.out_features)
    with torch.no_grad():
        folded.weight.copy_(reading.scale * head.weight)
        folded.bias.copy_(reading.scale * head.bias + torch.tensor(reading.offsets))
    return folded


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


def votes_reading(votes_logits: Logits, majority: NDArray[np.int64]) -> Reading:
    """The votes head, calibrated to be right about the majority as often as it is sure."""
    known = majority >= 0
    return Reading(_best_scale(votes_logits[known], majority[known]))


def label_reading(label_logits: Logits, labels: NDArray[np.int64]) -> Reading:
    """The label head with offsets that give every emotion `LEAST_RECALL`, calibrated.

    Always the emotion with the least recall is raised a little, so that the others lose no more
    than they must. An emotion without faces is left alone.
    """
    offsets = np.zeros(len(EMOTIONS), dtype=np.float32)
    while offsets.max() < _OFFSET_LIMIT:
        of_class = recalls(label_logits + offsets, labels)
        if np.nanmin(of_class) >= LEAST_RECALL:
            break
        offsets[np.nanargmin(of_class)] += _OFFSET_STEP
    scale = _best_scale(label_logits + offsets, labels)
    return Reading(scale, tuple(float(scale * offset) for offset in offsets))


def _best_scale(logits: Logits, labels: NDArray[np.int64]) -> float:
    """The inverse temperature with the least cross-entropy.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    values, truth = torch.from_numpy(logits), torch.from_numpy(labels)

    def loss(logarithm: float) -> float:
        return float(F.cross_entropy(values * math.exp(logarithm), truth))

    return math.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x)
