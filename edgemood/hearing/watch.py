"""The loop of the sense: sound in, voice evidence out, and what becomes of the microphone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import Config
from edgemood.errors import MicrophoneError, ModelError
from edgemood.hearing.judge import VoiceJudge
from edgemood.hearing.microphone import Microphone, open_microphone
from edgemood.mood.evidence import Sense
from edgemood.pipe import Record, SenseReport, SenseState

HEARTBEAT_S: Final = 0.5
"""The last report is repeated this often; the daemon takes two silent seconds for a hang."""

RETRY_S: Final = 3.0
"""How long to leave a microphone or model alone that could not be used."""


def watch(
    config: Config,
    clock: Clock | None = None,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Record]:
    """Listen to the room until the iterator is closed; nothing ends it from within.

    Yields a report whenever the microphone's state changes, evidence about every 0.64 s, and the
    last report again while there is nothing to hear. `wait` sleeps for a number of seconds.
    """
    return _Watch(config, clock or SystemClock(), wait).records()


class _Watch:
    def __init__(self, config: Config, clock: Clock, wait: Callable[[float], object]) -> None:
        self._config = config
        self._clock = clock
        self._wait = wait

    def records(self) -> Iterator[Record]:
        if self._config.microphone.source == "none":
            while True:
                yield from self._repeat(
                    SenseState.MISSING, "", "switched off in config.yaml", HEARTBEAT_S
                )
        yield self._report(SenseState.STARTING, "", "")
        while True:
            device = ""
            try:
                judge = VoiceJudge(self._config.hearing)
                with closing(self._open_microphone()) as microphone:
                    device = microphone.name
                    yield from self._judge(microphone, judge)
            except ModelError as error:
                yield from self._repeat(SenseState.FAULT, "", str(error), RETRY_S)
            except MicrophoneError as error:
                state = SenseState.FAULT if device else SenseState.MISSING
                yield from self._repeat(state, device, str(error), RETRY_S)

    def _open_microphone(self) -> Microphone:
        return open_microphone(self._config.microphone, self._clock, self._wait)

    def _judge(self, microphone: Microphone, judge: VoiceJudge) -> Iterator[Record]:
        """Evidence from an opened microphone. Raises MicrophoneError when that fails."""
        block = microphone.read()
        yield self._report(SenseState.WORKING, microphone.name, "")
        while True:
            yield from judge.push(block)
            block = microphone.read()

    def _repeat(
        self, state: SenseState, device: str, detail: str, duration_s: float
    ) -> Iterator[Record]:
        """The same report until `duration_s` is over."""
        end_s = self._clock.now_s() + duration_s
        yield self._report(state, device, detail)
        while self._clock.now_s() < end_s:
            self._wait(HEARTBEAT_S)
            yield self._report(state, device, detail)

    def _report(self, state: SenseState, device: str, detail: str) -> SenseReport:
        return SenseReport(Sense.VOICE, self._clock.now_s(), state, device, detail)
