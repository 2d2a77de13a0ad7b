"""Train the face-emotion model: `python -m edgemood.training.face.train` (`make train-face`).

The network learns FER2013's label and the FER+ vote distribution with one head each. All choices
(the best epoch, offsets, temperatures) are made on PublicTest. PrivateTest is left
to the scorecard.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.training.common.loop import Training
from edgemood.training.common.metrics import accuracy
from edgemood.training.common.paths import MODELS, REPOSITORY
from edgemood.training.common.recipe import Epochs, Recipe, Schedule
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceRecipe(Recipe):
    """How the network is trained."""

    batch: int = 64
    label_smoothing: float = 0.1
    class_weight_power: float = 0.25
    """label weights grow with this power of the class's rarity: 'disgust' counts 2.0 times"""
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


FROM_SCRATCH = FaceRecipe(
    length=Epochs(29),
    seed=2013,
    peak_rate=0.05,
    schedule=Schedule(warm_up=0.06),
    weight_decay=5e-4,
    average_decay=0.999,
    average_grows=True,
)

ONWARDS = replace(
    FROM_SCRATCH,
    length=Epochs(38),
    seed=2015,
    schedule=Schedule(warm_up=0.02),
    label_smoothing=0.05,
    sides=((0.35, 40), (1.0, 48)),
    settles_from=0.2,
    calms_from=0.7,
)
"""A further descent from where an earlier training ended. After two descents the network knew 73 %
of its own training labels and 68 % of PublicTest's, and of the votes' majorities 84 % and 83 %: it
lacked time, not regularisation, so faces are varied less, too."""


def training(
    recipe: FaceRecipe, folder: Path, train: Faces, choose: Faces, begin: Path | None
) -> Training:
    """A training whose last state and best network lie in `folder`, from which it goes on."""
    torch.manual_seed(recipe.seed)
    images, labels, votes = (
        torch.from_numpy(each) for each in (train.images, train.labels, train.votes)
    )
    counts = torch.from_numpy(class_counts(train.labels)).float()
    class_weights = (counts.max() / counts) ** recipe.class_weight_power
    network = FaceNet().to(memory_format=torch.channels_last)
    if begin is not None:
        adopt(network, begin)
    batches: list[Tensor] = []
    epoch_steps = len(labels) // recipe.batch

    def loss(step: int, progress: float) -> Tensor:
        if step % epoch_steps == 0:
            batches[:] = torch.randperm(len(labels)).split(recipe.batch)
        batch = batches[step % epoch_steps]
        faces = vary(images[batch], recipe.side(progress), recipe.variation(progress))
        label_logits, votes_logits = network(faces.to(memory_format=torch.channels_last))
        label_loss = F.cross_entropy(
            label_logits,
            labels[batch],
            weight=class_weights,
            label_smoothing=recipe.label_smoothing,
        )
        return label_loss + F.cross_entropy(votes_logits, votes[batch])

    def on_public_test(average: FaceNet) -> dict[str, float]:
        return dict(zip(("FER2013", "FER+"), accuracies(average, choose), strict=True))

    return Training(
        recipe,
        network,
        optimizer_of(network, recipe),
        loss,
        epoch_steps=epoch_steps,
        judge=on_public_test,
        checkpoint=folder / "last.pt",
        best=folder / "best.pt",
    )


def optimizer_of(network: nn.Module, recipe: FaceRecipe) -> torch.optim.Optimizer:
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
        if options.epochs:
            recipe = replace(recipe, length=Epochs(options.epochs))
        training(recipe, options.folder, train, choose, options.begin).run()
    export(options.folder, train, choose)


if __name__ == "__main__":
    main()
