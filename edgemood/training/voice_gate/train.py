"""Train the voice gate's model: `python -m edgemood.training.voice_gate.train` (`make
train-voice`).
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgemood.hearing.voice_gate import Sound
from edgemood.training.common.paths import MODELS, data_folder
from edgemood.training.speech import checkpoint as speech_files
from edgemood.training.speech import data as speech_data
from edgemood.training.speech import golden as speech_golden
from edgemood.training.speech.checkpoint import GATE_FLOAT, GATE_INT8
from edgemood.training.speech.model import MelNet, gate_net
from edgemood.training.voice_gate.data import Scenes, tracks

SEED = 7
BATCH = 64
STEPS = 1_600
PEAK_LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.02
EMA_DECAY = 0.995
REPORT_STEPS = 200


def train(data: Path, cache: Path, steps: int) -> MelNet:
    """Train; gives the averaged net."""
    torch.manual_seed(SEED)
    scenes = Scenes(tracks(data, cache, "train"), SEED)
    picture, sound = Scenes(tracks(data, cache, "val"), SEED).batch(1_000)
    net = gate_net().to(memory_format=torch.channels_last)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    losses = []
    for step in range(steps):
        warm_up = min(1.0, step / 100 + 0.01)
        for group in optimizer.param_groups:
            cosine = 0.5 * (1.0 + math.cos(math.pi * step / steps))
            group["lr"] = PEAK_LEARNING_RATE * warm_up * cosine
        seen, heard = scenes.batch(BATCH)
        loss = loss_of(net.train()(seen.contiguous(memory_format=torch.channels_last)), heard)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update_parameters(net)
        losses.append(float(loss.detach()))
        if (step + 1) % REPORT_STEPS == 0:
            with torch.no_grad():
                guess = average.module.eval()(picture).argmax(dim=1)
            found = [float((guess[sound == s] == s).float().mean()) for s in list(Sound)[:3]]
            named = ", ".join(f"{s.name} {r:.3f}" for s, r in zip(Sound, found, strict=False))
            print(
                f"step {step + 1}: loss {np.mean(losses[-REPORT_STEPS:]):.3f}, {named}", flush=True
            )
    averaged: MelNet = average.module
    return averaged


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--cache", type=Path, default=speech_data.CACHE)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = data_folder()
    net = train(data, arguments.cache, arguments.steps)
    scenes, _ = Scenes(tracks(data, arguments.cache, "train"), SEED).batch(400)
    pictures = scenes.permute(0, 2, 3, 1).numpy()
    print(speech_files.write(net, pictures, MODELS, GATE_INT8, GATE_FLOAT))
    speech_golden.write()


if __name__ == "__main__":
    main()
