"""A language, its speakers and its microphones left out: what a net makes of a corpus not met.

Learned like the voice's net, but for fewer epochs: a trial, not the model. The teacher's judges,
too, learned from the other corpora only; its layers never heard of emotions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edgemood.training.speech import SEED, clip_logits, train, unweighted_recall
from edgemood.training.speech_curriculum import BATCH, Curriculum
from edgemood.training.speech_lessons import PACES, Lesson
from edgemood.training.speech_pupil import Pupil
from edgemood.training.speech_stem import Stem
from edgemood.training.speech_windows import Clip


class Strangers(NamedTuple):
    """Whom to learn from, and whom to meet then; both act the same emotions."""

    known: list[int]
    """places in the training clips, of the other corpora"""
    met: list[int]
    """places in the test clips, of the corpus that is left out"""
    emotions: list[int]
    """in rising order"""


def strangers(train: list[Clip], test: list[Clip], left_out: str) -> Strangers:
    """Leave a corpus out: the emotions that it and any other have."""
    emotions = {clip.origin.emotion for clip in train if clip.origin.corpus != left_out}
    emotions &= {clip.origin.emotion for clip in test if clip.origin.corpus == left_out}
    known, met = (
        [
            place
            for place, clip in enumerate(clips)
            if (clip.origin.corpus == left_out) == is_left_out and clip.origin.emotion in emotions
        ]
        for clips, is_left_out in ((train, False), (test, True))
    )
    return Strangers(known, met, sorted(emotions))


def learned_net(
    stem: Stem,
    acted: list[Lesson],
    overheard: list[Lesson],
    backgrounds: list[NDArray[np.float16]],
    epochs: int,
) -> nn.Module:
    """A net that learned from these lessons."""
    torch.manual_seed(SEED)
    steps = math.ceil(len(acted) / len(PACES) / BATCH)
    curriculum = Curriculum.of(acted, overheard)
    return train(Pupil.beginning(stem), curriculum, backgrounds, epochs, steps=steps)


def net_recall(net: nn.Module, clips: list[Clip], emotions: list[int]) -> float:
    """UAR on clips, from their mean scores over these emotions."""
    scores = [logits[:, emotions].softmax(dim=1).mean(dim=0) for logits in clip_logits(net, clips)]
    predicted = np.array(emotions)[torch.stack(scores).argmax(dim=1).numpy()]
    return unweighted_recall(predicted, np.array([clip.origin.emotion for clip in clips]))
