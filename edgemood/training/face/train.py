"""Train the face-emotion model: `python -m edgemood.training.face.train` (`make train-face`).

The network learns FER2013's label and the FER+ vote distribution with one head each. All choices
(the best epoch, offsets, temperatures) are made on PublicTest. PrivateTest is left
to the scorecard.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.training.common.metrics import accuracy
from edgemood.training.common.paths import MODELS, REPOSITORY
from edgemood.training.face import checkpoint as face_files
from edgemood.training.face import golden as face_golden
from edgemood.training.face.augment import Variation, vary
from edgemood.training.face.data import PUBLIC_TEST, TRAINING, Faces, class_counts, load_faces
from edgemood.training.face.heads import (
    DeviceNet,
    best_evened,
    evened_readings,
    head_logits,
    label_reading,
    votes_reading,
)
from edgemood.training.face.model import FaceNet

_WIDE = Variation()
_NARROW = Variation(
    rotation_deg=7.0,
    zoom=0.12,
    stretch=0.05,
    shift=0.07,
    gamma=0.2,
    low_light=0.06,
    noise=0.05,
    blur=0.05,
    motion=0.03,
    jpeg=0.03,
    glare=0.03,
    partial=0.03,
    coarse=0.05,
    cutout=0.25,
)


_CALM = Variation(
    rotation_deg=4.0,
    zoom=0.07,
    stretch=0.03,
    shift=0.04,
    gamma=0.1,
    low_light=0.06,
    noise=0.03,
    blur=0.03,
    motion=0.01,
    jpeg=0.01,
    glare=0.01,
    partial=0.01,
    coarse=0.03,
    cutout=0.0,
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is trained."""

    epochs: int = 29
    batch: int = 64
    peak_rate: float = 0.05
    warm_up: float = 0.06
    """share of all steps in which the learning rate rises"""
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    class_weight_power: float = 0.25
    """label weights grow with this power of the class's rarity: 'disgust' counts 2.0 times"""
    average_decay: float = 0.999
    seed: int = 2013
    sides: tuple[tuple[float, int], ...] = ((0.25, 32), (0.55, 40), (1.0, 48))
    """until which share of all steps the training faces are how many pixels wide: small ones are
    cheaper"""
    settles_from: float = 0.7
    """share of all steps after which faces are varied less: the small network has to settle"""
    calms_from: float = 1.0
    """share of all steps after which they are hardly varied: most faces are seen well"""

    def side(self, progress: float) -> int:
        """Pixels of the training faces."""
        return next(side for until, side in self.sides if progress <= until)

    def variation(self, progress: float) -> Variation:
        """How far faces are varied."""
        if progress >= self.calms_from:
            return _CALM
        return _WIDE if progress < self.settles_from else _NARROW

    def rate(self, progress: float) -> float:
        """The learning rate: a linear rise, then half a cosine down to zero."""
        if progress < self.warm_up:
            return self.peak_rate * progress / self.warm_up
        fall = (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak_rate * (1 + math.cos(math.pi * fall)) / 2


FROM_SCRATCH = Recipe()

ONWARDS = Recipe(
    epochs=38,
    peak_rate=0.05,
    warm_up=0.02,
    label_smoothing=0.05,
    seed=2015,
    sides=((0.35, 40), (1.0, 48)),
    settles_from=0.2,
    calms_from=0.7,
)
"""A further descent from where an earlier training ended. After two descents the network knew 73 %
of its own training labels and 68 % of PublicTest's, and of the votes' majorities 84 % and 83 %: it
lacked time, not regularisation, so faces are varied less, too."""


class Average:
    """The exponential moving average of a network's weights and statistics."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self._decay = decay
        self._steps = 0

    def follow(self, network: nn.Module) -> None:
        """Move the average towards the network; quickly at first."""
        self._steps += 1
        keep = min(self._decay, self._steps / (self._steps + 10))
        with torch.no_grad():
            for mine, theirs in zip(
                self.network.state_dict().values(), network.state_dict().values(), strict=True
            ):
                if mine.is_floating_point():
                    mine.lerp_(theirs, 1 - keep)
                else:
                    mine.copy_(theirs)


class Training:
    """One resumable training run whose state lies in a folder."""

    def __init__(
        self, recipe: Recipe, folder: Path, train: Faces, choose: Faces, begin: Path | None
    ) -> None:
        self._recipe = recipe
        self._folder = folder
        self._choose = choose
        torch.manual_seed(recipe.seed)
        self._images = torch.from_numpy(train.images)
        self._labels = torch.from_numpy(train.labels)
        self._votes = torch.from_numpy(train.votes)
        counts = torch.from_numpy(class_counts(train.labels)).float()
        self._class_weights = (counts.max() / counts) ** recipe.class_weight_power
        self._network = FaceNet().to(memory_format=torch.channels_last)
        if begin is not None:
            adopt(self._network, begin)
        self._average = Average(self._network, recipe.average_decay)
        self._optimizer = optimizer_of(self._network, recipe)
        self._epoch = 0
        self._best = 0.0
        self._resume()

    def run(self) -> None:
        """Train until the last epoch; a checkpoint is written after each."""
        while self._epoch < self._recipe.epochs:
            started = time.monotonic()
            loss = self._train_epoch()
            self._epoch += 1
            label, votes = accuracies(self._average.network, self._choose)
            better = label + votes > self._best
            self._best = max(self._best, label + votes)
            self._save(better=better)
            print(
                f"epoch {self._epoch}/{self._recipe.epochs}: loss {loss:.4f}, PublicTest "
                f"FER2013 {label:.2%}, FER+ {votes:.2%}, {time.monotonic() - started:.0f} s",
                flush=True,
            )

    def _train_epoch(self) -> float:
        self._network.train()
        order = torch.randperm(len(self._labels))
        batches = order.split(self._recipe.batch)[: len(order) // self._recipe.batch]
        total = 0.0
        for number, batch in enumerate(batches):
            progress = (self._epoch + number / len(batches)) / self._recipe.epochs
            for group in self._optimizer.param_groups:
                group["lr"] = self._recipe.rate(progress)
            total += self._step(batch, progress)
        return total / len(batches)

    def _step(self, batch: Tensor, progress: float) -> float:
        side, variation = self._recipe.side(progress), self._recipe.variation(progress)
        faces = vary(self._images[batch], side, variation)
        label_logits, votes_logits = self._network(faces.to(memory_format=torch.channels_last))
        label_loss = F.cross_entropy(
            label_logits,
            self._labels[batch],
            weight=self._class_weights,
            label_smoothing=self._recipe.label_smoothing,
        )
        loss = label_loss + F.cross_entropy(votes_logits, self._votes[batch])
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()
        self._average.follow(self._network)
        return float(loss.detach())

    def _save(self, *, better: bool) -> None:
        state = {
            "epoch": self._epoch,
            "best": self._best,
            "network": self._network.state_dict(),
            "average": self._average.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        _write(state, self._folder / "last.pt")
        if better:
            _write({"network": state["average"], "epoch": self._epoch}, self._folder / "best.pt")

    def _resume(self) -> None:
        path = self._folder / "last.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self._epoch, self._best = state["epoch"], state["best"]
        self._network.load_state_dict(state["network"])
        self._average.network.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        print(f"resumed after epoch {self._epoch}", flush=True)


def optimizer_of(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Gradient descent with momentum; biases and normalisation are not decayed."""
    matrices = [weight for weight in network.parameters() if weight.ndim > 1]
    vectors = [weight for weight in network.parameters() if weight.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=recipe.peak_rate, momentum=0.9, nesterov=True)


def adopt(network: FaceNet, checkpoint: Path) -> None:
    """Begin with the weights of a `best.pt`, or with those in `models/float`.

    Raises RuntimeError when the checkpoint is of another network.
    """
    state = torch.load(checkpoint, weights_only=True)
    network.load_state_dict(state.get("network", state))


def _write(state: dict[str, Any], path: Path) -> None:
    unfinished = path.with_suffix(".tmp")
    torch.save(state, unfinished)
    unfinished.replace(path)


def accuracies(network: FaceNet, faces: Faces) -> tuple[float, float]:
    """Share of right answers of the label head (FER2013) and of the votes head (FER+ majority)."""
    label_logits, votes_logits = head_logits(network, faces)
    return accuracy(label_logits, faces.labels), accuracy(votes_logits, faces.majority)


def export(folder: Path, train: Faces, choose: Faces) -> None:
    """Turn the best epoch's checkpoint in `folder` into the files in `models/`."""
    network = FaceNet()
    adopt(network, folder / "best.pt")
    label_logits, votes_logits = head_logits(network, choose)
    calibrated = votes_reading(votes_logits, choose.majority)
    choices = evened_readings(calibrated, votes_logits, choose.majority)
    for choice in choices:
        print(
            f"PublicTest, FER+, {choice.share:.2f} of the frequencies taken off: "
            f"{choice.accuracy:.1%}, "
            f"mean recall {choice.uar:.1%}, calibration error {choice.calibration_error:.1%}"
        )
    votes = best_evened(choices).reading
    label = label_reading(label_logits, choose.labels)
    for name, reading, logits, truth in (
        ("FER+", votes, votes_logits, choose.majority),
        ("FER2013", label, label_logits, choose.labels),
    ):
        read = accuracy(reading.scale * logits + reading.offsets, truth)
        print(f"PublicTest, {name}: {accuracy(logits, truth):.2%}, read {read:.2%}", flush=True)
    result = face_files.write(DeviceNet(network, votes, label), train, MODELS)
    face_golden.write()
    print(f"{votes}, {label}, {result}", flush=True)


def main() -> None:
    """Train, or go on training, and export the best epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="begin", type=Path, help="go on from this best.pt")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "face")
    parser.add_argument("--export-only", action="store_true", help="export the best epoch so far")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    train, choose = load_faces(TRAINING), load_faces(PUBLIC_TEST)
    if not options.export_only:
        recipe = FROM_SCRATCH if options.begin is None else ONWARDS
        recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
        Training(recipe, options.folder, train, choose, options.begin).run()
    export(options.folder, train, choose)


if __name__ == "__main__":
    main()
