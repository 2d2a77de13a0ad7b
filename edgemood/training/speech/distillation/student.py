"""The emotion net while it is distilled: beside the emotion it gives its teacher's embedding."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.training.common.metrics import AROUSED
from edgemood.training.speech.distillation.teacher import DIRECTIONS
from edgemood.training.speech.distillation.whisper_stem import Stem
from edgemood.training.speech.model import FILTERS, EmotionNet

MOMENT_FRAMES: Final = 4
"""The net's last filters say something new every 40 ms."""
_MOMENTS_SPREAD: Final = 5.0
"""A moment strays about so much more (its square) from a clip's mean as clips from one another."""
_DROPOUT: Final = 0.3
_HALVES: Final = 0.5
"""How much the half of the emotions counts beside the emotion."""
_AROUSED: Final = torch.from_numpy(AROUSED)


class Student(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """From pictures (n, 1, frames, 64) to logits (n, 7) and the teacher's embedding."""

    def __init__(self, net: EmotionNet) -> None:
        super().__init__()
        self.net = net
        seen = 2 * (FILTERS[1] + FILTERS[2])
        self.projection = nn.Conv2d(FILTERS[2], DIRECTIONS, 1)
        self.level = nn.BatchNorm1d(seen)
        self.dropout = nn.Dropout(_DROPOUT)
        self.judge = nn.Linear(seen, len(EMOTIONS))

    @classmethod
    def from_stem(cls, stem: Stem) -> Student:
        """One with the pruned stem, the rest untrained."""
        net = EmotionNet()
        first, second = net.stem[0], net.stem[2]
        with torch.no_grad():
            first.weight.copy_(stem.first.transpose(1, 2)[:, None])
            first.bias.copy_(stem.first_bias)
            second.weight.copy_(stem.second[..., None])
            second.bias.copy_(stem.second_bias)
        return cls(net)

    @classmethod
    def from_net(cls, net: EmotionNet, pictures: Tensor) -> Student:
        """One that goes on from a net, whose filters pictures (n, 1, ., 64) level."""
        student = cls(net.eval())
        with torch.no_grad():
            seen, _ = student._seen(pictures)
            mean, variance = seen.mean(0), seen.var(0)
            student.level.running_mean.copy_(mean)
            student.level.running_var.copy_(variance)
            student.level.weight.copy_((variance + student.level.eps).sqrt())
            student.level.bias.copy_(mean)
            student.judge.weight.copy_(torch.cat([j.weight for j in net.judges], dim=1))
            student.judge.bias.copy_(sum(judge.bias for judge in net.judges))
        return student

    def pretrained(self) -> list[nn.Parameter]:
        """What comes from Whisper."""
        return list(self.net.stem.parameters())

    def new(self) -> list[nn.Parameter]:
        """What begins untrained."""
        parts = (self.net.later, self.projection, self.level, self.judge)
        return [parameter for part in parts for parameter in part.parameters()]

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n, 7) and the teacher's embedding (n, 128, moments, 1)."""
        seen, late = self._seen(picture)
        return self.judge(self.dropout(self.level(seen))), self.projection(late)

    def _seen(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Means and spreads of all filters (n, 896), and the last ones' moments."""
        early = self.net.stem(picture)
        late = self.net.later(early)
        return torch.cat([self.net.pool(early), self.net.pool(late)], dim=1), late

    def loss(
        self,
        picture: Tensor,
        embedding: Tensor,
        targets: tuple[Tensor, Tensor],
        distillation_weight: float,
    ) -> Tensor:
        """How far the logits are from the targets, and the embedding from the teacher's.

        `targets`: how likely each emotion should be, and what its logit is lowered by, (n, 7) each.
        Whether it is one of the aroused emotions counts besides. `embedding` (n, 128, moments, 1)
        counts moment by moment and as the mean over the window.
        """
        logits, given = self(picture)
        probabilities, prior = targets
        likely = (logits + prior).log_softmax(dim=1)
        cross_entropy = -(probabilities * likely).sum(dim=1).mean()
        for half in (_AROUSED, ~_AROUSED):
            together = likely[:, half].logsumexp(dim=1)
            cross_entropy = (
                cross_entropy - _HALVES * (probabilities[:, half].sum(dim=1) * together).mean()
            )
        moments = (given - embedding).square().mean() / _MOMENTS_SPREAD
        means = (given.mean(2) - embedding.mean(2)).square().mean()
        return cross_entropy + distillation_weight * (moments + means)

    def exported(self) -> EmotionNet:
        """The net alone, with judges that need no levelling."""
        scale = self.level.weight / (self.level.running_var + self.level.eps).sqrt()
        weight = self.judge.weight * scale
        bias = self.judge.bias + self.judge.weight @ (
            self.level.bias - self.level.running_mean * scale
        )
        with torch.no_grad():
            parts = weight.tensor_split([2 * FILTERS[1]], dim=1)
            for judge, part in zip(self.net.judges, parts, strict=True):
                judge.weight.copy_(part)
                judge.bias.copy_(bias / len(parts))
        net: EmotionNet = self.net.eval()
        return net
