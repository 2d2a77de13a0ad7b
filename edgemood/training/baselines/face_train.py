"""A paper's face network: how it is trained in the processor time it is given, and tested."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.tflite import Model
from edgemood.training.baselines.face_protocol import (
    Pictures,
    Scores,
    drawn,
    milliseconds,
    only,
    with_figures,
)
from edgemood.training.baselines.table import Result
from edgemood.training.common.export import export_int8
from edgemood.training.common.loop import Training
from edgemood.training.common.paths import MODELS, REPOSITORY
from edgemood.training.common.precision import quick_arithmetic
from edgemood.training.common.recipe import Minutes, Recipe, Schedule
from edgemood.training.face.augment import Variation, normalise_batch, vary
from edgemood.training.face.data import PRIVATE_TEST, TRAINING, Faces, load_faces
from edgemood.training.face.model import multiply_adds
from edgemood.vision.expression import SIDE, normalise

_FOLDER = REPOSITORY / "build" / "papers"
_BATCH = 32
_COARSE_SIDE = 32  # pixels, for the first half of the time: less than half the work of 48
_SHARE_FOR_FEW = 0.05  # of the time, to learn from 200 pictures
_KEPT_BYTES = 1_000_000  # a larger file stays out of the repository

_PLAIN = Variation(
    rotation_deg=5.0,
    zoom=0.1,
    stretch=0.05,
    shift=0.05,
    gamma=0.0,
    low_light=0.0,
    noise=0.0,
    blur=0.0,
    motion=0.0,
    jpeg=0.0,
    glare=0.0,
    partial=0.0,
    coarse=0.0,
    cutout=0.0,
)


@dataclass(frozen=True, slots=True)
class Network:
    """One of the papers' networks and how it is trained."""

    name: str
    build: Callable[[int], nn.Module]
    rate: float = 2e-3
    descent: bool = False
    """plain mini-batch descent as in the paper, else Adam"""
    warm_up: float = 0.0
    """share of the time in which the learning rate rises"""
    weighted: bool = False
    """the softmax's loss weighs each emotion by its rarity"""
    grows: bool = True
    """sees small pictures for half of the time, which a net that ends in an average can"""
    emotions: tuple[Emotion, ...] = EMOTIONS
    published: float | None = None
    note: str = ""

    def measure(self, minutes: float) -> Result:
        """Train for `minutes` of processor time and test; likewise from 200 pictures, shorter."""
        faces, test = (only(load_faces(use), self.emotions) for use in (TRAINING, PRIVATE_TEST))
        checkpoint = _FOLDER / f"{self.file}.pt"
        network, epochs = self.trained(faces, minutes, checkpoint)
        from_few, _ = self.trained(drawn(faces), minutes * _SHARE_FOR_FEW)
        path, size_bytes = self._exported(network, faces)
        checkpoint.unlink(missing_ok=True)  # measured again, it begins anew
        judge = _judge(path, len(self.emotions))
        result = Result(
            self.name,
            f"{len(faces):,} faces, {epochs:.1f} epochs in {minutes:g} min",
            parameters=sum(weight.numel() for weight in network.parameters()),
            multiply_adds=multiply_adds(network, torch.zeros(1, 1, SIDE, SIDE)),
            size_bytes=size_bytes,
            ms_per_sample=milliseconds(judge, test),
            published=self.published,
            note=self.note,
        )
        scores_of_few = _float_scores(from_few, test.images)
        return with_figures(result, judge(test.images), scores_of_few, test, self.emotions)

    @property
    def file(self) -> str:
        """Its name, as files have it."""
        return self.name.lower().replace(",", "").replace(" ", "_").replace("-", "_")

    def trained(
        self, faces: Faces, minutes: float, checkpoint: Path | None = None
    ) -> tuple[nn.Module, float]:
        """The network after `minutes` of processor time, and the epochs that it took.

        It goes on from `checkpoint` when it is there, with the faces in a new order.
        """
        recipe = Recipe(
            length=Minutes(minutes),
            seed=0,
            peak_rate=self.rate,
            schedule=Schedule(warm_up=self.warm_up),
        )
        torch.manual_seed(recipe.seed)
        network = self.build(len(self.emotions)).to(memory_format=torch.channels_last)
        optimizer: torch.optim.Optimizer = torch.optim.Adam(
            network.parameters(), self.rate, fused=True
        )
        if self.descent:
            optimizer = torch.optim.SGD(network.parameters(), self.rate, momentum=0.9)
        counts = torch.from_numpy(np.bincount(faces.labels, minlength=len(self.emotions))).float()
        weight = counts.mean() / counts.clamp(min=1) if self.weighted else None
        images, labels = torch.from_numpy(faces.images), torch.from_numpy(faces.labels)
        order = torch.randperm(len(labels))

        def loss(step: int, progress: float) -> Tensor:
            nonlocal order
            seen = step * _BATCH
            if seen % len(labels) + _BATCH > len(labels):
                order = torch.randperm(len(labels))
            batch = order[torch.arange(seen, seen + _BATCH) % len(labels)]
            side = _COARSE_SIDE if self.grows and progress < 0.5 else SIDE
            inputs = vary(images[batch], side, _PLAIN).to(memory_format=torch.channels_last)
            with quick_arithmetic():
                logits = network(inputs)
            return F.cross_entropy(logits.float(), labels[batch], weight=weight)

        training = Training(
            recipe,
            network,
            optimizer,
            loss,
            epoch_steps=math.ceil(len(labels) / _BATCH),
            checkpoint=checkpoint,
        )
        return training.run(), training.step * _BATCH / len(labels)

    def _exported(self, network: nn.Module, faces: Faces) -> tuple[Path, int]:
        """The int8 file and its size; a small one that knows all emotions lies among the models."""
        inputs = np.stack([normalise(image) for image in faces.images[:300]])
        path = _FOLDER / f"{self.file}.tflite"
        size_bytes = export_int8(network, inputs, path).size_bytes
        if size_bytes <= _KEPT_BYTES and self.emotions == EMOTIONS:
            (MODELS / "papers").mkdir(exist_ok=True)
            path = path.rename(MODELS / "papers" / path.name)
        return path, size_bytes


def _float_scores(network: nn.Module, pictures: Pictures) -> Scores:
    batches = torch.from_numpy(pictures).unsqueeze(1).float().split(_BATCH)
    with torch.no_grad():
        logits = [network(normalise_batch(batch)) for batch in batches]
    scores: Scores = torch.cat(logits).numpy()
    return scores


def _judge(path: Path, classes: int) -> Callable[[Pictures], Scores]:
    model = Model(path, (SIDE, SIDE, 1), (classes,))
    return lambda pictures: np.stack([model(normalise(picture)) for picture in pictures])
