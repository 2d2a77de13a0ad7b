"""Train and test the papers' music systems: `python -m edgemood.training.papers.music`.

Equal conditions for the networks: the same slices, augmentation, helpers, channels and processor
time, and the same clips to be judged by the mean over their slices. The machine sees the hand-made
features alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edgemood.music.analysis import features
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.music.analysis.features import Heard
from edgemood.music.analysis.mel import BANDS, SLICE_FRAMES
from edgemood.training import music, music_data, music_score, music_svm
from edgemood.training.datasets import MODELS, data_folder
from edgemood.training.music_data import Clip
from edgemood.training.music_nets import NETS
from edgemood.training.papers.table import Ledger, Result
from edgemood.training.speech_net import multiply_adds

MINUTES = 2.0
_MACHINE = music_svm.Setting(softness=1.0, width=1.0)

Split = tuple[list[Clip], list[Heard]]


def measure_net(
    name: str, make: Callable[[int], nn.Module], train: Split, test: Split, minutes: float
) -> Result:
    """Train one network for so much processor time and judge the test clips."""
    net = music.train_net(make(music.HELPERS), *train, minutes)
    judged = music.clip_logits(music.net_logits(net, test[1]))
    return Result(
        system=name,
        trained_on=f"{len(train[0])} clips, {minutes:g} min",
        figures=_figures(judged, test[0]),
        parameters=sum(weights.numel() for weights in net.parameters()),
        multiply_adds=multiply_adds(net, torch.zeros(1, 1, SLICE_FRAMES, BANDS)),
    )


def measure_machine(train: Split, test: Split) -> Result:
    """Fit the machine on the hand-made features and judge the test clips."""
    count = len(features.NAMES)
    seen, asked = (
        np.stack([heard.values[:count] for heard in split[1]]) for split in (train, test)
    )
    machine = music_svm.fit(_MACHINE, seen, _quadrants(train[0]))
    judged = np.stack([machine.logits(row) for row in asked])
    return Result(
        system="SVM on hand-made features",
        trained_on=f"{len(train[0])} clips, seconds",
        figures=_figures(judged, test[0]),
        parameters=int(machine.support.size + machine.coefficients.size),
    )


def _figures(judged: NDArray[np.float32], clips: list[Clip]) -> dict[str, float]:
    shares = np.exp(judged - judged.max(axis=1, keepdims=True))
    found = music_score.recognition(shares, _quadrants(clips))
    return {
        "macro-F1": found["quadrants"]["macro_f1"],
        "accuracy": found["quadrants"]["accuracy"],
        "arousal": found["arousal"]["accuracy"],
        "valence": found["valence"]["accuracy"],
    } | {f"F1 {name}": found["f1"][name] for name in QUADRANTS}


def _quadrants(clips: list[Clip]) -> NDArray[np.int64]:
    return np.array([clip.quadrant for clip in clips])


def main() -> None:
    """One system after the other; the table is written after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each network")
    parser.add_argument("--again", action="store_true", help="measure known systems again, too")
    options = parser.parse_args()
    torch.set_num_threads(1)  # so that processor time is the same on every machine
    clips, heards = music_data.clips(data_folder()), music_data.cached(data_folder())
    train, test = (_split(clips, heards, name) for name in ("train", "test"))
    ledger = Ledger(MODELS)
    ledger.add("music", measure_machine(train, test))
    for name, make in NETS.items():
        if options.again or not ledger.holds("music", name):
            ledger.add("music", measure_net(name, make, train, test, options.minutes))


def _split(clips: list[Clip], heards: list[Heard], split: str) -> Split:
    rows = [row for row, clip in enumerate(clips) if clip.split == split]
    return [clips[row] for row in rows], [heards[row] for row in rows]


if __name__ == "__main__":
    main()
