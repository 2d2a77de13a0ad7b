"""What looking costs."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2

from deploy.bench.figure import Figure, cpu_seconds
from deploy.demo import people
from edgemood.config.schema import Config
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces import HaarDetector
from edgemood.vision.frame import Frame
from edgemood.vision.judge import FaceJudge
from edgemood.vision.replay import read_photograph

ROUNDS = 8
"""how often each of the eight photographs is judged"""


def measure() -> Iterator[Figure]:
    """Milliseconds a frame of 640×480."""
    cv2.setNumThreads(1)
    config = Config()
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        frames = _frames(Path(folder)) * ROUNDS
    detector = HaarDetector()
    eye = FaceJudge(config.vision, detector, ExpressionModel(config.vision.model))
    found_ms = 1000 * statistics.fmean(cpu_seconds(lambda f: detector.find(f.grey), frames))
    judged_ms = 1000 * statistics.fmean(cpu_seconds(eye.judge, frames))
    yield Figure("vision_detect_ms", found_ms, "ms", "find the faces in 640×480")
    yield Figure("vision_frame_ms", judged_ms, "ms", "find and judge a face in 640×480")


def _frames(folder: Path) -> list[Frame]:
    people.photograph(folder)
    return [Frame(0.0, read_photograph(path), None) for path in sorted(folder.iterdir())]
