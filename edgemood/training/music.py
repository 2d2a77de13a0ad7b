"""Train the sound model: `python -m edgemood.training.music` (`make train-music`).

A network on slices (RGLU) and a support-vector machine on hand-made features, which judge together.
The network learns from the train split; the validation split says how much it counts. The machine's
setting comes from cross-validation by artist on both, on which it is fitted at last.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgemood.music.analysis.classes import QUADRANTS
from edgemood.music.analysis.features import Heard
from edgemood.music.analysis.kernel_svm import ARRAYS, KernelSvm
from edgemood.music.analysis.mel import BANDS, HOP_SAMPLES, SLICE_FRAMES
from edgemood.music.analysis.piece import Piece
from edgemood.music.analysis.sound import log_softmax, slices_of
from edgemood.tflite import Model
from edgemood.training import music_data, music_golden, music_svm
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.export import export_int8
from edgemood.training.music_augment import Studio, stacked
from edgemood.training.music_data import GENRES, Clip
from edgemood.training.music_nets import rglu

SEED = 6
MINUTES = 5.0
BATCH = 32
PEAK_LEARNING_RATE = 4e-3
WEIGHT_DECAY = 0.05
EMA_DECAY = 0.99
LABEL_SMOOTHING = 0.1
HELPERS = len(GENRES) + 2
HELP = 0.3
"""what genres and weak affect count beside the quadrant"""
SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
NET = Path("music_mood.tflite")

Floats = NDArray[np.float32]


class Teacher:
    """Draws batches from clips."""

    def __init__(self, clips: list[Clip], heards: list[Heard], seed: int) -> None:
        self._clips = clips
        self._pictures = [heard.pictures[0] for heard in heards]
        self._draw = np.random.default_rng(seed)
        self._studio = Studio(seed)

    def batch(self) -> tuple[Tensor, ...]:
        """Pictures (n, 1, 313, 128), quadrants (n, 4), helpers' targets (n, genres + 2)."""
        chosen = self._draw.choice(len(self._clips), BATCH, replace=False)
        pictures = stacked([self._studio.slice_of(self._pictures[i]) for i in chosen])
        quadrants = torch.tensor([self._clips[i].quadrant for i in chosen])
        target = nn.functional.one_hot(quadrants, len(QUADRANTS)).float()
        target = target * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(QUADRANTS)
        help_ = torch.tensor([_helpers(self._clips[i]) for i in chosen])
        return self._studio.mixed(pictures, target, help_)


def train_net(
    net: nn.Module, clips: list[Clip], heards: list[Heard], minutes: float, seed: int = SEED
) -> nn.Module:
    """Train for so much processor time; gives the averaged net."""
    torch.manual_seed(seed)
    teacher = Teacher(clips, heards, seed)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    began_s, steps, losses = time.process_time(), 0, []
    while (progress := (time.process_time() - began_s) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(progress)
        loss = _loss(net.train(), *teacher.batch())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update_parameters(net)
        losses.append(float(loss.detach()))
        steps += 1
        if steps % 100 == 0:
            print(f"step {steps}, {progress:.0%}: loss {np.mean(losses[-100:]):.3f}", flush=True)
    result: nn.Module = average.module.eval()
    return result


def _loss(net: nn.Module, pictures: Tensor, target: Tensor, help_: Tensor) -> Tensor:
    logits, helped = net.learning(pictures)
    loss: Tensor = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
    genres = len(GENRES)
    guessed = nn.functional.binary_cross_entropy_with_logits(helped[:, :genres], help_[:, :genres])
    placed = nn.functional.mse_loss(helped[:, genres:], help_[:, genres:])
    return loss + HELP * (3 * guessed + placed)


def _helpers(clip: Clip) -> list[float]:
    return [*(float(genre in clip.genres) for genre in range(len(GENRES))), *clip.affect]


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


def _learning_rate(progress: float) -> float:
    """One cycle: a short warm-up, then down along a cosine."""
    warm_up = min(1.0, progress / 0.05 + 0.01)
    return PEAK_LEARNING_RATE * warm_up * 0.5 * (1.0 + math.cos(math.pi * progress))


def make_net(data: Path, cache: Path, minutes: float) -> None:
    """Train the network and write its file."""
    clips, heards = music_data.clips(data), music_data.cached(data, cache)
    rows = [row for row, clip in enumerate(clips) if clip.split == "train"]
    seen = [heards[row] for row in rows]
    net = train_net(rglu(HELPERS), [clips[row] for row in rows], seen, minutes)
    pictures = [clip_slices(heard)[1:3].permute(0, 2, 3, 1).numpy() for heard in seen[::3]]
    print(export_int8(net, np.concatenate(pictures), MODELS / NET))
    music_golden.write()


def make_machine(data: Path, cache: Path) -> None:
    """Fit the machine, choose the network's share, and write the machine's file."""
    clips, heards = music_data.clips(data), music_data.cached(data, cache)
    train, val = (
        np.array([row for row, clip in enumerate(clips) if clip.split == split])
        for split in ("train", "val")
    )
    known = np.concatenate([train, val])
    values = np.stack([heard.values for heard in heards])
    quadrants = np.array([clip.quadrant for clip in clips])
    artists = [clips[row].artist for row in known]
    setting, sharp = music_svm.choose(values[known], quadrants[known], artists)
    machine = music_svm.fit(setting, values[train], quadrants[train], sharp)
    heard_svm = log_softmax(np.stack([machine.logits(values[row]) for row in val]))
    net = Model(MODELS / NET, (SLICE_FRAMES, BANDS, 1), (len(QUADRANTS),))
    slices = [clip_slices(heards[row]).permute(0, 2, 3, 1).numpy() for row in val]
    heard_net = clip_logits([np.stack([net(each) for each in clip]) for clip in slices])
    share, factor = _together(heard_net, heard_svm, quadrants[val])
    final = music_svm.fit(setting, values[known], quadrants[known], sharp)
    write_svm(final, share, factor, (MODELS / NET).with_suffix(".npz"))


def _together(net: Floats, svm: Floats, truth: NDArray[np.int64]) -> tuple[float, float]:
    """The net's share that makes the truth of the validation clips likeliest, and the sharpness."""
    found = {}
    for share in SHARES:
        both = share * net + (1 - share) * svm
        factor = music_svm.sharpness(both, truth)
        own = log_softmax(factor * both)[np.arange(len(truth)), truth]
        found[share] = float(own.mean()), factor
        right = float((both.argmax(axis=1) == truth).mean())
        print(f"net's share {share}: accuracy {right:.3f}, log likelihood {own.mean():.3f} (val)")
    best = max(found, key=lambda share: found[share][0])
    return best, found[best][1]


def write_svm(machine: KernelSvm, share: float, sharpness: float, path: Path) -> None:
    """Write what `SoundModel` reads beside the network."""
    arrays = {name: np.asarray(getattr(machine, name)) for name in ARRAYS}
    arrays["support"] = arrays["support"].astype(np.float16)
    extras = {"net_share": np.float32(share), "total_sharpness": np.float32(sharpness)}
    np.savez_compressed(path, **arrays, **extras)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="processor time of the net")
    parser.add_argument("--cache", type=Path, default=music_data.CACHE)
    parser.add_argument("--machine-only", action="store_true", help="keep the net as it is")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.machine_only:
        make_net(data_folder(), arguments.cache, arguments.minutes)
    make_machine(data_folder(), arguments.cache)


if __name__ == "__main__":
    main()
