"""A language, its speakers and its microphones left out: what a net makes of a corpus it never met.

The smaller of the voice's two nets, learning for a few epochs only: a trial, not the model.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.training.speech import (
    BATCH,
    SEED,
    WEIGHT_DECAY,
    Teacher,
    clip_logits,
    learning_rate,
    unweighted_recall,
)
from edgemood.training.speech_net import pitch_net
from edgemood.training.speech_windows import Clip

FRAMES: Final = 128
"""Windows that are learned from: half as long as the judged ones, and half as dear."""
INPUTS: Final = 2
"""Both pictures: log-mel and harmonics."""


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


def surprise(logits: Tensor, target: Tensor, acted: Tensor) -> Tensor:
    """Cross-entropy (n,) among the emotions that a corpus acts, a boolean mask (7,).

    Its clips say nothing of the others: that surprise is not acted in Amharic here does not mean
    that nobody is surprised in Amharic.
    """
    wanted = target[:, acted]
    wanted = wanted / wanted.sum(dim=1, keepdim=True)
    return -(wanted * logits[:, acted].log_softmax(dim=1)).sum(dim=1)


def learned_net(
    clips: list[Clip], backgrounds: list[NDArray[np.float16]], epochs: int
) -> nn.Module:
    """A net that learned from these clips; every batch holds as many of each corpus."""
    torch.manual_seed(SEED)
    corpora = sorted({clip.origin.corpus for clip in clips})
    of_corpus = [[clip for clip in clips if clip.origin.corpus == corpus] for corpus in corpora]
    share = BATCH // len(corpora)
    teachers = [
        Teacher(some, backgrounds, SEED + place, batch=share)
        for place, some in enumerate(of_corpus)
    ]
    acted = [_acted(some) for some in of_corpus]
    net = pitch_net().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    steps = epochs * math.ceil(len(clips) / BATCH)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step / steps)
        pictures, targets = zip(*(teacher.batch(FRAMES) for teacher in teachers), strict=True)
        # All corpora at once, so that batch normalisation does not see one alone.
        logits = net(torch.cat(pictures).contiguous(memory_format=torch.channels_last))
        parts = zip(logits.split(share), targets, acted, strict=True)
        loss = torch.cat([surprise(*part) for part in parts]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    trained: nn.Module = net.eval()
    return trained


def net_recall(net: nn.Module, clips: list[Clip], emotions: list[int]) -> float:
    """UAR on clips, from their mean scores over these emotions."""
    scores = [
        logits[:, emotions].softmax(dim=1).mean(dim=0) for logits in clip_logits(net, INPUTS, clips)
    ]
    predicted = np.array(emotions)[torch.stack(scores).argmax(dim=1).numpy()]
    return unweighted_recall(predicted, np.array([clip.origin.emotion for clip in clips]))


def _acted(clips: list[Clip]) -> Tensor:
    acted = torch.zeros(len(EMOTIONS), dtype=torch.bool)
    acted[[clip.origin.emotion for clip in clips]] = True
    return acted
