from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edgemood.tflite import Model
from edgemood.training.common.export import ExportError, export_int8

SHAPE = (16, 12, 2)
INPUTS = np.random.default_rng(0).standard_normal((64, *SHAPE)).astype(np.float32)


class Every(nn.Module):
    """One of each operation that the exporter knows."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.Hardswish())
        self.depthwise = nn.Conv2d(8, 8, (5, 3), 1, (2, 1), groups=8)
        self.dilated = nn.Conv2d(8, 8, 3, 1, 2, dilation=2)
        self.gate = nn.Conv2d(8, 8, 1)
        self.pools = nn.Sequential(nn.MaxPool2d(2), nn.ReLU6(), nn.AvgPool2d((2, 1)))
        self.head = nn.Linear(16, 5)

    def forward(self, pictures):
        features = torch.relu(self.stem(pictures))
        features = self.depthwise(features) + self.dilated(features)
        features = features * torch.sigmoid(self.gate(features.mean((2, 3), keepdim=True)))
        features = self.pools(features)
        across = features.mean(3, keepdim=True).mean(2, keepdim=True)
        return self.head(torch.cat([features.mean(dim=(2, 3)), torch.flatten(across, 1)], 1))


def trained_a_little(network: nn.Module) -> nn.Module:
    network.train()
    for _ in range(5):  # so that batch normalisation has statistics to fold
        network(torch.from_numpy(INPUTS).permute(0, 3, 1, 2))
    return network.eval()


def test_the_int8_file_gives_what_the_network_gives(tmp_path: Path):
    torch.manual_seed(0)
    network = trained_a_little(Every())
    export = export_int8(network, INPUTS, tmp_path / "every.tflite")
    model = Model(tmp_path / "every.tflite", SHAPE, (5,))
    with torch.no_grad():
        expected = network(torch.from_numpy(INPUTS).permute(0, 3, 1, 2)).numpy()
    outputs = np.stack([model(values) for values in INPUTS])
    assert export.float_difference < 1e-5
    assert export.size_bytes == (tmp_path / "every.tflite").stat().st_size
    assert np.abs(outputs - expected).max() < 0.05 * np.ptp(expected)


class Several(nn.Module):
    """Outputs told apart by their level."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d((4, 3)), nn.AdaptiveAvgPool2d(1))
        self.heads = nn.ModuleList([nn.Linear(2, 7), nn.Linear(2, 7), nn.Linear(2, 7)])
        for level, head in enumerate(self.heads):
            nn.init.constant_(head.bias, level)

    def forward(self, pictures):
        features = self.pool(pictures).flatten(1)
        return tuple(head(features) for head in self.heads)


def test_several_outputs_keep_their_order(tmp_path: Path):
    export_int8(Several(), INPUTS, tmp_path / "several.tflite")
    model = Model(tmp_path / "several.tflite", SHAPE, (7,))
    readings = model.readings(INPUTS[0])
    assert [round(float(reading.mean())) for reading in readings] == [0, 1, 2]
    np.testing.assert_array_equal(model(INPUTS[0]), readings[0])


@pytest.mark.parametrize(
    "layer",
    [nn.Conv2d(2, 4, 3, groups=2), nn.AdaptiveAvgPool2d(5), nn.MaxPool2d(3, 2, 1), nn.Softplus()],
    ids=["grouped", "adaptive", "padded pool", "unknown"],
)
def test_an_operation_that_would_not_come_out_equal_is_refused(layer: nn.Module, tmp_path: Path):
    with pytest.raises(ExportError):
        export_int8(nn.Sequential(layer), INPUTS, tmp_path / "refused.tflite")
    assert not list(tmp_path.iterdir())


def test_flattening_a_picture_of_several_pixels_is_refused(tmp_path: Path):
    network = nn.Sequential(nn.Flatten(), nn.Linear(16 * 12 * 2, 3))
    with pytest.raises(ExportError, match="flatten"):
        export_int8(network, INPUTS, tmp_path / "refused.tflite")
