"""The detector's files: the int8 file for the box and the float weights it came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edgemood.training.common.export import Export, export_int8
from edgemood.training.detector.compose import compose, load_material
from edgemood.training.detector.data import Part
from edgemood.training.detector.model import DetectorNet
from edgemood.training.face.model import multiply_adds
from edgemood.vision.faces.network import HEIGHT, WIDTH, normalise

INT8 = Path("face_detector.tflite")
FLOAT = Path("float") / "face_detector.pt"

_REPRESENTATIVES = 100  # training scenes that set the ranges of the int8 activations


def write(network: nn.Module, models: Path) -> Export:
    """Write both files into the folder `models`."""
    (models / FLOAT).parent.mkdir(parents=True, exist_ok=True)
    halves = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    torch.save(halves, models / FLOAT)
    return export_int8(load_float(models), _representatives(), models / INT8)


def load_float(models: Path) -> DetectorNet:
    """The float network behind the int8 file."""
    network = DetectorNet()
    halves = torch.load(models / FLOAT, weights_only=True)
    network.load_state_dict(
        {
            name: value.float() if value.is_floating_point() else value
            for name, value in halves.items()
        }
    )
    network.eval()
    return network


def multiply_adds_of(models: Path) -> int:
    """Multiply-adds of one picture."""
    return multiply_adds(load_float(models), torch.zeros(1, 1, HEIGHT, WIDTH))


def _representatives() -> NDArray[np.float32]:
    """Training scenes as wide as the net's input."""
    material, dice = load_material(Part.TRAIN), np.random.default_rng(0)
    scenes = [compose(material, WIDTH, (10.0, 200.0), dice) for _ in range(_REPRESENTATIVES)]
    cut = [np.ascontiguousarray(scene.grey[:HEIGHT]) for scene in scenes]
    return np.stack([normalise(picture) for picture in cut])
