"""Train the speech-emotion model: `python -m edgemood.training.speech.train` (`make train-speech`).

A small net that begins with a few of Whisper's filters learns from acted emotions, and from
Whisper's own embedding of the same speech and of many other voices
(`edgemood.training.speech.distillation.data`), heard through other throats, rooms and microphones.
What it learns from is kept between runs; so is each epoch. `--from` goes on from a net that was
learned.
"""

from __future__ import annotations

import argparse
import copy
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgemood.hearing.speech_emotion import WINDOW_FRAMES
from edgemood.training.common.loop import Training
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.common.recipe import Epochs, Recipe, Schedule
from edgemood.training.speech import checkpoint as speech_files
from edgemood.training.speech import data as speech_data
from edgemood.training.speech import golden as speech_golden
from edgemood.training.speech.batches import BATCH, Batches, BatchMixer
from edgemood.training.speech.distillation.data import DistillationSet, origin_of
from edgemood.training.speech.distillation.student import Student
from edgemood.training.speech.distillation.whisper import Encoder
from edgemood.training.speech.distillation.whisper_stem import pruned
from edgemood.training.speech.model import EmotionNet
from edgemood.training.speech.windows import Clip

SEED = 5
RECIPE = Recipe(
    length=Epochs(66),
    seed=SEED,
    peak_rate=3e-3,
    schedule=Schedule(warm_up=0.05, first=0.01, falls_at_once=True),
    weight_decay=0.03,
    average_decay=0.997,
    average_grows=True,
    judged_every=3,
)
ONWARDS = replace(RECIPE, peak_rate=2e-3)
"""From a net that was learned."""
STEM_RATE = 0.1
"""The stem knows more than we can teach it: a tenth of the others' learning rate."""
SHORT_UNTIL = 0.8
"""share of the training with short windows, which are cheaper; the net averages over any time"""
SHARES_OF_NEW = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
DISTILLATION_WEIGHT = 0.5
"""How much the teacher's embedding counts beside the emotion."""


def load(data: Path, cache: Path, split: str) -> list[Clip]:
    """The clips of a split, of all corpora."""
    return [
        Clip(frames, origin_of(recording))
        for name, recordings in (
            ("speech", speech_data.speech(data)),
            ("more_speech", speech_data.more_speech(data)),
        )
        for recording, frames in zip(
            recordings, speech_data.cached_frames(name, recordings, cache), strict=True
        )
        if recording.split == split
    ]


def backgrounds(data: Path, cache: Path) -> list[NDArray[np.float16]]:
    """What may sound behind the training speech: noise and music of their train splits."""
    kept = []
    for name, recordings in (
        ("noise", speech_data.noise(data)),
        ("music", speech_data.music(data)),
    ):
        frames = speech_data.cached_frames(name, recordings, cache)
        kept += [
            np.asarray(f) for r, f in zip(recordings, frames, strict=True) if r.split == "train"
        ]
    return kept


def clip_logits(net: nn.Module, clips: list[Clip]) -> list[Tensor]:
    """The logits for every window of every clip."""
    net.eval()
    with torch.no_grad():
        return [net(torch.from_numpy(clip.pictures()).permute(0, 3, 1, 2)) for clip in clips]


def unweighted_recall(predicted: NDArray[np.int_], true: NDArray[np.int_]) -> float:
    """The mean of the recalls of the classes that occur (UAR)."""
    return float(np.mean([(predicted[true == c] == c).mean() for c in np.unique(true)]))


def recalls(logits: list[Tensor], clips: list[Clip]) -> dict[str, float]:
    """UAR per corpus and pooled, from the mean scores of each clip."""
    scores = torch.stack([each.softmax(dim=1).mean(dim=0) for each in logits])
    predicted = scores.argmax(dim=1).numpy()
    true = np.array([clip.origin.emotion for clip in clips])
    corpora = np.array([clip.origin.corpus for clip in clips])
    found = {
        corpus: unweighted_recall(predicted[corpora == corpus], true[corpora == corpus])
        for corpus in sorted(set(corpora))
    }
    return found | {"pooled": unweighted_recall(predicted, true)}


def train(
    student: Student,
    mixer: BatchMixer,
    heard_behind: list[NDArray[np.float16]],
    recipe: Recipe,
    *,
    steps: int,
    checkpoint: Path | None = None,
    watched: list[Clip] | None = None,
) -> EmotionNet:
    """Teach, going on from `checkpoint` when it is there; gives the averaged net.

    An epoch is so many `steps`. `watched`: clips on which the recalls are told.
    """
    rate = recipe.peak_rate
    optimizer = torch.optim.AdamW(
        [
            {"params": student.new(), "lr": rate, "weight_decay": recipe.weight_decay},
            {"params": student.pretrained(), "lr": STEM_RATE * rate, "weight_decay": 0.0},
        ]
    )
    batches = Batches(mixer, heard_behind, seed=recipe.seed)

    def loss(step: int, progress: float) -> Tensor:
        nonlocal batches
        epoch, within = divmod(step, steps)
        if within == 0:  # each epoch draws anew, so that one may begin where a checkpoint ends
            batches = Batches(mixer, heard_behind, seed=recipe.seed + 1_000 * epoch)
        frames = WINDOW_FRAMES // 2 if progress < SHORT_UNTIL else WINDOW_FRAMES
        return student.loss(*batches.batch(frames), DISTILLATION_WEIGHT)

    def found(average: Student) -> dict[str, float]:
        return recalls(clip_logits(average.exported(), watched), watched) if watched else {}

    averaged: Student = Training(
        recipe, student, optimizer, loss, epoch_steps=steps, judge=found, checkpoint=checkpoint
    ).run()
    return averaged.exported()


def nll(logits: list[Tensor], clips: list[Clip], divisor: float) -> float:
    """How unlikely the clips' emotions are to their mean scores (negative log likelihood).

    Every corpus counts the same: the next one will be as unlike all of them.
    """
    true = torch.tensor([clip.origin.emotion for clip in clips])
    scores = torch.stack([(each / divisor).softmax(dim=1).mean(dim=0) for each in logits])
    each = nn.functional.nll_loss(scores.log(), true, reduction="none")
    corpora = np.array([clip.origin.corpus for clip in clips])
    return float(np.mean([float(each[corpora == c].mean()) for c in np.unique(corpora)]))


def temperature(logits: list[Tensor], clips: list[Clip]) -> float:
    """What to divide logits by to make the clips' mean scores likeliest (Guo et al., 2017)."""
    divisors: list[float] = np.geomspace(0.2, 5.0, 100).tolist()
    return min(divisors, key=lambda divisor: nll(logits, clips, divisor))


def mixed(before: EmotionNet, after: EmotionNet, watched: list[Clip]) -> EmotionNet:
    """The mean of a net before and after it went on to learn, weighted for the lowest NLL.

    What lies between both in weights is often better on new speakers than either (Wortsman et al.,
    "Robust fine-tuning of zero-shot models", 2022).
    """
    old, new = before.state_dict(), after.state_dict()
    found: dict[float, tuple[float, EmotionNet]] = {}
    for share in SHARES_OF_NEW:
        net = EmotionNet().eval()
        net.load_state_dict(
            {
                name: torch.lerp(value, new[name], share) if value.is_floating_point() else value
                for name, value in old.items()
            }
        )
        logits = clip_logits(net, watched)
        found[share] = nll(logits, watched, divisor=1.0), net
        print(f"{share:.0%} of the new net: NLL {found[share][0]:.4f}", flush=True)
    _, best = min(found.values(), key=lambda each: each[0])
    return best


def representative(clips: list[Clip]) -> NDArray[np.float32]:
    """Pictures of 400 clips, as the box will see them: (400, 256, 64, 1)."""
    draw = np.random.default_rng(SEED)
    chosen = draw.choice(len(clips), 400, replace=False)
    return np.stack([draw.choice(clips[i].pictures()) for i in chosen])


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--from", dest="begin", type=Path, help="float weights to go on from")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    data, cache = data_folder(), arguments.cache
    encoder = Encoder(cache)
    clips, watched = load(data, cache, "train"), load(data, cache, "val")
    before = speech_files.emotion_net(arguments.begin) if arguments.begin else None
    if before:
        shown = torch.from_numpy(representative(clips)).permute(0, 3, 1, 2)
        student = Student.from_net(copy.deepcopy(before), shown)
    else:
        student = Student.from_stem(pruned(encoder, clips))
    examples = DistillationSet(data, cache, encoder)
    recipe = ONWARDS if before else RECIPE
    net = train(
        student,
        BatchMixer.of(examples.acted(), [] if before else examples.unlabelled()),
        backgrounds(data, cache),
        replace(recipe, length=Epochs(arguments.epochs)) if arguments.epochs else recipe,
        steps=math.ceil(len(clips) / BATCH),
        checkpoint=cache / "speech_emotion.checkpoint.pt",
        watched=watched,
    )
    if before:
        net = mixed(before, net, watched)
    logits = clip_logits(net, watched)
    divisor = temperature(logits, watched)
    net.divide(divisor)
    print(f"temperature {divisor:.2f}: {recalls(logits, watched)}")
    print(speech_files.write_unbiased(net, representative(clips), MODELS))
    speech_golden.write()


if __name__ == "__main__":
    main()
