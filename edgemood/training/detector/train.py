"""Train the face detector: `python -m edgemood.training.detector.train` (`make train-detector`).

Scenes are composed as they are needed and never twice. Nothing is chosen by looking at the test
part of any data; the threshold is chosen on the part between (`detector_score.choose_logit`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from edgemood.training.common.loop import Training
from edgemood.training.common.paths import MODELS, REPOSITORY, data_folder
from edgemood.training.common.recipe import Recipe, Schedule, Steps
from edgemood.training.detector import checkpoint as detector_files
from edgemood.training.detector import golden as detector_golden
from edgemood.training.detector.compose import compose, load_material
from edgemood.training.detector.data import Part
from edgemood.training.detector.evaluate import choose_logit, load_test
from edgemood.training.detector.model import DetectorNet
from edgemood.training.detector.targets import Targets, loss_of, stacked, targets_of
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.faces.network import normalise

KEEN = -2.5
"""logit from which boxes are looked at when the threshold is chosen"""


@dataclass(frozen=True, slots=True)
class Views:
    """One kind of batch."""

    count: int
    side: int
    sizes_px: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRecipe(Recipe):
    """How the network is trained."""

    far: Views = Views(32, 160, (8.0, 110.0))
    near: Views = Views(12, 256, (40.0, 256.0))
    near_every: int = 4
    """every so many steps the batch shows people near the camera"""


RECIPE = DetectorRecipe(
    length=Steps(2900),
    seed=2001,
    peak_rate=3e-3,
    schedule=Schedule(warm_up=0.06, first=0.01, last=0.002),
    weight_decay=1e-3,
    average_decay=0.998,
    greatest_gradient=5.0,
)
EPOCH_STEPS = 250


class Scenes:
    """Composes the batch of each step; that of one step is always the same."""

    def __init__(self, recipe: DetectorRecipe, data: Path | None = None) -> None:
        self._recipe = recipe
        self._material = load_material(Part.TRAIN, data)

    def batch(self, step: int) -> tuple[Tensor, Targets]:
        """Pictures (n, 1, side, side) and what the network should say of them."""
        dice = np.random.default_rng((self._recipe.seed, step))
        is_near = step % self._recipe.near_every == 0
        views = self._recipe.near if is_near else self._recipe.far
        scenes = [
            compose(self._material, views.side, views.sizes_px, dice) for _ in range(views.count)
        ]
        pictures = np.stack([normalise(scene.grey) for scene in scenes])
        targets = stacked([targets_of(scene.boxes, views.side) for scene in scenes])
        return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(
            memory_format=torch.channels_last
        ), targets


def train(recipe: DetectorRecipe, checkpoint: Path, data: Path | None = None) -> DetectorNet:
    """The averaged network; goes on from `checkpoint` when it is there."""
    torch.manual_seed(recipe.seed)
    scenes = Scenes(recipe, data)
    network = DetectorNet()

    def loss(step: int, _: float) -> Tensor:
        pictures, targets = scenes.batch(step)
        return loss_of(network(pictures), targets)

    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
    )
    averaged: DetectorNet = Training(
        recipe, network, optimizer, loss, epoch_steps=EPOCH_STEPS, checkpoint=checkpoint
    ).run()
    return averaged


def main() -> None:
    """Train, and write both files into `models/`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    checkpoint = REPOSITORY / "build" / "training" / "face_detector.pt"
    recipe = replace(RECIPE, length=Steps(options.steps)) if options.steps else RECIPE
    finish(train(recipe, checkpoint), MODELS)


def finish(network: DetectorNet, models: Path, data: Path | None = None) -> None:
    """Write the files, choose the threshold with the int8 one, and write them again with it."""
    detector_files.write(network, models)
    keen = FaceSearch(models / detector_files.INT8, logit_min=KEEN)
    logit = choose_logit(keen, load_test(Part.CHOOSE, data or data_folder()))
    network.demand(logit)
    export = detector_files.write(network, models)
    detector_golden.write()
    print(f"threshold {logit:.2f}; {export}")


if __name__ == "__main__":
    main()
