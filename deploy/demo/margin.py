"""By how much the demo's voices are judged clearly, at whatever instant the windows begin.

`make demo-voice` measures it with the shipped model, `make demo-voice MODEL=file` with another.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from deploy.demo import voice
from deploy.demo.stage import MOOD
from edgemood.config.schema import HearingConfig, MoodConfig
from edgemood.emotion import Emotion
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import Cleaner
from edgemood.hearing.mel import FRAMES_PER_S
from edgemood.hearing.microphones.block import BLOCK_S, BlockCutter
from edgemood.hearing.speech_emotion import HOP_FRAMES
from edgemood.mood.fusion import fuse
from edgemood.records import VoiceEvidence

OFFSETS_S = tuple(frame / FRAMES_PER_S for frame in range(HOP_FRAMES))
"""every place, a frame apart, where the voices can begin between two windows: 10 ms of 0.96 s"""
LATE_S = 1.0
"""how late a busy machine may take note of what was said"""
_QUIET_S = 0.5
_SETTLED_S = 6.0
"""after this long talking, four windows have been judged"""
_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Margin:
    """The worst that one offset brings."""

    offset_s: float
    emotions: frozenset[Emotion | None]
    """everything that the room was taken for once the voices had been heard for a while"""
    score: float
    """the lowest score that a window gave the emotion it was judged to have"""
    confidence: float
    """the lowest confidence in the room's mood"""

    def __str__(self) -> str:
        moods = ", ".join(sorted(str(emotion) for emotion in self.emotions))
        return (
            f"{1000 * self.offset_s:3.0f} ms: {moods}, "
            f"score {self.score:.2f}, confidence {self.confidence:.2f}"
        )


def margins(mood: MoodConfig, hearing: HearingConfig | None = None) -> Iterator[Margin]:
    """The margin at each offset. Raises FileNotFoundError and ModelError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        for offset_s in OFFSETS_S:
            begins_s = _QUIET_S + offset_s
            voice.record(path, begins_s, _SETTLED_S + voice.TURN_S)
            evidence = list(_judged(path, hearing or HearingConfig()))
            yield _margin(offset_s, evidence, begins_s + _SETTLED_S, voice.TURN_S, mood)


def worst(measured: list[Margin]) -> Margin:
    """The one offset that is judged least clearly."""
    return min(measured, key=lambda margin: (-len(margin.emotions), margin.confidence))


def _judged(path: Path, hearing: HearingConfig) -> Iterator[VoiceEvidence]:
    """What the box's own ears say of a recording that begins at second 0."""
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    cutter, cleaner, judge = BlockCutter(), Cleaner(), VoiceJudge(hearing)
    cutter.push(sound, rate_hz)
    at_s = 0.0
    while (block := cutter.cut(at_s + BLOCK_S)) is not None:
        at_s = block.at_s
        yield from judge.push(cleaner.push(block))


def _margin(
    offset_s: float, evidence: list[VoiceEvidence], from_s: float, for_s: float, mood: MoodConfig
) -> Margin:
    moments = [
        fuse([e for e in evidence if e.at_s <= now_s - LATE_S], now_s, mood.window_s)
        for now_s in np.arange(from_s, from_s + for_s, _TICK_S) + LATE_S
    ]
    return Margin(
        offset_s,
        emotions=frozenset(moment.winner for moment in moments),
        score=min(float(e.scores.max()) for e in evidence if e.scores is not None),
        confidence=min(moment.confidence for moment in moments),
    )


def main() -> None:
    """Print the margin at every offset, and the worst of all."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m deploy.demo.margin")
    parser.add_argument("model", type=Path, nargs="?", help="a speech_emotion.tflite")
    model = parser.parse_args().model
    hearing = HearingConfig() if model is None else HearingConfig(model=model)
    measured = []
    for margin in margins(MOOD, hearing):
        measured.append(margin)
        print(margin, flush=True)
    print(f"worst of {len(measured)} offsets, at {worst(measured)} of {MOOD.min_confidence} needed")


if __name__ == "__main__":
    main()
