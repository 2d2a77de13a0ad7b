"""What listening costs."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from deploy.bench.figure import Figure, cpu_seconds
from deploy.demo import voice
from edgemood.config.schema import Config
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.frames import FrameStream
from edgemood.hearing.mel import FRAMES_PER_S
from edgemood.hearing.microphones.block import BLOCK_S, Block, BlockCutter
from edgemood.hearing.speech_emotion import HOP_FRAMES, WINDOW_FRAMES, SpeechEmotionModel
from edgemood.hearing.voice_gate import BLOCK_FRAMES

SPEECH_S = 30.0
HOP_S = HOP_FRAMES / FRAMES_PER_S


def measure() -> Iterator[Figure]:
    """How much faster than real time speech is judged, and by which parts."""
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        blocks = _blocks(Path(folder) / "voice.wav")
    ear = VoiceJudge(Config().hearing)
    block_s = statistics.fmean(cpu_seconds(ear.push, blocks))
    yield Figure("hearing_block_ms", 1000 * block_s, "ms", f"judge {BLOCK_S:.1f} s of speech")
    yield Figure("hearing_real_time", BLOCK_S / block_s, "×", "faster than real time")
    stream = FrameStream(together=BLOCK_FRAMES)
    front_s = statistics.fmean(cpu_seconds(stream.push, [block.samples for block in blocks]))
    yield Figure("front_end_real_time", BLOCK_S / front_s, "×", "the front end alone")
    frames = FrameStream().push(np.concatenate([block.samples for block in blocks]))
    starts = range(0, len(frames) - WINDOW_FRAMES, HOP_FRAMES)
    windows = [frames[start : start + WINDOW_FRAMES] for start in starts]
    model = SpeechEmotionModel(Config().hearing.model)
    window_s = statistics.fmean(cpu_seconds(model.scores, windows))
    yield Figure("speech_emotion_ms", 1000 * window_s, "ms", "judge a window of 2.56 s")
    together = 1.0 / (front_s / BLOCK_S + window_s / HOP_S)
    yield Figure("front_end_and_model_real_time", together, "×", "front end and emotion model")


def _blocks(path: Path) -> list[Block]:
    voice.record(path, quiet_s=0, talking_s=SPEECH_S)
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    cutter = BlockCutter()
    cutter.push(sound, rate_hz)
    blocks: list[Block] = []
    while (block := cutter.cut((len(blocks) + 1) * BLOCK_S)) is not None:
        blocks.append(block)
    return blocks
