"""What looking costs: the stages of a frame, the whole of it, and the memory of its process."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import cv2

from deploy.bench.figure import Figure, cpu_seconds
from deploy.demo import people
from edgemood.config.schema import MODELS, CameraConfig, Config
from edgemood.vision.analyser import FaceJudge
from edgemood.vision.cameras.frame import Frame, Grey
from edgemood.vision.cameras.replay import read_photograph
from edgemood.vision.expression import ExpressionModel, at_model_size
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.faces.tracks import Tracks
from edgemood.vision.identity.embedding import Embedder
from edgemood.vision.light import LightGate
from edgemood.vision.quality import look_at

ROUNDS = 8
"""how often each of the eight photographs is judged"""
RECORDS = 12
"""evidence after which the memory of the process has grown as far as it will"""
PUBLISHED = {
    "mini-Xception": "mini_xception",
    "MobileNet v1": "mobilenet_v1",
    "the three stages": "three_stages",
}
"""networks of `models/papers.md`, which `make papers-face` builds, measured beside ours"""

_Input = TypeVar("_Input")


def measure() -> Iterator[Figure]:
    """Milliseconds of one frame of 640×480 with one face, stage by stage, and megabytes."""
    cv2.setNumThreads(1)
    config = Config()
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        photographs = Path(folder)
        people.photograph(photographs)
        frames = [
            Frame(at / config.camera.frames_per_s, read_photograph(path), None)
            for at, path in enumerate(sorted(photographs.iterdir()) * ROUNDS)
        ]
        peak_mb = _peak_memory_mb(photographs)
    detector = FaceSearch(config.vision.detector)
    model = ExpressionModel(config.vision.model)
    found = [detector.find(frame.grey) for frame in frames]
    crops = [faces[0].crop(frame.grey) for faces, frame in zip(found, frames, strict=True)]
    seen = [at_model_size(crop) for crop in crops]
    gate, tracks = LightGate(), Tracks()
    eye = FaceJudge(config.vision, detector, model)
    embedder = Embedder(config.vision.recogniser)
    yield _row("light", "look at the light of a frame", gate.measure, frames)
    yield _row("detect", "find the faces in 640×480", lambda f: detector.find(f.grey), frames)
    yield _row(
        "track", "follow them", lambda at: tracks.follow(found[at], at / 2), range(len(found))
    )
    yield _row("quality", "see how well a face is seen", _quality, crops)
    yield _row("expression", "judge a face", model.scores, seen)
    yield _size("expression", "the file that does", config.vision.model)
    yield _row("frame", "all of it", eye.judge, frames)
    yield _row("embed", "describe a face, where people are recognised", embedder.embed, seen)
    for name, stem in PUBLISHED.items():
        path = MODELS / "papers" / f"{stem}.tflite"
        published = ExpressionModel(path)
        yield _row(stem, f"judge a face with {name}", published.scores, seen)
        yield _size(stem, "the file that does", path)
    yield Figure("vision_peak_mb", peak_mb, "MB", "peak memory of the process")


def _row(key: str, what: str, step: Callable[[_Input], object], inputs: Sequence[_Input]) -> Figure:
    mean_ms = 1000 * statistics.fmean(cpu_seconds(step, inputs))
    return Figure(f"vision_{key}_ms", mean_ms, "ms", what)


def _size(key: str, what: str, path: Path) -> Figure:
    return Figure(f"vision_{key}_kb", path.stat().st_size / 1000, "kB", what)


def _quality(crop: Grey) -> None:
    look_at(crop, crop.shape[1], 1.0)


def _peak_memory_mb(photographs: Path) -> float:
    """Of the process of sight as the daemon runs it, after some evidence."""
    camera = CameraConfig(source="replay", path=photographs, frames_per_s=10)
    with subprocess.Popen(
        [sys.executable, "-m", "edgemood.vision"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(Config(camera=camera).model_dump_json().encode() + b"\n")
        process.stdin.flush()
        judged = (line for line in process.stdout if b"FaceEvidence" in line)
        for _ in range(RECORDS):
            next(judged)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        process.kill()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    return int(peak[1]) / 1000
