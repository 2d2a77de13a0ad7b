"""From blocks of sound to evidence: who speaks, and in what mood."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from edgemood.config.schema import HearingConfig
from edgemood.hearing.block import Block
from edgemood.hearing.level import LevelMeter
from edgemood.hearing.mel import LogMelStream
from edgemood.hearing.reliability import reliability
from edgemood.hearing.speech_emotion import WINDOW_FRAMES, SpeechEmotionModel, Utterance
from edgemood.hearing.voice_gate import BLOCK_FRAMES, Sound, VoiceGate, VoiceReading
from edgemood.mood.evidence import Reason, VoiceEvidence

_WHY_NOT: Final = {
    Sound.SILENCE: Reason.SILENCE,
    Sound.MUSIC: Reason.MUSIC,
    Sound.NOISE: Reason.NOISE,
}
ABSTAIN_EVERY: Final = 2
"""Readings of the closed gate to one evidence: 0.64 s, the pace of judgements while it is open."""


class VoiceJudge:
    """Listens to one microphone; a new microphone needs a new judge."""

    def __init__(self, config: HearingConfig) -> None:
        """Load both models. Raises ModelError when one cannot be used."""
        self._gate = VoiceGate(config.voice_gate)
        self._model = SpeechEmotionModel(config.model)
        self._mel = LogMelStream()
        self._meter = LevelMeter()
        self._utterance = Utterance()
        self._voiced: deque[VoiceReading] = deque(maxlen=WINDOW_FRAMES // BLOCK_FRAMES)
        self._closed_readings = 0

    def push(self, block: Block) -> list[VoiceEvidence]:
        """Take the next block; give the evidence that is due.

        While the gate is closed one is due every 0.64 s, while it is open with every window of
        new speech: 0.64 s apart, the first after 1.28 s.
        """
        self._meter.push(block)
        evidence = []
        for reading in self._gate.push(self._mel.push(block.samples)):
            judged = self._judge(reading, block.at_s)
            if judged is not None:
                evidence.append(judged)
        return evidence

    def _judge(self, reading: VoiceReading, at_s: float) -> VoiceEvidence | None:
        window = self._utterance.push(reading)
        if reading.is_open:
            self._voiced.append(reading)
        if window is None:
            return None if reading.is_open else self._abstain_in_turn(reading, at_s)
        self._closed_readings = 0
        trouble = self._meter.trouble
        if trouble is not None:
            return self._abstain(trouble, reading, at_s)
        heard = list(self._voiced)[-(len(window) // BLOCK_FRAMES) :]
        trust = reliability(
            voice=float(np.mean([each.voice for each in heard])),
            spoken_share=len(window) / WINDOW_FRAMES,
            snr_db=float(np.mean([each.snr_db for each in heard])),
        )
        return VoiceEvidence(
            at_s,
            self._model.scores(window),
            trust,
            reason=None,
            voice=reading.voice,
            level_dbfs=self._meter.level_dbfs,
        )

    def _abstain_in_turn(self, reading: VoiceReading, at_s: float) -> VoiceEvidence | None:
        self._closed_readings += 1
        if self._closed_readings < ABSTAIN_EVERY:
            return None
        self._closed_readings = 0
        reason = self._meter.trouble or _WHY_NOT[reading.sound]
        return self._abstain(reason, reading, at_s)

    def _abstain(self, reason: Reason, reading: VoiceReading, at_s: float) -> VoiceEvidence:
        return VoiceEvidence(
            at_s,
            scores=None,
            reliability=0.0,
            reason=reason,
            voice=reading.voice,
            level_dbfs=self._meter.level_dbfs,
        )
