"""Teaches a network five seconds of log-mel after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgemood.music.analysis.audio.excerpts import Piece
from edgemood.music.analysis.audio.features import NAMES, Heard
from edgemood.music.analysis.audio.kernel_svm import log_softmax
from edgemood.music.analysis.audio.mel import HOP_SAMPLES
from edgemood.music.analysis.audio.model import slices_of
from edgemood.music.analysis.audio.tagger import HIDDEN
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.training.common.loop import Training
from edgemood.training.common.recipe import Recipe, Schedule, Steps
from edgemood.training.music.augment import Studio, stacked
from edgemood.training.music.data import GENRES, Clip

RECIPE = Recipe(
    length=Steps(2_500),  # three minutes of the core that trained the model in `models/`
    seed=6,
    peak_rate=4e-3,
    schedule=Schedule(warm_up=0.05, first=0.01, falls_at_once=True),
    weight_decay=0.05,
    average_decay=0.99,
)
BATCH = 32
EPOCH_STEPS = 100
LABEL_SMOOTHING = 0.1
GENRES_COUNT = 0.9
TRAITS_COUNT = 1.0
"""what genres and traits weigh beside the quadrant"""
HELPERS = len(GENRES) + len(NAMES) + HIDDEN
"""What a network is asked besides the quadrant: a clip's genres, and its traits, which are the
features that the machine sees. They say more of 516 clips than a quadrant each does."""

Floats = NDArray[np.float32]


class Teacher:
    """Draws batches from clips."""

    def __init__(self, clips: list[Clip], heards: list[Heard], seed: int) -> None:
        self._pictures = [heard.pictures[0] for heard in heards]
        self._quadrants = torch.tensor([clip.quadrant for clip in clips])
        genres = [[float(genre in clip.genres) for genre in range(len(GENRES))] for clip in clips]
        self._help = torch.from_numpy(np.hstack([genres, _traits(heards)]).astype(np.float32))
        self._draw = np.random.default_rng(seed)
        self._studio = Studio(seed)
        self.generators = (self._draw, self._studio.generator)
        """what is drawn with, whose state a checkpoint keeps"""

    def batch(self) -> tuple[Tensor, ...]:
        """Pictures (n, 1, 313, 128), quadrants (n, 4), helpers' targets (n, `HELPERS`)."""
        chosen = self._draw.choice(len(self._pictures), BATCH, replace=False)
        pictures = stacked([self._studio.slice_of(self._pictures[i]) for i in chosen])
        target = nn.functional.one_hot(self._quadrants[chosen], len(QUADRANTS)).float()
        target = target * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(QUADRANTS)
        return self._studio.mixed(pictures, target, self._help[chosen])


def train_net(
    net: nn.Module,
    clips: list[Clip],
    heards: list[Heard],
    recipe: Recipe = RECIPE,
    checkpoint: Path | None = None,
) -> nn.Module:
    """The averaged net; goes on from `checkpoint` when it is there."""
    torch.manual_seed(recipe.seed)
    teacher = Teacher(clips, heards, recipe.seed)
    net = net.to(memory_format=torch.channels_last)  # twice as fast, with so few channels
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
    )
    return Training(
        recipe,
        net,
        optimizer,
        lambda _step, _progress: _loss(net, *teacher.batch()),
        epoch_steps=EPOCH_STEPS,
        checkpoint=checkpoint,
        generators=teacher.generators,
    ).run()


def clip_slices(heard: Heard) -> Tensor:
    """A clip's slices as the box cuts them: (n, 1, 313, 128)."""
    (picture,) = heard.pictures
    piece = Piece(0.0, np.empty((len(picture) - 1) * HOP_SAMPLES, dtype=np.float32))
    return stacked(slices_of([piece], [picture])[1])


def net_logits(net: nn.Module, heards: list[Heard]) -> list[Floats]:
    """Of every clip, the logits of its slices (n, 4)."""
    with torch.no_grad():
        return [net.eval()(clip_slices(heard)).numpy() for heard in heards]


def clip_logits(slice_logits: list[Floats]) -> Floats:
    """The mean log probabilities of each clip's slices, (n, 4)."""
    return np.stack([log_softmax(each).mean(axis=0) for each in slice_logits])


def _loss(net: nn.Module, pictures: Tensor, target: Tensor, help_: Tensor) -> Tensor:
    logits, helped = net.learning(pictures)
    loss: Tensor = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
    genres = len(GENRES)
    guessed = nn.functional.binary_cross_entropy_with_logits(helped[:, :genres], help_[:, :genres])
    traced = nn.functional.mse_loss(helped[:, genres:], help_[:, genres:])
    return loss + GENRES_COUNT * guessed + TRAITS_COUNT * traced


def _traits(heards: list[Heard]) -> Floats:
    """The features of clips (n, 360), standardised over them."""
    values = np.stack([heard.values for heard in heards])
    deviation = np.maximum(values.std(axis=0), 1e-6)
    traits: Floats = np.clip((values - values.mean(axis=0)) / deviation, -3.0, 3.0)
    return traits
