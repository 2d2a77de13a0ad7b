"""Train the face detector: `python -m edgemood.training.detector.train` (`make train-detector`).

Scenes are composed as they are needed and never twice. Nothing is chosen by looking at the test
part of any data; the threshold is chosen on the part between (`detector_score.choose_logit`).
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from edgemood.training.common.paths import MODELS, REPOSITORY, data_folder
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


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is trained."""

    steps: int = 2900
    far: Views = Views(32, 160, (8.0, 110.0))
    near: Views = Views(12, 256, (40.0, 256.0))
    near_every: int = 4
    """every so many steps the batch shows people near the camera"""
    peak_rate: float = 3e-3
    warm_up: float = 0.06
    weight_decay: float = 1e-3
    average_decay: float = 0.998
    seed: int = 2001


class Training:
    """One run, which can be interrupted and resumed at any checkpoint."""

    def __init__(self, recipe: Recipe, checkpoint: Path, data: Path | None = None) -> None:
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._checkpoint = checkpoint
        self._material = load_material(Part.TRAIN, data)
        self.network = DetectorNet()
        self.average = torch.optim.swa_utils.AveragedModel(
            self.network,
            multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(recipe.average_decay),
            use_buffers=True,
        )
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
        )
        self._step = 0
        if checkpoint.exists():
            self._load()

    def run(self, report_every: int = 100, save_every: int = 250) -> None:
        """Train to the end of the recipe."""
        began_s, total = time.process_time(), 0.0
        self.network.train()
        while self._step < self._recipe.steps:
            total += self._learn()
            self._step += 1
            if self._step % report_every == 0:
                spent_s = time.process_time() - began_s
                print(f"step {self._step}: loss {total / report_every:.3f}, {spent_s:.0f} s")
                total = 0.0
            if self._step % save_every == 0 or self._step == self._recipe.steps:
                self._save()

    def _learn(self) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self._recipe.peak_rate * self._schedule(self._step / self._recipe.steps)
        pictures, targets = self._batch()
        loss = loss_of(self.network(pictures), targets)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimiser.step()
        self.average.update_parameters(self.network)
        return float(loss.detach())

    def _schedule(self, progress: float) -> float:
        """Share of the peak learning rate: a linear rise, then half a cosine."""
        if progress < self._recipe.warm_up:
            return progress / self._recipe.warm_up + 0.01
        left = (progress - self._recipe.warm_up) / (1 - self._recipe.warm_up)
        return 0.5 * (1 + math.cos(math.pi * left)) + 0.002

    def _batch(self) -> tuple[Tensor, Targets]:
        dice = np.random.default_rng((self._recipe.seed, self._step))
        is_near = self._step % self._recipe.near_every == 0
        views = self._recipe.near if is_near else self._recipe.far
        scenes = [
            compose(self._material, views.side, views.sizes_px, dice) for _ in range(views.count)
        ]
        pictures = np.stack([normalise(scene.grey) for scene in scenes])
        targets = stacked([targets_of(scene.boxes, views.side) for scene in scenes])
        return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(
            memory_format=torch.channels_last
        ), targets

    def _save(self) -> None:
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._checkpoint.with_suffix(".new")
        torch.save(self._state(), fresh)
        fresh.replace(self._checkpoint)

    def _state(self) -> dict[str, Any]:
        return {
            "step": self._step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def _load(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True)
        self._step = state["step"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])


def main() -> None:
    """Train, and write both files into `models/`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=Recipe().steps)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    checkpoint = REPOSITORY / "build" / "training" / "face_detector.pt"
    training = Training(Recipe(steps=options.steps), checkpoint)
    training.run()
    finish(training.average.module, MODELS)


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
