"""Figures of the sound model, from the exported files as the box runs them, and of both together.

`python -m edgemood.training.music.evaluate --split val` prints what choices may be based on; the
scorecard (`make scorecard`) measures the test split, and copies of it made by
`ffmpeg -i CLIP -c:a ENCODER -b:a RATE COPY; ffmpeg -i COPY -ac 1 -ar 16000 WAV`
(`music_data.CODECS`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemood.music.analysis.audio.excerpts import Piece
from edgemood.music.analysis.audio.model import SoundModel
from edgemood.music.analysis.classes import QUADRANTS
from edgemood.training.common import metrics
from edgemood.training.common.cli import print_figures
from edgemood.training.music import data as music_data
from edgemood.training.music import evaluate_fusion as fused_score

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

_AROUSED = np.array([True, True, False, False])
_PLEASANT = np.array([True, False, False, True])


def measure(models: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Every figure of the sound model in `models`, nested as in the scorecard."""
    clips = [clip for clip in music_data.clips(data) if clip.split == split]
    paths = [data / "music" / clip.file for clip in clips]
    truth = np.array([clip.quadrant for clip in clips])
    with ProcessPoolExecutor(len(music_data.CODECS) + 1) as pool:
        plain = pool.submit(_judged, models, paths, None)
        coded = {codec: pool.submit(_judged, models, paths, codec) for codec in music_data.CODECS}
        judged = plain.result()
        figures = recognition(judged, truth)
        copies = {
            codec: recognition(each.result(), truth)["quadrants"]["macro_f1"]
            for codec, each in coded.items()
        }
    worst = min(copies.values())
    sizes = [(models / f"music_mood.{kind}").stat().st_size for kind in ("tflite", "npz")]
    music = figures | {
        "codecs_macro_f1": copies,
        "worst_codec_loss_points": 100 * (figures["quadrants"]["macro_f1"] - worst),
        "ece": metrics.calibration_error(judged, truth),
        "size_bytes": sum(sizes),
    }
    return {"music": music, "music_lyrics": fused_score.measure(models, data, split, judged, truth)}


def _judged(models: Path, paths: list[Path], codec: str | None) -> Floats:
    """Probabilities of the quadrants of clips as they are, or after a codec."""
    sounds = [music_data.samples(path) for path in paths]
    if codec is not None:
        sounds = music_data.re_encoded(sounds, codec)
    return judge(SoundModel(models / "music_mood.tflite"), sounds)


def judge(model: SoundModel, sounds: Sequence[Floats]) -> Floats:
    """Probabilities of the quadrants, (n, 4)."""
    rows = []
    for sound in sounds:
        reading = model.judge([Piece(0.0, sound)])
        if reading is None:
            raise ValueError("a clip is shorter than a second")
        rows.append([reading.probabilities[name] for name in QUADRANTS])
    return np.array(rows, dtype=np.float32)


def recognition(judged: Floats, truth: Labels) -> dict[str, Any]:
    """Quadrants, and the halves of the plane they lie in."""
    counts = metrics.confusion(judged, truth)
    f1 = 2 * np.diag(counts) / np.maximum(counts.sum(axis=0) + counts.sum(axis=1), 1)
    likeliest = judged.argmax(axis=1)
    return {
        "quadrants": {"macro_f1": float(f1.mean()), "accuracy": metrics.accuracy(judged, truth)},
        "arousal": {"accuracy": float((_AROUSED[likeliest] == _AROUSED[truth]).mean())},
        "valence": {"accuracy": float((_PLEASANT[likeliest] == _PLEASANT[truth]).mean())},
        "f1": dict(zip(QUADRANTS, f1.tolist(), strict=True)),
    }


if __name__ == "__main__":
    print_figures(__doc__, measure)
