"""The two heads of the trained network, and how they become the two outputs of the device.

FER2013's labels and the majorities of FER+'s ten voters contradict each other for a third of the
faces: no single vector of scores can be right about both. So the file gives one for each. Scale and
offsets are chosen on PublicTest and fold into the linear layers that the device needs anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.training.common.metrics import accuracy, calibration_error, recalls
from edgemood.training.face.augment import normalise_batch
from edgemood.training.face.data import Faces
from edgemood.training.face.model import FaceNet

Logits = NDArray[np.float32]

LEAST_RECALL = 0.48
"""Recall on PublicTest that the label reading secures for every emotion: fear is taken for sadness
too often. `face --export-only` prints accuracy with and without offsets."""

CALIBRATION_ERROR_MAX = 0.025
"""Greatest calibration error of the votes' reading on PublicTest."""

_PRIOR_SHARES = tuple(step / 20 for step in range(21))
_OFFSET_STEP = 0.01
_OFFSET_LIMIT = 3.0
_SCALES = (0.1, 10.0)


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
    return _calibrated(votes_logits[known], majority[known])


@dataclass(frozen=True, slots=True)
class Evened:
    """A votes' reading that leans less on how often each emotion occurs, and how well it reads."""

    share: float
    """of the logarithm of each emotion's frequency that is taken from its logits"""
    reading: Reading
    accuracy: float
    uar: float
    calibration_error: float


def evened_readings(
    reading: Reading, votes_logits: Logits, majority: NDArray[np.int64]
) -> list[Evened]:
    """A calibrated reading, and others with more and more of the frequencies taken off.

    A box that bets on what is frequent takes anger, sadness, fear and disgust for neutral (Menon et
    al., "Long-tail learning via logit adjustment", ICLR 2021).
    """
    known = majority >= 0
    logits, truth = votes_logits[known], majority[known]
    frequency = np.maximum(np.bincount(truth, minlength=len(EMOTIONS)), 1) / len(truth)
    choices = []
    for share in _PRIOR_SHARES:
        offsets = np.array(reading.offsets) - share * np.log(frequency)
        scores = softmax(reading.scale * logits + offsets, axis=1)
        choices.append(
            Evened(
                share,
                Reading(reading.scale, tuple(offsets.tolist())),
                accuracy(scores, truth),
                float(np.nanmean(recalls(scores, truth))),
                calibration_error(scores, truth),
            )
        )
    return choices


def best_evened(choices: list[Evened]) -> Evened:
    """The greatest sum of accuracy and mean recall, of those that are calibrated or the first."""
    calibrated = [c for c in choices if c.calibration_error <= CALIBRATION_ERROR_MAX]
    return max(calibrated or choices[:1], key=lambda choice: choice.accuracy + choice.uar)


def label_reading(label_logits: Logits, labels: NDArray[np.int64]) -> Reading:
    """The label head, calibrated, with offsets that give every emotion `LEAST_RECALL`.

    Always the emotion with the least recall is raised a little, so that the others lose no more
    than they must. An emotion without faces is left alone.
    """
    fitted = _calibrated(label_logits, labels)
    logits = fitted.scale * label_logits + np.array(fitted.offsets, np.float32)
    raised = np.zeros(len(EMOTIONS), dtype=np.float32)
    while raised.max() < _OFFSET_LIMIT:
        of_class = recalls(logits + raised, labels)
        if np.nanmin(of_class) >= LEAST_RECALL:
            break
        raised[np.nanargmin(of_class)] += _OFFSET_STEP
    return Reading(fitted.scale, tuple((fitted.offsets + raised).tolist()))


def _calibrated(logits: Logits, truth: NDArray[np.int64]) -> Reading:
    """The scale and offsets with the least cross-entropy; a class that does not occur gets none.

    Bias-corrected temperature scaling: Alexandari et al., "Maximum Likelihood with Bias-Corrected
    Calibration is Hard-To-Beat at Label Shift Adaptation", ICML 2020. The offsets also undo what
    the training's class weights did to the priors.
    """
    values, wanted = logits.astype(np.float64), np.eye(len(EMOTIONS))[truth]
    occurs = wanted.any(axis=0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scaled = values * parameters[0] + parameters[1:]
        surprise = logsumexp(scaled, axis=1) - (scaled * wanted).sum(axis=1)
        error = (softmax(scaled, axis=1) - wanted) / len(wanted)
        slopes = np.append((error * values).sum(), error.sum(axis=0) * occurs)
        return float(surprise.mean()), slopes

    limits = [(_SCALES[0], _SCALES[1])] + [(-_OFFSET_LIMIT, _OFFSET_LIMIT)] * len(EMOTIONS)
    start = np.append(1.0, np.zeros(len(EMOTIONS)))
    found = minimize(loss, start, jac=True, bounds=limits, method="L-BFGS-B").x
    return Reading(float(found[0]), tuple(found[1:].tolist()))
