"""Train the sound model: `python -m edgemood.training.music.train` (`make train-music`).

A network on slices (RGLU) and a machine on a song's features, which judge together. The network
learns from the train split; the validation split says how much it counts. The machine's setting
comes from cross-validation by artist on both, on which it is fitted at last.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.music.analysis.audio.kernel_svm import ARRAYS, KernelMachine, log_softmax
from edgemood.music.analysis.audio.mel import BANDS, SLICE_FRAMES
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.tflite import Model
from edgemood.training.common.export import export_int8
from edgemood.training.common.paths import MODELS, REPOSITORY, data_folder
from edgemood.training.common.recipe import Minutes, Recipe
from edgemood.training.music import data as music_data
from edgemood.training.music import golden as music_golden
from edgemood.training.music import kernel_svm as music_machine
from edgemood.training.music.kernel_svm import Lesson
from edgemood.training.music.models import rglu
from edgemood.training.music.train_network import (
    HELPERS,
    RECIPE,
    clip_logits,
    clip_slices,
    train_net,
)

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
NET = Path("music_mood.tflite")

Floats = NDArray[np.float32]


def make_net(data: Path, cache: Path, recipe: Recipe) -> None:
    """Train the network and write its file."""
    clips, heards = music_data.clips(data), music_data.cached(data, cache)
    rows = [row for row, clip in enumerate(clips) if clip.split == "train"]
    seen = [heards[row] for row in rows]
    checkpoint = REPOSITORY / "build" / "training" / "music_mood.pt"
    net = train_net(rglu(HELPERS), [clips[row] for row in rows], seen, recipe, checkpoint)
    pictures = [clip_slices(heard)[1:3].permute(0, 2, 3, 1).numpy() for heard in seen[::3]]
    print(export_int8(net, np.concatenate(pictures), MODELS / NET))
    music_golden.write()


def make_machine(data: Path, cache: Path) -> None:
    """Fit the machine, choose the network's share, and write the machine's file."""
    clips, heards = music_data.clips(data), music_data.cached(data, cache)
    known = [row for row, clip in enumerate(clips) if clip.split != "test"]
    lesson = Lesson(
        np.stack([heards[row].values for row in known]),
        np.array([clips[row].quadrant for row in known]),
        music_data.words([clips[row] for row in known]),
        [clips[row].artist for row in known],
    )
    setting, *sharp = music_machine.choose(lesson)
    is_val = np.array([clips[row].split == "val" for row in known])
    train, val = (lesson.rows(np.flatnonzero(each)) for each in (~is_val, is_val))
    heard_machine = music_machine.calibrated(music_machine.fit(setting, train), *sharp)
    net = Model(MODELS / NET, (SLICE_FRAMES, BANDS, 1), (len(QUADRANTS),))
    slices = [clip_slices(heards[known[row]]).numpy() for row in np.flatnonzero(is_val)]
    heard_net = clip_logits([np.stack([net(each[0, :, :, None]) for each in c]) for c in slices])
    share, factor = _together(heard_net, heard_machine.logits(val.values), val.quadrants)
    final = music_machine.calibrated(music_machine.fit(setting, lesson), *sharp)
    write_machine(final, share, factor, (MODELS / NET).with_suffix(".npz"))


def _together(net: Floats, machine: Floats, truth: NDArray[np.int64]) -> tuple[float, float]:
    """The net's share that makes the truth of the validation clips likeliest, and the sharpness."""
    found = {}
    for share in SHARES:
        both = np.float32(share) * net + np.float32(1 - share) * machine
        factor = music_machine.sharpness(both, truth)
        own = log_softmax(np.float32(factor) * both)[np.arange(len(truth)), truth]
        found[share] = float(own.mean()), factor
        right = float((both.argmax(axis=1) == truth).mean())
        print(f"net's share {share}: accuracy {right:.3f}, log likelihood {own.mean():.3f} (val)")
    best = max(found, key=lambda share: found[share][0])
    return best, found[best][1]


def write_machine(machine: KernelMachine, share: float, sharpness: float, path: Path) -> None:
    """Write what `SoundModel` reads beside the network."""
    arrays: dict[str, Any] = {name: np.asarray(getattr(machine, name)) for name in ARRAYS}
    arrays["support"] = arrays["support"].astype(np.float16)
    arrays |= {"net_share": np.float32(share), "total_sharpness": np.float32(sharpness)}
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--minutes", type=float, help="processor time of the net, not so many steps"
    )
    parser.add_argument("--cache", type=Path, default=music_data.CACHE)
    parser.add_argument("--machine-only", action="store_true", help="keep the net as it is")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.machine_only:
        minutes = arguments.minutes
        recipe = replace(RECIPE, length=Minutes(minutes)) if minutes else RECIPE
        make_net(data_folder(), arguments.cache, recipe)
    make_machine(data_folder(), arguments.cache)


if __name__ == "__main__":
    main()
