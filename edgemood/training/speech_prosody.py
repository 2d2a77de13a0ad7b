"""What the second opinion on emotion learns from: the prosody of windows, clean and elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from edgemood.hearing.prosody import NUMBERS, prosody
from edgemood.hearing.speech_emotion import LEAST_FRAMES, WINDOW_FRAMES
from edgemood.training.speech_augment import Augmenter
from edgemood.training.speech_windows import Clip

SEED = 5
BATCH: Final = 64

Backgrounds = list[NDArray[np.float16]]


class Described(NamedTuple):
    """Windows of clips in numbers."""

    numbers: NDArray[np.float32]
    """(windows, NUMBERS)"""
    clip: NDArray[np.int_]
    """which clip each is from, in rising order"""


def as_spoken(clips: list[Clip], cache: Path, *, last_only: bool = False) -> Described:
    """The windows that the box would judge, or only the last, fullest of each clip.

    Kept in the file `cache`.
    """
    if not cache.exists():
        first = -1 if last_only else 0
        windows = [(i, window) for i, clip in enumerate(clips) for window in clip.windows()[first:]]
        numbers = np.stack([prosody(window) for _, window in windows])
        np.savez(cache, numbers=numbers, clip=np.array([place for place, _ in windows]))
    return _kept(cache, clips)


def elsewhere(clips: list[Clip], backgrounds: Backgrounds, cache: Path) -> Described:
    """One window of each clip by another throat, in a room, before noise. Kept in `cache`.

    The pitch varies less than for the nets on pictures: where it lies is one of the numbers.
    """
    if not cache.exists():
        draw, augmenter = np.random.default_rng(SEED), Augmenter(SEED)
        parts = np.array_split(np.arange(len(clips)), max(1, len(clips) // BATCH))
        numbers = []
        for part in parts:
            frames = int(draw.integers(LEAST_FRAMES, WINDOW_FRAMES + 1))
            sound = np.stack([clips[place].random_window(frames, draw) for place in part])
            heard = augmenter.other_throat(torch.from_numpy(sound), 0.1, widest_pitch=0.12)
            heard = augmenter.elsewhere(heard, backgrounds, draw)
            numbers += [prosody(window) for window in heard.numpy()]
        np.savez(cache, numbers=np.stack(numbers), clip=np.arange(len(clips)))
    return _kept(cache, clips)


def _kept(cache: Path, clips: list[Clip]) -> Described:
    with np.load(cache) as kept:
        described = Described(kept["numbers"], kept["clip"])
    if described.numbers.shape[1] != NUMBERS or described.clip[-1] != len(clips) - 1:
        raise ValueError(f"{cache} was made from something else: delete it and start again")
    return described
