"""The life of the ear: a microphone found, lost and found again, and evidence meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import Config
from edgemood.errors import MicrophoneError, ModelError
from edgemood.hearing.judge import VoiceJudge
from edgemood.hearing.microphone import Microphone, open_microphone
from edgemood.mood.evidence import Sense
from edgemood.pipe import Record, SenseReport, SenseState

RETRY_EVERY_S: Final = 3.0
REPEAT_EVERY_S: Final = 1.0
"""The daemon takes two seconds without a record for a hang (see `edgemood.sense.serve`)."""


def watch(
    config: Config, clock: Clock | None = None, wait: Callable[[float], None] = time.sleep
) -> Iterator[Record]:
    """Everything the ear has to say, for ever; whatever is missing is tried again for ever.

    `wait` blocks for seconds of `clock`.
    """
    clock = clock or SystemClock()

    def report(state: SenseState, device: str = "", detail: str = "") -> SenseReport:
        return SenseReport(Sense.VOICE, clock.now_s(), state, device, detail)

    yield report(SenseState.STARTING)
    while True:
        try:
            judge = VoiceJudge(config.hearing)
            microphone = open_microphone(config.microphone, clock, wait)
            yield from _listen(microphone, judge, report(SenseState.WORKING, microphone.name))
        except ModelError as error:
            state, detail = SenseState.FAULT, str(error)
        except MicrophoneError as error:
            state, detail = SenseState.MISSING, str(error)
        retry_s = clock.now_s() + RETRY_EVERY_S
        while clock.now_s() < retry_s:
            yield report(state, detail=detail)
            wait(REPEAT_EVERY_S)


def _listen(microphone: Microphone, judge: VoiceJudge, working: SenseReport) -> Iterator[Record]:
    """Evidence until the microphone fails. It works once it has delivered a block."""
    try:
        evidence = judge.push(microphone.read())
        yield working
        yield from evidence
        while True:
            yield from judge.push(microphone.read())
    finally:
        microphone.close()
