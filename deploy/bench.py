"""`make bench`: what judging costs this machine, with the daemon's models, settings and one thread.

The share of a core is that of judging in real time, at the default frame rate.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import soundfile
from rich.console import Console
from rich.table import Table

from deploy.demo import people, voice
from edgemood.config.schema import Config
from edgemood.hearing.block import BLOCK_S, Block, BlockCutter
from edgemood.hearing.judge import VoiceJudge
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces import HaarDetector
from edgemood.vision.frame import Frame
from edgemood.vision.judge import FaceJudge
from edgemood.vision.replay import read_photograph

SPEECH_S = 30.0
ROUNDS = 8
"""how often each of the eight photographs is judged"""
WARM_UP = 4
"""first inputs, which fill caches and are not counted"""

_Input = TypeVar("_Input")


def main() -> None:
    """Measure and print."""
    cv2.setNumThreads(1)
    config = Config()
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        frames = _frames(Path(folder)) * ROUNDS
        blocks = _blocks(Path(folder) / "voice.wav")
    detector = HaarDetector()
    eye = FaceJudge(config.vision, detector, ExpressionModel(config.vision.model))
    ear = VoiceJudge(config.hearing)
    frame_s = 1 / config.camera.frames_per_s
    table = Table("", "mean", "slowest", "of one core", box=None)
    for name, every_s, durations_s in (
        ("find the faces in 640×480", frame_s, _timed(lambda f: detector.find(f.grey), frames)),
        ("find and judge a face", frame_s, _timed(eye.judge, frames)),
        (f"judge {BLOCK_S:.1f} s of speech", BLOCK_S, _timed(ear.push, blocks)),
    ):
        mean_s = statistics.fmean(durations_s)
        slowest_ms = 1000 * max(durations_s)
        table.add_row(
            name, f"{1000 * mean_s:.1f} ms", f"{slowest_ms:.1f} ms", f"{mean_s / every_s:.1%}"
        )
    Console().print(table)


def _frames(folder: Path) -> list[Frame]:
    people.photograph(folder)
    return [Frame(0.0, read_photograph(path), None) for path in sorted(folder.iterdir())]


def _blocks(path: Path) -> list[Block]:
    voice.record(path, quiet_s=0, talking_s=SPEECH_S)
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    cutter = BlockCutter()
    cutter.push(sound, rate_hz)
    blocks: list[Block] = []
    while (block := cutter.cut((len(blocks) + 1) * BLOCK_S)) is not None:
        blocks.append(block)
    return blocks


def _timed(step: Callable[[_Input], object], inputs: Sequence[_Input]) -> list[float]:
    """Seconds of processor time that the step took with each input after the warm-up."""
    durations_s = []
    for each in inputs:
        began_s = time.process_time()
        step(each)
        durations_s.append(time.process_time() - began_s)
    return durations_s[WARM_UP:]


if __name__ == "__main__":
    main()
