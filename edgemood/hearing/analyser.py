"""From blocks of sound to evidence: who speaks, and in what mood."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from edgemood.config.schema import HearingConfig
from edgemood.hearing.frames import FrameStream
from edgemood.hearing.leak import LeakEstimator
from edgemood.hearing.level import LevelMeter
from edgemood.hearing.mel import FRAMES_PER_S, SAMPLE_RATE_HZ
from edgemood.hearing.microphones.block import Block
from edgemood.hearing.reliability import reliability
from edgemood.hearing.speech_emotion import WINDOW_FRAMES, SpeechEmotionModel, Utterance
from edgemood.hearing.voice_gate import BLOCK_FRAMES, Sound, VoiceGate, VoiceReading
from edgemood.records import Reason, VoiceEvidence

_WHY_NOT: Final = {
    Sound.SILENCE: Reason.SILENCE,
    Sound.MUSIC: Reason.MUSIC,
    Sound.NOISE: Reason.NOISE,
}
ABSTAIN_EVERY: Final = 2
"""Readings of the closed gate to one evidence: 0.64 s; while it is open one is due every 0.96 s."""

TOO_MUCH_LEAK: Final = 0.5
"""What is music for more than half of its power is nobody's voice in the room."""
_LEAK_BLOCKS: Final = 7
"""The gate's readings tell of what was heard 0.3 to 0.7 s ago."""


@dataclass(frozen=True, slots=True, eq=False)
class _Spoken:
    """One block of speech."""

    reading: VoiceReading
    leak: float
    began_s: float
    """monotonic seconds"""


class VoiceJudge:
    """Listens to one microphone; a new microphone needs a new judge."""

    def __init__(self, config: HearingConfig) -> None:
        """Load both models. Raises ModelError when one cannot be used."""
        self._gate = VoiceGate(config.voice_gate)
        self._model = SpeechEmotionModel(config.model)
        self._frames = FrameStream(together=BLOCK_FRAMES)
        self._meter = LevelMeter()
        self._utterance = Utterance()
        self._spoken: deque[_Spoken] = deque(maxlen=WINDOW_FRAMES // BLOCK_FRAMES)
        self._leaks: deque[float | None] = deque(maxlen=_LEAK_BLOCKS)
        self._leak_estimator = LeakEstimator()
        self._closed_readings = 0
        self._samples = 0
        self._readings = 0
        self._forgotten_s = -math.inf

    def forget_before(self, at_s: float) -> None:
        """What was said before `at_s`, monotonic seconds, counts no more."""
        if at_s > self._forgotten_s:
            self._forgotten_s = at_s
            self._utterance = Utterance()
            self._spoken.clear()

    def push(self, block: Block) -> list[VoiceEvidence]:
        """Take the next block; give the evidence that is due.

        While the gate is closed one is due every 0.64 s, while it is open with every window of
        new speech: 0.96 s apart, the first after 1.28 s.
        """
        self._meter.push(block)
        self._leaks.append(block.leak)
        self._samples += len(block.samples)
        evidence = []
        for reading in self._gate.push(self._frames.push(block.samples)):
            # a reading lies well before the sound just pushed: the gate looks ahead
            behind_s = self._samples / SAMPLE_RATE_HZ - self._readings * BLOCK_FRAMES / FRAMES_PER_S
            self._readings += 1
            began_s = block.at_s - block.late_s - behind_s
            if began_s < self._forgotten_s:
                continue
            judged = self._judge(reading, began_s, block.at_s)
            if judged is not None:
                evidence.append(judged)
        return evidence

    @property
    def lasting_trouble(self) -> Reason | None:
        """What only a person can put right: a muted microphone, or an overdriven one."""
        return self._meter.lasting_trouble

    @property
    def offset(self) -> float | None:
        """What the sound card adds to every sample, when that is worth telling; it does no harm."""
        return self._meter.offset

    def _judge(self, reading: VoiceReading, began_s: float, at_s: float) -> VoiceEvidence | None:
        leak = self._leak(reading)
        if reading.is_open and leak > TOO_MUCH_LEAK:
            reading = replace(reading, sound=Sound.MUSIC)
        window = self._utterance.push(reading)
        if reading.is_open:
            self._spoken.append(_Spoken(reading, leak, began_s))
        if window is None:
            return None if reading.is_open else self._abstain_in_turn(reading, began_s, at_s)
        self._closed_readings = 0
        trouble = self._meter.trouble
        if trouble is not None:
            return self._abstain(trouble, reading, began_s, at_s)
        heard = list(self._spoken)[-(len(window) // BLOCK_FRAMES) :]
        scores = self._model.scores(window)
        trust = reliability(
            voice=float(np.mean([each.reading.voice for each in heard])),
            spoken_share=len(window) / WINDOW_FRAMES,
            snr_db=float(np.mean([each.reading.snr_db for each in heard])),
            leak=float(np.mean([each.leak for each in heard])),
            confidence=float(scores.max()),
        )
        return VoiceEvidence(
            at_s,
            scores,
            trust,
            reason=None,
            voice=reading.voice,
            level_dbfs=self._meter.level_dbfs,
            span_s=at_s - heard[0].began_s,
        )

    def _leak(self, reading: VoiceReading) -> float:
        """How much of a block is the box's own music: known, else estimated."""
        estimated = self._leak_estimator.push(reading)
        known = [leak for leak in self._leaks if leak is not None]
        return float(np.mean(known)) if known else estimated

    def _abstain_in_turn(
        self, reading: VoiceReading, began_s: float, at_s: float
    ) -> VoiceEvidence | None:
        self._closed_readings += 1
        if self._closed_readings < ABSTAIN_EVERY:
            return None
        self._closed_readings = 0
        reason = self._meter.trouble or _WHY_NOT[reading.sound]
        return self._abstain(reason, reading, began_s, at_s)

    def _abstain(
        self, reason: Reason, reading: VoiceReading, began_s: float, at_s: float
    ) -> VoiceEvidence:
        return VoiceEvidence(
            at_s,
            scores=None,
            reliability=0.0,
            reason=reason,
            voice=reading.voice,
            level_dbfs=self._meter.level_dbfs,
            span_s=at_s - began_s,
        )
