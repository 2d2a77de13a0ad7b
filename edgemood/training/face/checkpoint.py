"""The face model's files: the int8 file for the box and the float weights it came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from edgemood.training.common.export import Export, export_int8
from edgemood.training.face.data import Faces
from edgemood.training.face.heads import DeviceNet, Reading
from edgemood.training.face.model import FaceNet
from edgemood.vision.expression import normalise

INT8 = Path("face_emotion.tflite")
FLOAT = Path("float") / "face_emotion.pt"

_REPRESENTATIVES = 500  # training faces that set the ranges of the int8 activations


def write(device: DeviceNet, train: Faces, models: Path) -> Export:
    """Write both files into the folder `models`; `train` gives representative faces."""
    (models / FLOAT).parent.mkdir(parents=True, exist_ok=True)
    halves = {name: value.half() for name, value in device.state_dict().items()}
    torch.save(halves, models / FLOAT)  # half precision is far finer than int8, and half the file
    chosen = np.random.default_rng(0).choice(len(train), _REPRESENTATIVES, replace=False)
    inputs = np.stack([normalise(image) for image in train.images[chosen]])
    return export_int8(device.eval(), inputs, models / INT8)


def load_float(models: Path) -> DeviceNet:
    """The float network behind the int8 file."""
    device = DeviceNet(FaceNet(), Reading(), Reading())
    halves = torch.load(models / FLOAT, weights_only=True)
    device.load_state_dict({name: value.float() for name, value in halves.items()})
    device.eval()
    return device
