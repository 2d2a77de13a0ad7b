"""What the voice's net is shown, batch by batch: examples of several sources, and their targets."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import BANDS
from edgemood.training.speech.augment import Augmenter, under_peak
from edgemood.training.speech.distillation.data import Example
from edgemood.training.speech.distillation.student import MOMENT_FRAMES
from edgemood.training.speech.distillation.teacher import importance
from edgemood.training.speech.windows import Clip, shares

BATCH = 64
UNLABELLED_SHARE = 0.3
"""How much of a batch is voices whose emotion nobody labelled."""
TEACHER_SHARE = 0.5
"""How much the teacher's judgement counts against the emotion that was acted."""
LABEL_SMOOTHING = 0.05
"""How much of what is aimed at is shared by all emotions alike."""
ABSENT = 0.1
"""How likely an emotion that a corpus does not have is held to be in it, of one that it has: that
nobody acts disgust in Polish hardly says that a Polish voice is not disgusted."""
EMBEDDING_LIMIT = 5.0
"""Further from its mean, a number of the teacher's embedding tells no more."""


class Targets(NamedTuple):
    """What the pictures of a batch aim at."""

    probabilities: Tensor
    """(n, 7), of the emotions that each one's corpus has"""
    prior: Tensor
    """(n, 7): what the logits of the others are lowered by"""


class Batches:
    """Draws batches: balanced clips, random windows, other throats, rooms and microphones."""

    def __init__(
        self, mixer: BatchMixer, backgrounds: list[NDArray[np.float16]], seed: int
    ) -> None:
        self._mixer = mixer
        self._backgrounds = backgrounds
        self._draw = np.random.default_rng(seed)
        self._augmenter = Augmenter(seed)
        self._recent: deque[tuple[Tensor, Tensor, Targets]] = deque(maxlen=3)
        self._batches = 0

    def batch(self, frames: int) -> tuple[Tensor, Tensor, Targets]:
        """Pictures (n, 1, frames, 64), teacher's embeddings (n, 128, frames / 4, 1), and targets.

        Every other batch hears one of the last few again, with other stripes hidden: placing
        sounds in rooms costs as much as learning from them (Choi et al., "Data echoing", 2019).
        """
        self._batches += 1
        if self._batches % 2 or not self._recent:
            self._recent.append(self._hear(frames))
        heard, embedding, targets = self._recent[int(self._draw.integers(len(self._recent)))]
        return self._augmenter.masked(heard, 8.0, frames / 8)[:, None], embedding, targets

    def _hear(self, frames: int) -> tuple[Tensor, Tensor, Targets]:
        drawn = [source.drawn(frames, self._draw) for source in self._mixer.sources]
        windows, *targets = (torch.cat(each) for each in zip(*drawn, strict=True))
        heard, embedding = windows.tensor_split([BANDS], dim=2)
        heard = self._augmenter.other_throat(heard, widest=0.12)
        heard = self._augmenter.elsewhere(heard, self._backgrounds, self._draw)
        embedding = embedding.clamp(-EMBEDDING_LIMIT, EMBEDDING_LIMIT) * self._mixer.importance
        moments = nn.functional.avg_pool1d(embedding.transpose(1, 2), MOMENT_FRAMES)[..., None]
        return under_peak(heard), moments, Targets(*targets)


class Source:
    """Examples of one kind, and how many of them are in a batch."""

    def __init__(self, examples: list[Example], *, teacher_share: float, of_batch: int) -> None:
        """`teacher_share`: how much the teacher's judgement counts against the acted emotion."""
        self._clips = [Clip(example.frames, example.origin) for example in examples]
        self._targets = targets_of(examples, teacher_share)
        self._weights = shares([example.origin for example in examples])
        self._of_batch = of_batch

    def drawn(self, frames: int, draw: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Windows (n, frames, 192) and their targets."""
        chosen = draw.choice(len(self._clips), self._of_batch, p=self._weights)
        windows = [self._clips[place].random_window(frames, draw) for place in chosen]
        probabilities, prior = self._targets
        return torch.from_numpy(np.stack(windows)), probabilities[chosen], prior[chosen]


def targets_of(examples: list[Example], teacher_share: float) -> Targets:
    """What each example aims at: the emotion acted, those that the teacher hears, doubt."""
    acted = torch.eye(len(EMOTIONS))[[example.origin.emotion for example in examples]]
    probabilities = torch.from_numpy(np.stack([example.probabilities for example in examples]))
    possible = torch.from_numpy(np.stack([example.possible for example in examples]))
    told = (1.0 - teacher_share) * acted + teacher_share * probabilities
    anything = possible / possible.sum(dim=1, keepdim=True)
    prior = torch.where(possible, 0.0, math.log(ABSENT))
    return Targets((1.0 - LABEL_SMOOTHING) * told + LABEL_SMOOTHING * anything, prior)


@dataclass(frozen=True, slots=True, eq=False)
class BatchMixer:
    """What is learned side by side."""

    sources: list[Source]
    importance: Tensor
    """(128,): how much each direction of the teacher's embedding counts"""

    @classmethod
    def of(cls, acted: list[Example], unlabelled: list[Example]) -> BatchMixer:
        """Of unlabelled voices, only the teacher tells; there may be none."""
        few = round(UNLABELLED_SHARE * BATCH) if unlabelled else 0
        sources = [Source(acted, teacher_share=TEACHER_SHARE, of_batch=BATCH - few)]
        if unlabelled:
            sources.append(Source(unlabelled, teacher_share=1.0, of_batch=few))
        embeddings = np.stack(
            [example.frames[:, BANDS:].mean(0, dtype=np.float32) for example in acted]
        )
        emotions = np.array([example.origin.emotion for example in acted])
        return cls(sources, torch.from_numpy(importance(embeddings, emotions)))
