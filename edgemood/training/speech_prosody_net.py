"""Train the emotion model's sense of prosody: `python -m edgemood.training.speech_prosody_net`.

`make train-prosody`, a few minutes. Writes `models/speech_emotion.npz`, which the box adds to what
the nets in `speech_emotion.tflite` say.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.hearing.prosody import NUMBERS
from edgemood.hearing.prosody_model import FURTHEST
from edgemood.training import speech, speech_data, speech_golden, speech_prosody
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.speech_files import EMOTION_INT8, float_emotion_net
from edgemood.training.speech_prosody import Described
from edgemood.training.speech_windows import Clip, sampling_weights

SEED = 5
UNITS: Final = 128
DROPOUT: Final = 0.5
STEPS: Final = 2_000
BATCH: Final = 64
PEAK_LEARNING_RATE: Final = 3e-3
WEIGHT_DECAY: Final = 0.3
NOISE: Final = 0.3  # spreads, added to every number
HIDDEN_NUMBERS: Final = 0.1
LABEL_SMOOTHING: Final = 0.1
MIXUP: Final = 0.4
MOVED_STEP: Final = 2  # every other clip is heard elsewhere, too


class ProsodyNet(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Standardised numbers (n, NUMBERS) to logits (n, 7)."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(NUMBERS, UNITS, bias=False)
        self.norm = nn.BatchNorm1d(UNITS)
        self.dropout = nn.Dropout(DROPOUT)
        self.output = nn.Linear(UNITS, len(EMOTIONS))

    def forward(self, numbers: Tensor) -> Tensor:
        """Logits of a batch."""
        logits: Tensor = self.output(self.dropout(torch.relu(self.norm(self.hidden(numbers)))))
        return logits


class Scale:
    """Where the numbers lie and how far they spread over the training windows."""

    def __init__(self, numbers: NDArray[np.float32]) -> None:
        low, high = np.percentile(numbers, (1, 99), axis=0)
        typical = np.clip(numbers, low, high)
        self.mean, self.spread = typical.mean(axis=0), typical.std(axis=0) + 1e-6

    def __call__(self, numbers: NDArray[np.float32]) -> Tensor:
        """Numbers as the net sees them."""
        standard = np.clip((numbers - self.mean) / self.spread, -FURTHEST, FURTHEST)
        return torch.from_numpy(standard.astype(np.float32))


def learned(seen: Tensor, clips: list[Clip], steps: int = STEPS) -> ProsodyNet:
    """A net that learned from windows (n, NUMBERS), `clips[i]` being where window i is from."""
    torch.manual_seed(SEED)
    net = ProsodyNet()
    emotions = torch.tensor([clip.origin.emotion for clip in clips])
    target = nn.functional.one_hot(emotions, len(EMOTIONS)).float()
    target = target * (1.0 - LABEL_SMOOTHING) + LABEL_SMOOTHING / len(EMOTIONS)
    weights = torch.from_numpy(sampling_weights(clips))
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_LEARNING_RATE, steps)
    for _ in range(steps):
        chosen = torch.multinomial(weights, BATCH, replacement=True)
        numbers, wanted = _mixed(seen[chosen], target[chosen])
        numbers = numbers + NOISE * torch.randn_like(numbers)
        numbers = numbers * (torch.rand_like(numbers) > HIDDEN_NUMBERS)
        loss = -(wanted * net(numbers).log_softmax(dim=1)).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    return net


def _mixed(numbers: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Mixup (Zhang et al., 2018)."""
    share = torch.distributions.Beta(MIXUP, MIXUP).sample((len(numbers), 1))
    other = torch.randperm(len(numbers))
    return torch.lerp(numbers[other], numbers, share), torch.lerp(target[other], target, share)


def logits_by_clip(net: ProsodyNet, scale: Scale, described: Described) -> list[Tensor]:
    """The logits (windows, 7) of each clip."""
    with torch.no_grad():
        logits = net(scale(described.numbers))
    counts: list[int] = np.bincount(described.clip).tolist()
    return list(logits.split(counts))


def surprise(logits: list[Tensor], clips: list[Clip]) -> float:
    """How unlikely the clips' emotions are by the mean scores of their windows."""
    scores = torch.stack([each.softmax(dim=1).mean(dim=0) for each in logits])
    true = torch.tensor([clip.origin.emotion for clip in clips])
    return float(nn.functional.nll_loss(scores.log(), true))


def balance(nets: list[Tensor], prosody: list[Tensor], clips: list[Clip]) -> tuple[float, float]:
    """What to multiply both opinions by before they are added."""
    steps = np.linspace(0.1, 1.2, 12).tolist()
    pairs = [(a, b) for a in steps for b in steps]

    def of(pair: tuple[float, float]) -> float:
        return surprise(
            [pair[0] * x + pair[1] * y for x, y in zip(nets, prosody, strict=True)], clips
        )

    return min(pairs, key=of)


def write(net: ProsodyNet, scale: Scale, shares: tuple[float, float], path: Path) -> None:
    """Write the file for the box: normalisation and share folded into the weights."""
    nets_share, share = shares
    with torch.no_grad():
        gain = net.norm.weight / torch.sqrt(net.norm.running_var + net.norm.eps)
        hidden = (net.hidden.weight * gain[:, None]).T
        bias = net.norm.bias - net.norm.running_mean * gain
        np.savez_compressed(
            path,
            mean=scale.mean.astype(np.float32),
            spread=scale.spread.astype(np.float32),
            hidden=hidden.numpy().astype(np.float16),
            hidden_bias=bias.numpy(),
            output=share * net.output.weight.T.numpy(),
            output_bias=share * net.output.bias.numpy(),
            nets_share=np.float32(nets_share),
        )


def main() -> None:
    """Describe, train, weigh against the nets on validation speech, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    cache = parser.parse_args().cache
    torch.set_num_threads(1)
    data = data_folder()
    train, val = (speech.load(data, cache, split) for split in ("train", "val"))
    clean = speech_prosody.as_spoken(train, cache / "prosody_train_last.npz", last_only=True)
    backgrounds = speech.backgrounds(data, cache)
    moved = train[::MOVED_STEP]
    varied = speech_prosody.elsewhere(moved, backgrounds, cache / "prosody_elsewhere.npz")
    watched = speech_prosody.as_spoken(val, cache / "prosody_val.npz")
    scale = Scale(np.concatenate([clean.numbers, varied.numbers]))
    seen = torch.cat([scale(clean.numbers), scale(varied.numbers)])
    net = learned(seen, [train[i] for i in clean.clip] + [moved[i] for i in varied.clip])
    prosody = logits_by_clip(net, scale, watched)
    nets = speech.clip_logits(float_emotion_net(MODELS), 2, val)
    shares = balance(nets, prosody, val)
    both = [shares[0] * x + shares[1] * y for x, y in zip(nets, prosody, strict=True)]
    for name, logits in (("nets", nets), ("prosody", prosody), ("both", both)):
        print(f"{name}: {speech.recalls(logits, val)}", flush=True)
    print(f"shares {shares[0]:.2f} and {shares[1]:.2f}")
    write(net, scale, shares, MODELS / EMOTION_INT8.with_suffix(".npz"))
    speech_golden.write_prosody(speech_golden.spoken_windows())


if __name__ == "__main__":
    main()
