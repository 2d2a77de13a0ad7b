"""The loop of the sense: sound in, voice evidence out, and what becomes of the microphone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import Config
from edgemood.errors import MicrophoneError
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import CleanedMicrophone
from edgemood.hearing.cleaning.reference import EchoReference
from edgemood.hearing.microphones.microphone import Microphone, open_microphone
from edgemood.pipe import Record, SenseState
from edgemood.processes.child_side import LookAgain, Reporter
from edgemood.processes.device import keep_open
from edgemood.records import Sense


def watch(
    config: Config,
    clock: Clock | None = None,
    wait: Callable[[float], object] = time.sleep,
    look_again: LookAgain | None = None,
) -> Iterator[Record]:
    """Listen to the room until the iterator is closed; nothing ends it from within.

    Yields a report whenever the microphone's state changes, evidence about every 0.64 s, and the
    last report again while there is nothing to hear. `wait` sleeps for a number of seconds.
    """
    return _Watch(config, clock or SystemClock(), wait, look_again or LookAgain()).records()


class _Watch:
    def __init__(
        self,
        config: Config,
        clock: Clock,
        wait: Callable[[float], object],
        look_again: LookAgain,
    ) -> None:
        self._config = config
        self._look_again = look_again
        self._clock = clock
        self._wait = wait
        self._tell = Reporter(Sense.VOICE, clock, wait)

    def records(self) -> Iterator[Record]:
        return keep_open(
            self._tell,
            self._config.microphone.source,
            MicrophoneError,
            load=lambda: VoiceJudge(self._config.hearing),
            open_device=self._open_microphone,
            judge=self._judge,
        )

    def _open_microphone(self) -> Microphone:
        config = self._config.microphone
        microphone = open_microphone(config, self._clock, self._wait)
        return CleanedMicrophone(microphone, EchoReference(config.echo_reference))

    def _judge(self, microphone: Microphone, judge: VoiceJudge) -> Iterator[Record]:
        """Evidence from an opened microphone. Raises MicrophoneError when that fails."""
        block = microphone.read()
        yield self._tell.report(SenseState.WORKING, microphone.name)
        told = SenseState.WORKING, ""
        while True:
            judge.forget_before(self._look_again.asked_s)
            yield from judge.push(block)
            before, told = told, _condition(judge)
            if told != before:
                state, detail = told
                yield self._tell.report(state, microphone.name, detail)
            block = microphone.read()


def _condition(judge: VoiceJudge) -> tuple[SenseState, str]:
    """A microphone that needs a person's hand has a fault, though it delivers."""
    if trouble := judge.lasting_trouble:
        return SenseState.FAULT, f"{trouble}; {trouble.advice}"
    if offset := judge.offset:
        share = f"{abs(offset):.0%} of full scale"
        return SenseState.WORKING, f"its sound card adds an offset of {share}, which is taken out"
    return SenseState.WORKING, ""
