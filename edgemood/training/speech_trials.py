"""Small experiments of equal budget: `python -m edgemood.training.speech_trials`.

`make trials-speech` writes `models/speech_trials.md`: which front end tells most on the validation
split, and what is left of it when a whole corpus, its language and its microphones are new (trained
on the train splits of two corpora, tested on the test split of the third, emotions both have).
Each net sees 450 batches, a thirteenth of what the nets in `models/` learned from: the figures
compare front ends and languages with each other, not with the scorecard.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgemood.emotion import EMOTIONS
from edgemood.training import speech, speech_data
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech_net import MelNet, Stage
from edgemood.training.speech_windows import Clip

STEPS: Final = 450
FRAMES: Final = 96
EMA_DECAY: Final = 0.98
COEFFICIENTS: Final = 48
"""Of the cepstrum, for the MFCC trial."""

_HEAD = """# Trials of the speech-emotion model

Written by `make trials-speech`: small nets of equal size, 450 batches each. UAR.
"""


class Looking(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A small net behind a front end that it is tried with."""

    def __init__(self, see: Callable[[Tensor], Tensor], inputs: int, bands: int) -> None:
        super().__init__()
        self._see = see
        self.net = MelNet(
            len(EMOTIONS),
            stem=Stage(12, (4, 2)),
            stages=(Stage(20, (2, 2)), Stage(40, (2, 2)), Stage(76, (2, 2))),
            dropout=0.2,
            inputs=inputs,
            knows_spread=True,
            bands=bands,
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits of pictures (n, 2, frames, 64)."""
        logits: Tensor = self.net(self._see(pictures))
        return logits


def log_mel_alone() -> Looking:
    """Sees the log-mel picture."""
    return Looking(lambda pictures: pictures[:, :1], 1, 64)


def mfcc() -> Looking:
    """Sees the first 48 cepstral coefficients of the log-mel picture (orthonormal DCT-II)."""
    band = torch.arange(64) + 0.5
    coefficient = torch.arange(COEFFICIENTS)
    cosines = torch.cos(math.pi / 64 * coefficient * band[:, None]) * math.sqrt(2 / 64)
    cosines[:, 0] /= math.sqrt(2)
    return Looking(lambda pictures: pictures[:, :1] @ cosines, 1, COEFFICIENTS)


def with_harmonics() -> Looking:
    """Sees both pictures."""
    return Looking(lambda pictures: pictures, 2, 64)


FRONT_ENDS: Final = {"log-mel": log_mel_alone, "MFCC": mfcc, "log-mel + harmonics": with_harmonics}


def learn(net: Looking, clips: list[Clip], behind: list[NDArray[np.float16]]) -> nn.Module:
    """Train for `STEPS` batches; gives the averaged net."""
    teacher = speech.Teacher(clips, behind, speech.SEED)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=speech.WEIGHT_DECAY)
    net.train()
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = speech.learning_rate(step / STEPS)
        pictures, target = teacher.batch(FRAMES)
        logits = net(pictures.contiguous(memory_format=torch.channels_last))
        loss = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update_parameters(net)
    averaged: nn.Module = average.module
    return averaged


def strangers_recall(net: nn.Module, clips: list[Clip], known: set[int]) -> float:
    """UAR among the emotions that both the net and these clips know."""
    shared = sorted(known & {clip.origin.emotion for clip in clips})
    judged = [clip for clip in clips if clip.origin.emotion in shared]
    logits = [each[:, shared] for each in speech.clip_logits(net, 2, judged)]
    scores = torch.stack([each.softmax(dim=1).mean(dim=0) for each in logits])
    predicted = np.array(shared)[scores.argmax(dim=1).numpy()]
    true = np.array([clip.origin.emotion for clip in judged])
    return speech.unweighted_recall(predicted, true)


def main() -> None:
    """Run all trials and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data, cache = data_folder(), arguments.cache
    train, val, test = (speech.load(data, cache, split) for split in ("train", "val", "test"))
    behind = speech.backgrounds(data, cache)
    corpora = sorted({clip.origin.corpus for clip in train})
    lines = [
        f"| front end, validation | {' | '.join(corpora)} | pooled |",
        "| --- |" + " ---: |" * 4,
    ]
    for name, make in FRONT_ENDS.items():
        torch.manual_seed(speech.SEED)
        found = speech.recalls(speech.clip_logits(learn(make(), train, behind), 2, val), val)
        cells = [f"{found[column]:.1%}" for column in [*corpora, "pooled"]]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    lines += [
        "",
        "| corpus left out, test | emotions | UAR | guessing |",
        "| --- | ---: | ---: | ---: |",
    ]
    for left_out in corpora:
        torch.manual_seed(speech.SEED)
        others = [clip for clip in train if clip.origin.corpus != left_out]
        strangers = [clip for clip in test if clip.origin.corpus == left_out]
        known = {clip.origin.emotion for clip in others}
        count = len(known & {clip.origin.emotion for clip in strangers})
        recall = strangers_recall(learn(with_harmonics(), others, behind), strangers, known)
        lines.append(f"| {left_out} | {count} | {recall:.1%} | {1 / count:.1%} |")
        print(lines[-1], flush=True)
    page = "\n".join([_HEAD, *lines]) + "\n"
    (MODELS / "speech_trials.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
