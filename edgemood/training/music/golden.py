"""Golden vectors of the sound model's nets: `python -m edgemood.training.music.golden`.

`make train-music` writes them as well.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio import mel, tagger
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.training.common.golden import GOLDEN, write_golden
from edgemood.training.common.paths import MODELS

_PICTURES = 4
_NETS = {
    "music_mood": ((mel.SLICE_FRAMES, mel.BANDS, 1), len(QUADRANTS)),
    "music_tagger": ((tagger.WINDOW_FRAMES, tagger.BANDS, 1), tagger.HIDDEN),
}


def write(models: Path = MODELS, folder: Path = GOLDEN) -> None:
    """Write `input` (n, frames, bands, 1) and `output` (n, outputs) of each net that is there."""
    for name, (shape, outputs) in _NETS.items():
        path = models / f"{name}.tflite"
        if path.exists():
            pictures = np.stack([_beats(seed, *shape[:2]) for seed in range(_PICTURES)])
            write_golden(path, pictures, (outputs,), folder)


def _beats(seed: int, frames: int, bands: int) -> NDArray[np.float16]:
    """A picture of beats, with a colour of its own and a little noise."""
    draw = np.random.default_rng(seed)
    beats = np.abs(np.sin(np.arange(frames)[:, None] / draw.uniform(5, 12)))
    colour = draw.uniform(0.2, 1.0, (1, bands)) * draw.uniform(0.7, 1.0, (frames, bands))
    picture: NDArray[np.float16] = (beats * colour)[..., np.newaxis].astype(np.float16)
    return picture


if __name__ == "__main__":
    write()
