"""Train the speech-emotion model: `python -m edgemood.training.speech` (`make train-speech`)."""

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

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import FLOOR_DB
from edgemood.hearing.speech_emotion import DEPTH_DB, WINDOW_FRAMES
from edgemood.training import speech_data, speech_files, speech_golden
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech_augment import Augmenter, normalised
from edgemood.training.speech_files import EMOTION_FLOAT, EMOTION_INT8
from edgemood.training.speech_net import MelNet, emotion_net
from edgemood.training.speech_windows import Clip, sampling_weights

SEED = 5
EPOCHS = 65
BATCH = 64
PEAK_LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.03
EMA_DECAY = 0.997
LABEL_SMOOTHING = 0.1


class Teacher:
    """Draws batches: balanced clips, random windows, other throats, rooms and microphones."""

    def __init__(
        self,
        clips: list[Clip],
        weights: NDArray[np.float64],
        backgrounds: list[NDArray[np.float16]],
        seed: int,
    ) -> None:
        self._clips = clips
        self._weights = weights
        self._backgrounds = backgrounds
        self._draw = np.random.default_rng(seed)
        self._augmenter = Augmenter(seed)

    def batch(self, frames: int) -> tuple[Tensor, Tensor]:
        """Pictures (n, 1, frames, 64) and target probabilities (n, 7)."""
        chosen = self._draw.choice(len(self._clips), BATCH, p=self._weights)
        clips = [self._clips[i] for i in chosen]
        mel = torch.from_numpy(np.stack([clip.random_window(frames, self._draw) for clip in clips]))
        picture = self._augmenter.masked(
            normalised(self._heard_elsewhere(mel), DEPTH_DB), 12.0, frames / 6
        )
        emotions = torch.tensor([clip.emotion for clip in clips])
        target = nn.functional.one_hot(emotions, len(EMOTIONS)).float()
        target = target * (1.0 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(EMOTIONS)
        picture, target = self._augmenter.mixed(picture, target, strength=0.4)
        return picture[:, None], target

    def _heard_elsewhere(self, mel: Tensor) -> Tensor:
        augmenter = self._augmenter
        mel = augmenter.room(augmenter.other_throat(mel), probability=0.3)
        noisy = augmenter.chance(BATCH, 0.4).nonzero()[:, 0]
        frames = mel.shape[1]
        noise = torch.from_numpy(np.stack([self._background(frames) for _ in noisy]))
        snr_db = augmenter.uniform(len(noisy), 3.0, 35.0)
        mel[noisy] = augmenter.add(mel[noisy], augmenter.microphone(noise), snr_db)
        mel = augmenter.band_limit(augmenter.microphone(mel), probability=0.15)
        return augmenter.codec(mel, probability=0.2)

    def _background(self, frames: int) -> NDArray[np.float32]:
        track = self._backgrounds[self._draw.integers(len(self._backgrounds))]
        start = int(self._draw.integers(0, max(1, len(track) - frames + 1)))
        crop = track[start : start + frames].astype(np.float32)
        return np.pad(crop, ((0, frames - len(crop)), (0, 0)), constant_values=FLOOR_DB)


def load(data: Path, cache: Path, split: str) -> tuple[list[Clip], list[tuple[str, int]]]:
    """The clips of a split, and of each its (corpus, emotion)."""
    recordings = speech_data.speech(data)
    frames = speech_data.cached_log_mels("speech", recordings, cache)
    chosen = [(r, f) for r, f in zip(recordings, frames, strict=True) if r.split == split]
    clips = [Clip(f, r.emotion()) for r, f in chosen]
    return clips, [(r.labels["corpus"], r.emotion()) for r, _ in chosen]


def backgrounds(data: Path, cache: Path) -> list[NDArray[np.float16]]:
    """What may sound behind the training speech: noise and music of their train splits."""
    kept = []
    for name, recordings in (
        ("noise", speech_data.noise(data)),
        ("music", speech_data.music(data)),
    ):
        frames = speech_data.cached_log_mels(name, recordings, cache)
        kept += [
            np.asarray(f) for r, f in zip(recordings, frames, strict=True) if r.split == "train"
        ]
    return kept


def clip_logits(net: nn.Module, clips: list[Clip]) -> list[Tensor]:
    """The net's logits for every window of every clip."""
    net.eval()
    logits = []
    with torch.no_grad():
        for clip in clips:
            pictures = torch.from_numpy(clip.pictures())[:, None]
            logits.append(net(pictures.to(memory_format=torch.channels_last)))
    return logits


def unweighted_recall(predicted: NDArray[np.int_], true: NDArray[np.int_]) -> float:
    """The mean of the recalls of the classes that occur (UAR)."""
    return float(np.mean([(predicted[true == c] == c).mean() for c in np.unique(true)]))


def recalls(
    logits: list[Tensor], groups: list[tuple[str, int]], temperature: float = 1.0
) -> dict[str, float]:
    """UAR per corpus and pooled, from the mean scores of each clip."""
    scores = torch.stack([(each / temperature).softmax(dim=1).mean(dim=0) for each in logits])
    predicted = scores.argmax(dim=1).numpy()
    true = np.array([emotion for _, emotion in groups])
    corpora = np.array([corpus for corpus, _ in groups])
    found = {
        corpus: unweighted_recall(predicted[corpora == corpus], true[corpora == corpus])
        for corpus in sorted(set(corpora))
    }
    return found | {"pooled": unweighted_recall(predicted, true)}


def train(data: Path, cache: Path, epochs: int, checkpoint: Path) -> MelNet:
    """Train, going on from `checkpoint` when it is there; gives the averaged net."""
    clips, groups = load(data, cache, "train")
    val_clips, val_groups = load(data, cache, "val")
    torch.manual_seed(SEED)
    net = emotion_net().to(memory_format=torch.channels_last)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    first_epoch = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first_epoch = state["epoch"] + 1
    weights = sampling_weights(groups)
    heard_behind = backgrounds(data, cache)
    steps = math.ceil(len(clips) / BATCH)
    for epoch in range(first_epoch, epochs):
        began_s = time.perf_counter()
        teacher = Teacher(clips, weights, heard_behind, seed=SEED + 1_000 * epoch)
        losses = []
        net.train()
        for step in range(steps):
            progress = (epoch * steps + step) / (epochs * steps)
            for group in optimizer.param_groups:
                group["lr"] = _learning_rate(progress)
            picture, target = teacher.batch(_frames(progress))
            logits = net(picture.contiguous(memory_format=torch.channels_last))
            loss = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.update_parameters(net)
            losses.append(float(loss.detach()))
        state = {"net": net.state_dict(), "average": average.state_dict(), "epoch": epoch}
        torch.save(state | {"optimizer": optimizer.state_dict()}, checkpoint)
        line = f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.3f}"
        if epoch % 3 == 2 or epoch == epochs - 1:
            found = recalls(clip_logits(average.module, val_clips), val_groups)
            line += "".join(f", {name} {recall:.3f}" for name, recall in found.items())
        print(f"{line} ({time.perf_counter() - began_s:.0f} s)", flush=True)
    averaged: MelNet = average.module
    return averaged


def _frames(progress: float) -> int:
    """Short windows first, which are cheaper; the net averages over whatever time it is given."""
    return WINDOW_FRAMES // 2 if progress < 0.75 else WINDOW_FRAMES


def temperature(logits: list[Tensor], groups: list[tuple[str, int]]) -> float:
    """What to divide logits by to make the clips' mean scores likeliest (Guo et al., 2017)."""
    true = torch.tensor([emotion for _, emotion in groups])

    def surprise(divisor: float) -> float:
        scores = torch.stack([(each / divisor).softmax(dim=1).mean(dim=0) for each in logits])
        return float(nn.functional.nll_loss(scores.log(), true))

    divisors: list[float] = np.geomspace(0.2, 5.0, 100).tolist()
    return min(divisors, key=surprise)


def representative(clips: list[Clip]) -> NDArray[np.float32]:
    """Pictures of 400 clips, as the box will see them: (400, 256, 64)."""
    draw = np.random.default_rng(SEED)
    chosen = draw.choice(len(clips), 400, replace=False)
    return np.stack([draw.choice(clips[i].pictures()) for i in chosen])


def _learning_rate(progress: float) -> float:
    """One cycle: a short warm-up, then down along a cosine."""
    warm_up = min(1.0, progress / 0.05 + 0.01)
    return PEAK_LEARNING_RATE * warm_up * 0.5 * (1.0 + math.cos(math.pi * progress))


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.cache / "speech_emotion.checkpoint.pt"
    data = data_folder()
    net = train(data, arguments.cache, arguments.epochs, checkpoint)
    clips, groups = load(data, arguments.cache, "val")
    logits = clip_logits(net, clips)
    best = temperature(logits, groups)
    net.calibrate(best)
    print(f"temperature {best:.2f}; {recalls(logits, groups, best)}")
    pictures = representative(load(data, arguments.cache, "train")[0])
    print(speech_files.write(net, pictures, MODELS, EMOTION_INT8, EMOTION_FLOAT))
    speech_golden.write()


if __name__ == "__main__":
    main()
