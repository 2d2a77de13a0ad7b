"""What listening costs."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import soundfile

from deploy.bench.figure import Figure, cpu_seconds
from deploy.demo import voice
from edgemood.config.schema import Config
from edgemood.hearing.block import BLOCK_S, Block, BlockCutter
from edgemood.hearing.judge import VoiceJudge

SPEECH_S = 30.0


def measure() -> Iterator[Figure]:
    """How much faster than real time speech is judged."""
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        blocks = _blocks(Path(folder) / "voice.wav")
    ear = VoiceJudge(Config().hearing)
    block_s = statistics.fmean(cpu_seconds(ear.push, blocks))
    yield Figure("hearing_block_ms", 1000 * block_s, "ms", f"judge {BLOCK_S:.1f} s of speech")
    yield Figure("hearing_real_time", BLOCK_S / block_s, "×", "faster than real time")


def _blocks(path: Path) -> list[Block]:
    voice.record(path, quiet_s=0, talking_s=SPEECH_S)
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    cutter = BlockCutter()
    cutter.push(sound, rate_hz)
    blocks: list[Block] = []
    while (block := cutter.cut((len(blocks) + 1) * BLOCK_S)) is not None:
        blocks.append(block)
    return blocks
