"""Train and test the papers' music systems: `python -m edgemood.training.baselines.music`.

Equal conditions for the networks: the same slices, augmentation, helpers, channels and processor
time, and the same clips to be judged by the mean over their slices. The others see the hand-made
features alone: a support-vector machine, and a small network (ANN) that places a song on Thayer's
plane of valence and arousal, where its quadrant is read off.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from edgemood.music.analysis.audio import features
from edgemood.music.analysis.audio.features import Heard
from edgemood.music.analysis.audio.mel import BANDS, SLICE_FRAMES
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.training.baselines.table import Ledger, Result
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.common.recipe import Minutes
from edgemood.training.music import data as music_data
from edgemood.training.music import evaluate as music_score
from edgemood.training.music import train_network as music_teaching
from edgemood.training.music.data import Clip
from edgemood.training.music.models import NETS
from edgemood.training.speech.model import multiply_adds

MINUTES = 4.0
_ANNS = 10
"""networks whose places are averaged: one alone depends on how it began"""
_HIDDEN = 64
_CORNERS = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
"""valence and arousal of the quadrants"""

Split = tuple[list[Clip], list[Heard]]


def measure_net(
    name: str, make: Callable[[int], nn.Module], train: Split, test: Split, minutes: float
) -> Result:
    """Train one network for so much processor time and judge the test clips."""
    recipe = replace(music_teaching.RECIPE, length=Minutes(minutes))
    net = music_teaching.train_net(make(music_teaching.HELPERS), *train, recipe)
    judged = music_teaching.clip_logits(music_teaching.net_logits(net, test[1]))
    return Result(
        system=name,
        trained_on=f"{len(train[0])} clips, {minutes:g} min",
        figures=_figures(judged, test[0]),
        parameters=sum(weights.numel() for weights in net.parameters()),
        multiply_adds=multiply_adds(net, torch.zeros(1, 1, SLICE_FRAMES, BANDS)),
    )


def measure_machine(train: Split, test: Split) -> Result:
    """Fit a support-vector machine on the hand-made features and judge the test clips."""
    seen, asked = _hand_made(train), _hand_made(test)
    machine = make_pipeline(StandardScaler(), SVC(gamma=1.0 / seen.shape[1]))
    machine.fit(seen, _quadrants(train[0]))
    vectors = machine[-1].support_vectors_
    return Result(
        system="SVM on hand-made features",
        trained_on=f"{len(train[0])} clips, seconds",
        figures=_figures(machine.decision_function(asked), test[0]),
        parameters=int(vectors.size + machine[-1].dual_coef_.size),
    )


def measure_ann(train: Split, test: Split) -> Result:
    """Teach small networks where songs lie on Thayer's plane and judge the test clips."""
    seen, asked = _hand_made(train), _hand_made(test)
    corners = _CORNERS[_quadrants(train[0])]
    anns = [
        make_pipeline(
            StandardScaler(),
            MLPRegressor(
                hidden_layer_sizes=(_HIDDEN,), alpha=1.0, early_stopping=True, random_state=seed
            ),
        ).fit(seen, corners)
        for seed in range(_ANNS)
    ]
    places = np.mean([ann.predict(asked) for ann in anns], axis=0)
    weights = sum(each.size for each in (*anns[0][-1].coefs_, *anns[0][-1].intercepts_))
    return Result(
        system="ANN on Thayer's plane, hand-made features",
        trained_on=f"{len(train[0])} clips, seconds",
        figures=_figures(places @ _CORNERS.T, test[0]),
        parameters=_ANNS * weights,
    )


def _hand_made(split: Split) -> NDArray[np.float32]:
    return np.stack([heard.values[: len(features.NAMES)] for heard in split[1]])


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
    ledger.add("music", measure_ann(train, test))
    for name, make in NETS.items():
        if options.again or not ledger.holds("music", name):
            ledger.add("music", measure_net(name, make, train, test, options.minutes))


def _split(clips: list[Clip], heards: list[Heard], split: str) -> Split:
    rows = [row for row, clip in enumerate(clips) if clip.split == split]
    return [clips[row] for row in rows], [heards[row] for row in rows]


if __name__ == "__main__":
    main()
