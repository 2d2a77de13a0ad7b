"""What it costs to take the box's own music out of what it hears."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deploy.bench.figure import Figure, cpu_seconds
from edgemood.config.schema import Config
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import Cleaner
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.microphones.block import BLOCK_S, BLOCK_SAMPLES, Block

MUSIC_S = 40.0
LATE_SAMPLES = 2_000


def measure() -> Iterator[Figure]:
    """How much faster than real time sound is cleaned, and cleaned and judged."""
    steps = [*_steps()]
    cleaner, judge = Cleaner(), VoiceJudge(Config().hearing)
    cleaned = []
    clean_s = statistics.fmean(cpu_seconds(lambda step: cleaned.append(cleaner.push(*step)), steps))
    judge_s = statistics.fmean(cpu_seconds(judge.push, cleaned))
    yield Figure("echo_block_ms", 1000 * clean_s, "ms", f"take music out of {BLOCK_S:.1f} s")
    yield Figure(
        "echo_and_hearing_real_time",
        BLOCK_S / (clean_s + judge_s),
        "×",
        "take music out and judge, faster than real time",
    )


def _steps() -> Iterator[tuple[Block, NDArray[np.float32]]]:
    """Blocks of a microphone beside what was played: chords, heard later and with a talker."""
    draw = np.random.default_rng(0)
    times = np.arange(round(MUSIC_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    notes = 55.0 * 2.0 ** (draw.integers(0, 48, (round(MUSIC_S * 2), 3)) / 12.0)
    pitch_hz = np.repeat(notes, SAMPLE_RATE_HZ // 2, axis=0)
    phases = 2 * np.pi * np.cumsum(pitch_hz, axis=0) / SAMPLE_RATE_HZ
    chords = 0.1 * sum(np.sin(n * phases).sum(axis=1) / n for n in range(1, 9))
    played = (0.3 * chords + 0.01 * draw.standard_normal(len(times))).astype(np.float32)
    talker = 0.05 * np.sin(2 * np.pi * 140 * times) * (np.sin(2 * np.pi * 3 * times) > 0)
    heard = (0.3 * np.roll(played, LATE_SAMPLES) + talker).astype(np.float32)
    for end in range(BLOCK_SAMPLES, len(times) + 1, BLOCK_SAMPLES):
        piece = slice(end - BLOCK_SAMPLES, end)
        yield Block(end / SAMPLE_RATE_HZ, heard[piece], 0.0), played[piece]
