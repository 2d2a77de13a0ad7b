"""Train the speech-emotion model: `python -m edgemood.training.speech` (`make train-speech`)."""

from __future__ import annotations

import argparse
import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgemood.emotion import EMOTIONS
from edgemood.hearing.frames import HARMONICS, MEL
from edgemood.hearing.speech_emotion import DEPTH_DB, HARMONIC_DEPTH_DB, WINDOW_FRAMES
from edgemood.training import speech_data, speech_files, speech_golden
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech_augment import Augmenter, normalised
from edgemood.training.speech_files import EMOTION_FLOAT, EMOTION_INT8
from edgemood.training.speech_net import MelNet, TwoViews, mel_net, pitch_net
from edgemood.training.speech_windows import Clip, Origin, sampling_weights

SEED = 5
EPOCHS = 60
BATCH = 64
PEAK_LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.03
EMA_DECAY = 0.997
LABEL_SMOOTHING = 0.1


class View(NamedTuple):
    """One of the two nets: how it is made, how many of the pictures it sees, how long it learns."""

    name: str
    make: Callable[[], MelNet]
    inputs: int
    epochs: int


VIEWS = (View("mel", mel_net, 1, 65), View("pitch", pitch_net, 2, 70))


class Teacher:
    """Draws batches: balanced clips, random windows, other throats, rooms and microphones."""

    def __init__(
        self,
        clips: list[Clip],
        backgrounds: list[NDArray[np.float16]],
        seed: int,
        *,
        batch: int = BATCH,
    ) -> None:
        self._clips = clips
        self._size = batch
        self._weights = sampling_weights(clips)
        self._backgrounds = backgrounds
        self._draw = np.random.default_rng(seed)
        self._augmenter = Augmenter(seed)
        self._recent: deque[tuple[Tensor, list[Origin]]] = deque(maxlen=4)
        self._batches = 0

    def batch(self, frames: int) -> tuple[Tensor, Tensor]:
        """Pictures (n, 2, frames, 64) and target probabilities (n, 7).

        Every other batch hears one of the last few again, in other pieces and mixtures: placing
        sounds in rooms costs as much as learning from them (Choi et al., "Data echoing", 2019).
        """
        self._batches += 1
        if self._batches % 2:
            self._recent.append(self._hear(frames))
        seen, origins = self._recent[int(self._draw.integers(len(self._recent)))]
        seen = self._augmenter.other_timbre(seen, _alike(origins), probability=0.3)
        pictures = torch.stack(
            [
                self._augmenter.masked(seen[..., part], 12.0, frames / 6)
                for part in (MEL, HARMONICS)
            ],
            dim=1,
        )
        emotions = torch.tensor([origin.emotion for origin in origins])
        target = nn.functional.one_hot(emotions, len(EMOTIONS)).float()
        target = target * (1.0 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(EMOTIONS)
        return self._augmenter.mixed(pictures, target, strength=0.4)

    def _hear(self, frames: int) -> tuple[Tensor, list[Origin]]:
        chosen = self._draw.choice(len(self._clips), self._size, p=self._weights)
        clips = [self._clips[i] for i in chosen]
        sound = np.stack([clip.random_window(frames, self._draw) for clip in clips])
        heard = self._augmenter.other_throat(torch.from_numpy(sound))
        heard = self._augmenter.elsewhere(heard, self._backgrounds, self._draw)
        mel = normalised(heard[..., MEL], DEPTH_DB)
        harmonics = normalised(heard[..., HARMONICS], HARMONIC_DEPTH_DB)
        return torch.cat([mel, harmonics], dim=2), [clip.origin for clip in clips]


def _alike(origins: list[Origin]) -> Tensor:
    """Which pictures (n, n) show the same emotion of the same corpus by another speaker."""
    return torch.tensor(
        [
            [a.corpus == b.corpus and a.emotion == b.emotion and a != b for b in origins]
            for a in origins
        ]
    )


def load(data: Path, cache: Path, split: str) -> list[Clip]:
    """The clips of a split."""
    recordings = speech_data.speech(data)
    frames = speech_data.cached_frames("speech", recordings, cache)
    return [
        Clip(f, Origin(r.labels["corpus"], r.labels["speaker"], r.emotion()))
        for r, f in zip(recordings, frames, strict=True)
        if r.split == split
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


def clip_logits(net: nn.Module, inputs: int, clips: list[Clip]) -> list[Tensor]:
    """The logits for every window of every clip of a net that sees the first `inputs` pictures."""
    net.eval()
    logits = []
    with torch.no_grad():
        for clip in clips:
            pictures = torch.from_numpy(clip.pictures()).permute(0, 3, 1, 2)[:, :inputs]
            logits.append(net(pictures.contiguous(memory_format=torch.channels_last)))
    return logits


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


def train(view: View, data: Path, cache: Path, checkpoint: Path) -> MelNet:
    """Train one view, going on from `checkpoint` when it is there; gives the averaged net."""
    clips, watched = load(data, cache, "train"), load(data, cache, "val")
    torch.manual_seed(SEED)
    net = view.make().to(memory_format=torch.channels_last)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    first_epoch = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first_epoch = state["epoch"] + 1
    heard_behind = backgrounds(data, cache)
    steps = math.ceil(len(clips) / BATCH)
    for epoch in range(first_epoch, view.epochs):
        began_s = time.perf_counter()
        teacher = Teacher(clips, heard_behind, seed=SEED + 1_000 * epoch)
        losses = []
        net.train()
        for step in range(steps):
            progress = (epoch * steps + step) / (view.epochs * steps)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(progress)
            picture, target = teacher.batch(_frames(progress))
            logits = net(picture[:, : view.inputs].contiguous(memory_format=torch.channels_last))
            loss = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.update_parameters(net)
            losses.append(float(loss.detach()))
        state = {"net": net.state_dict(), "average": average.state_dict(), "epoch": epoch}
        torch.save(state | {"optimizer": optimizer.state_dict()}, checkpoint)
        line = f"{view.name}, epoch {epoch + 1}/{view.epochs}: loss {np.mean(losses):.3f}"
        if epoch % 3 == 2 or epoch == view.epochs - 1:
            found = recalls(clip_logits(average.module, view.inputs, watched), watched)
            line += "".join(f", {name} {recall:.3f}" for name, recall in found.items())
        print(f"{line} ({time.perf_counter() - began_s:.0f} s)", flush=True)
    averaged: MelNet = average.module
    return averaged


def _frames(progress: float) -> int:
    """Short windows first, which are cheaper; the net averages over whatever time it is given."""
    return WINDOW_FRAMES // 2 if progress < 0.9 else WINDOW_FRAMES


def temperature(logits: list[Tensor], clips: list[Clip]) -> float:
    """What to divide logits by to make the clips' mean scores likeliest (Guo et al., 2017)."""
    true = torch.tensor([clip.origin.emotion for clip in clips])

    def surprise(divisor: float) -> float:
        scores = torch.stack([(each / divisor).softmax(dim=1).mean(dim=0) for each in logits])
        return float(nn.functional.nll_loss(scores.log(), true))

    divisors: list[float] = np.geomspace(0.2, 5.0, 100).tolist()
    return min(divisors, key=surprise)


def representative(clips: list[Clip]) -> NDArray[np.float32]:
    """Pictures of 400 clips, as the box will see them: (400, 256, 64, 2)."""
    draw = np.random.default_rng(SEED)
    chosen = draw.choice(len(clips), 400, replace=False)
    return np.stack([draw.choice(clips[i].pictures()) for i in chosen])


def learning_rate(progress: float) -> float:
    """One cycle: a short warm-up, then down along a cosine."""
    warm_up = min(1.0, progress / 0.05 + 0.01)
    return PEAK_LEARNING_RATE * warm_up * 0.5 * (1.0 + math.cos(math.pi * progress))


def main() -> None:
    """Train both views, one after the other; join and export them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data, cache = data_folder(), arguments.cache
    mel, pitch = (
        train(view, data, cache, cache / f"speech_{view.name}.checkpoint.pt") for view in VIEWS
    )
    clips = load(data, cache, "val")
    for net, view in zip((mel, pitch), VIEWS, strict=True):
        print(f"{view.name}: {recalls(clip_logits(net, view.inputs, clips), clips)}")
    both = TwoViews(mel, pitch)
    logits = clip_logits(both, 2, clips)
    divisor = temperature(logits, clips)
    both.divide(divisor)
    print(f"both, temperature {divisor:.2f}: {recalls(logits, clips)}")
    pictures = representative(load(data, cache, "train"))
    print(speech_files.write(both, pictures, MODELS, EMOTION_INT8, EMOTION_FLOAT))
    speech_golden.write()


if __name__ == "__main__":
    main()
