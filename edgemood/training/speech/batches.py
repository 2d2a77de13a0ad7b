"""What the voice's net is shown, batch by batch: lessons of several kinds, and what they aim at."""

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
from edgemood.training.speech.distillation.data import Lesson
from edgemood.training.speech.distillation.student import MOMENT_FRAMES
from edgemood.training.speech.distillation.teacher import telling
from edgemood.training.speech.windows import Clip, shares

BATCH = 64
OVERHEARD_SHARE = 0.3
"""How much of a batch is voices whose emotion nobody told."""
TEACHERS_SHARE = 0.5
"""How much the teacher's judgement counts against the emotion that was acted."""
DOUBT = 0.05
"""How much of what is aimed at is shared by all emotions alike."""
ABSENT = 0.1
"""How likely an emotion that a corpus does not have is held to be in it, of one that it has: that
nobody acts disgust in Polish hardly says that a Polish voice is not disgusted."""
LOUDEST_WORD = 5.0
"""Further from its mean, a word of the teacher's says no more."""


class Aims(NamedTuple):
    """What the pictures of a batch aim at."""

    chances: Tensor
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
        self._recent: deque[tuple[Tensor, Tensor, Aims]] = deque(maxlen=3)
        self._batches = 0

    def batch(self, frames: int) -> tuple[Tensor, Tensor, Aims]:
        """Pictures (n, 1, frames, 64), the teacher's words (n, 128, frames / 4, 1), and the aims.

        Every other batch hears one of the last few again, with other stripes hidden: placing
        sounds in rooms costs as much as learning from them (Choi et al., "Data echoing", 2019).
        """
        self._batches += 1
        if self._batches % 2 or not self._recent:
            self._recent.append(self._hear(frames))
        heard, said, aims = self._recent[int(self._draw.integers(len(self._recent)))]
        return self._augmenter.masked(heard, 8.0, frames / 8)[:, None], said, aims

    def _hear(self, frames: int) -> tuple[Tensor, Tensor, Aims]:
        drawn = [source.drawn(frames, self._draw) for source in self._mixer.sources]
        windows, *aims = (torch.cat(each) for each in zip(*drawn, strict=True))
        heard, said = windows.tensor_split([BANDS], dim=2)
        heard = self._augmenter.other_throat(heard, widest=0.12)
        heard = self._augmenter.elsewhere(heard, self._backgrounds, self._draw)
        said = said.clamp(-LOUDEST_WORD, LOUDEST_WORD) * self._mixer.telling
        moments = nn.functional.avg_pool1d(said.transpose(1, 2), MOMENT_FRAMES)[..., None]
        return under_peak(heard), moments, Aims(*aims)


class Source:
    """Lessons of one kind, and how many of them are in a batch."""

    def __init__(self, lessons: list[Lesson], *, teachers_share: float, of_batch: int) -> None:
        """`teachers_share`: how much the teacher's word counts against the acted emotion."""
        self._clips = [Clip(lesson.frames, lesson.origin) for lesson in lessons]
        self._aims = aims_of(lessons, teachers_share)
        self._weights = shares([lesson.origin for lesson in lessons])
        self._of_batch = of_batch

    def drawn(self, frames: int, draw: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Windows (n, frames, 192) and their aims."""
        chosen = draw.choice(len(self._clips), self._of_batch, p=self._weights)
        windows = [self._clips[place].random_window(frames, draw) for place in chosen]
        chances, prior = self._aims
        return torch.from_numpy(np.stack(windows)), chances[chosen], prior[chosen]


def aims_of(lessons: list[Lesson], teachers_share: float) -> Aims:
    """What each lesson aims at: the emotion acted, those that the teacher hears, doubt."""
    acted = torch.eye(len(EMOTIONS))[[lesson.origin.emotion for lesson in lessons]]
    chances = torch.from_numpy(np.stack([lesson.chances for lesson in lessons]))
    possible = torch.from_numpy(np.stack([lesson.possible for lesson in lessons]))
    told = (1.0 - teachers_share) * acted + teachers_share * chances
    anything = possible / possible.sum(dim=1, keepdim=True)
    prior = torch.where(possible, 0.0, math.log(ABSENT))
    return Aims((1.0 - DOUBT) * told + DOUBT * anything, prior)


@dataclass(frozen=True, slots=True, eq=False)
class BatchMixer:
    """What is learned side by side."""

    sources: list[Source]
    telling: Tensor
    """(128,): how much each of the teacher's words counts"""

    @classmethod
    def of(cls, acted: list[Lesson], overheard: list[Lesson]) -> BatchMixer:
        """Of voices that are overheard, only the teacher tells; there may be none."""
        few = round(OVERHEARD_SHARE * BATCH) if overheard else 0
        sources = [Source(acted, teachers_share=TEACHERS_SHARE, of_batch=BATCH - few)]
        if overheard:
            sources.append(Source(overheard, teachers_share=1.0, of_batch=few))
        words = np.stack([lesson.frames[:, BANDS:].mean(0, dtype=np.float32) for lesson in acted])
        emotions = np.array([lesson.origin.emotion for lesson in acted])
        return cls(sources, torch.from_numpy(telling(words, emotions)))
