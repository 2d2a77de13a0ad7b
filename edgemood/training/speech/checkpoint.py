"""The hearing models' files: the int8 files for the box and the float weights they came from."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.tflite import Model
from edgemood.training.common.export import Export, export_int8
from edgemood.training.speech.model import EmotionNet, MelNet, gate_net

EMOTION_INT8 = Path("speech_emotion.tflite")
EMOTION_FLOAT = Path("float") / "speech_emotion.pt"
GATE_INT8 = Path("voice_gate.tflite")
GATE_FLOAT = Path("float") / "voice_gate.pt"

Net = TypeVar("Net", MelNet, EmotionNet)


def write(
    net: MelNet | EmotionNet, pictures: NDArray[np.float32], models: Path, int8: Path, weights: Path
) -> Export:
    """Write both files into the folder `models`.

    `pictures` (n, frames, 64, 1) are what the box will show the net; they set the int8 ranges.
    """
    (models / weights).parent.mkdir(parents=True, exist_ok=True)
    torch.save({name: _half(value) for name, value in net.state_dict().items()}, models / weights)
    return export_int8(net.eval(), pictures, models / int8)


def write_unbiased(net: EmotionNet, pictures: NDArray[np.float32], models: Path) -> Export:
    """Write the emotion net so that int8, too, gives the float net's logits in the mean.

    Rounding favours some emotions; what it adds on `pictures` is taken off the biases of the int8
    file. (Nagel et al., "Data-free quantization through weight equalization and bias correction",
    2019.)
    """
    write(net, pictures, models, EMOTION_INT8, EMOTION_FLOAT)
    int8 = Model(models / EMOTION_INT8, pictures.shape[1:], (len(EMOTIONS),))
    with torch.no_grad():
        wanted = net(torch.from_numpy(pictures).permute(0, 3, 1, 2)).mean(dim=0)
        given = torch.from_numpy(np.mean([int8(picture) for picture in pictures], axis=0))
        lacking = wanted - given
        net.judges[0].bias += lacking
        export = export_int8(net, pictures, models / EMOTION_INT8)
        net.judges[0].bias -= lacking
    return export


def float_emotion_net(models: Path) -> EmotionNet:
    """The emotion net before quantisation; its logits are calibrated."""
    return emotion_net(models / EMOTION_FLOAT)


def emotion_net(weights: Path) -> EmotionNet:
    """An emotion net with the float weights of a file."""
    return _with_weights(EmotionNet(), weights)


def float_gate_net(models: Path) -> MelNet:
    """The gate's net before quantisation."""
    return _with_weights(gate_net(), models / GATE_FLOAT)


def _half(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def _with_weights(net: Net, path: Path) -> Net:
    state = torch.load(path, weights_only=True)
    net.load_state_dict({n: v.float() if v.is_floating_point() else v for n, v in state.items()})
    net.eval()
    return net
