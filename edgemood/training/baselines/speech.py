"""The papers' voice systems: `python -m edgemood.training.baselines.speech` (`make papers-speech`).

What project papers on music boxes and assistants describe: cepstral coefficients (MFCC) averaged
over a clip, or a mel spectrogram of its first three seconds, into a plain convolution net with
dropout; no voice gate, no augmentation. Trained on the train split, tested on the test split, all
three corpora together; nothing is chosen on either.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dct
from torch import Tensor, nn

from edgemood.emotion import EMOTIONS
from edgemood.hearing.mel import BANDS, FLOOR_DB, FRAMES_PER_S
from edgemood.training.baselines.table import Ledger, Result
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.speech import data as speech_data
from edgemood.training.speech.model import multiply_adds
from edgemood.training.speech.train import unweighted_recall

SEED = 3
BATCH = 64
LEARNING_RATE = 1e-3
COEFFICIENTS = 40
CLIP_FRAMES = 3 * FRAMES_PER_S

Features = NDArray[np.float32]


class System(NamedTuple):
    """A way from log-mel frames (n, 64) of a clip to numbers, and the net behind it."""

    name: str
    features: Callable[[Features], Features]
    build: Callable[[], nn.Module]
    note: str


def mean_cepstrum(frames: Features) -> Features:
    """Forty coefficients averaged over the whole clip: (1, 40)."""
    cepstrum = dct(frames, axis=1, norm="ortho")[:, :COEFFICIENTS]
    mean: Features = cepstrum.mean(axis=0, keepdims=True).astype(np.float32)
    return mean


def spectrogram(frames: Features) -> Features:
    """The first three seconds, padded with silence: (1, 300, 64)."""
    kept = frames[:CLIP_FRAMES]
    padding = ((0, CLIP_FRAMES - len(kept)), (0, 0))
    return np.pad(kept, padding, constant_values=FLOOR_DB)[np.newaxis]


def cepstrum_net() -> nn.Module:
    """Two convolutions along the coefficients, 64 and 128 filters of five, dropout, dense."""
    return nn.Sequential(
        nn.Conv1d(1, 64, 5, padding=2),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.MaxPool1d(2),
        nn.Conv1d(64, 128, 5, padding=2),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(128 * COEFFICIENTS // 2, len(EMOTIONS)),
    )


def spectrogram_net() -> nn.Module:
    """Four convolutions of 3×3, 16 to 128 filters, each halved, then dense 128."""
    layers: list[nn.Module] = []
    for inputs, filters in ((1, 16), (16, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    height, width = CLIP_FRAMES // 16, BANDS // 16
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(128 * height * width, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, len(EMOTIONS)),
    )


SYSTEMS = (
    System("MFCC means, CNN", mean_cepstrum, cepstrum_net, "40 MFCC of the whole clip, averaged"),
    System("mel spectrogram, CNN", spectrogram, spectrogram_net, "first 3 s, 64 bands"),
)


def measure(system: System, minutes: float, data: Path, cache: Path) -> Result:
    """Train for so much processor time and test once."""
    recordings = speech_data.speech(data)
    frames = speech_data.cached_frames("speech", recordings, cache)
    known = np.stack([system.features(f.astype(np.float32)) for f in frames])
    split = np.array([r.split for r in recordings])
    emotions = np.array([r.emotion() for r in recordings])
    learned = known[split == "train"]
    mean, spread = learned.mean(axis=0), learned.std(axis=0) + 1e-3
    known = ((known - mean) / spread).astype(np.float32)
    net, epochs = _trained(system, known[split == "train"], emotions[split == "train"], minutes)
    tested = torch.from_numpy(known[split == "test"])
    began_s = time.process_time()
    with torch.no_grad():
        predicted = torch.cat([net(each).argmax(dim=1) for each in tested.split(1)]).numpy()
    seconds = time.process_time() - began_s
    true = emotions[split == "test"]
    corpora = np.array([r.labels["corpus"] for r in recordings])[split == "test"]
    figures = {
        f"{corpus} UAR": unweighted_recall(predicted[corpora == corpus], true[corpora == corpus])
        for corpus in ("ravdess", "nemo", "ased")
    }
    figures |= {
        "pooled UAR": unweighted_recall(predicted, true),
        "pooled accuracy": float((predicted == true).mean()),
    }
    return Result(
        system.name,
        f"{len(learned):,} clips, {epochs} epochs in {minutes:g} min at most",
        figures,
        {str(e): float((predicted[true == i] == i).mean()) for i, e in enumerate(EMOTIONS)},
        parameters=sum(p.numel() for p in net.parameters()),
        multiply_adds=multiply_adds(net, tested[:1]),
        size_bytes=sum(4 * p.numel() for p in net.parameters()),
        ms_per_sample=1000.0 * seconds / len(tested),
        note=system.note,
    )


def _trained(
    system: System, known: Features, emotions: NDArray[np.int_], minutes: float
) -> tuple[nn.Module, int]:
    """The net and the whole epochs it learned for."""
    torch.manual_seed(SEED)
    draw = np.random.default_rng(SEED)
    net = system.build()
    optimizer = torch.optim.Adam(net.parameters(), LEARNING_RATE)
    inputs, targets = torch.from_numpy(known), torch.from_numpy(emotions)
    loss_of: Callable[[Tensor, Tensor], Tensor] = nn.CrossEntropyLoss()
    began_s, epochs = time.process_time(), 0
    while time.process_time() - began_s < 60.0 * minutes and epochs < 100:
        net.train()
        order = draw.permutation(len(known))
        for chosen in np.array_split(order, math.ceil(len(known) / BATCH)):
            loss = loss_of(net(inputs[chosen]), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epochs += 1
    return net.eval(), epochs


def main() -> None:
    """Train and test each system and put it into the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3, help="processor time of each network")
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--again", action="store_true", help="those measured before, too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    ledger = Ledger(MODELS)
    for system in SYSTEMS:
        if ledger.holds("speech", system.name) and not options.again:
            continue
        result = measure(system, options.minutes, data_folder(), options.cache)
        ledger.add("speech", result)
        print(result, flush=True)


if __name__ == "__main__":
    main()
