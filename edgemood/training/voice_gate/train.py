"""Train the voice gate's model: `python -m edgemood.training.voice_gate.train` (`make
train-voice`).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from edgemood.hearing.voice_gate import Sound
from edgemood.training.common.loop import Training
from edgemood.training.common.paths import MODELS, REPOSITORY, data_folder
from edgemood.training.common.recipe import Recipe, Schedule, Steps
from edgemood.training.speech import checkpoint as speech_files
from edgemood.training.speech import data as speech_data
from edgemood.training.speech import golden as speech_golden
from edgemood.training.speech.checkpoint import GATE_FLOAT, GATE_INT8
from edgemood.training.speech.model import MelNet, gate_net
from edgemood.training.voice_gate.data import Scenes, tracks

RECIPE = Recipe(
    length=Steps(1_600),
    seed=7,
    peak_rate=3e-3,
    schedule=Schedule(warm_up=1 / 16, first=0.01, falls_at_once=True),
    weight_decay=0.02,
    average_decay=0.995,
)
BATCH = 64
EPOCH_STEPS = 200
LABEL_SMOOTHING = 0.05


def train(data: Path, cache: Path, recipe: Recipe, checkpoint: Path | None = None) -> MelNet:
    """The averaged net; goes on from `checkpoint` when it is there."""
    torch.manual_seed(recipe.seed)
    scenes = Scenes(tracks(data, cache, "train"), recipe.seed)
    picture, sound = Scenes(tracks(data, cache, "val"), recipe.seed).batch(1_000)
    net = gate_net().to(memory_format=torch.channels_last)
    loss_of = nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)

    def loss(_step: int, _progress: float) -> Tensor:
        seen, heard = scenes.batch(BATCH)
        smoothed: Tensor = loss_of(net(seen.contiguous(memory_format=torch.channels_last)), heard)
        return smoothed

    def recalls(average: nn.Module) -> dict[str, float]:
        with torch.no_grad():
            guess = average(picture).argmax(dim=1)
        return {s.name: float((guess[sound == s] == s).float().mean()) for s in list(Sound)[:3]}

    optimizer = torch.optim.AdamW(
        net.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
    )
    averaged: MelNet = Training(
        recipe,
        net,
        optimizer,
        loss,
        epoch_steps=EPOCH_STEPS,
        judge=recalls,
        checkpoint=checkpoint,
        generators=scenes.generators,
    ).run()
    return averaged


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = data_folder()
    recipe = replace(RECIPE, length=Steps(arguments.steps)) if arguments.steps else RECIPE
    net = train(data, arguments.cache, recipe, REPOSITORY / "build" / "training" / "voice_gate.pt")
    scenes, _ = Scenes(tracks(data, arguments.cache, "train"), RECIPE.seed).batch(400)
    pictures = scenes.permute(0, 2, 3, 1).numpy()
    print(speech_files.write(net, pictures, MODELS, GATE_INT8, GATE_FLOAT))
    speech_golden.write()


if __name__ == "__main__":
    main()
