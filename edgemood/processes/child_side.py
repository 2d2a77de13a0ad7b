"""What runs inside the process of a sense: configuration in, records out, nothing else.

The daemon writes the configuration as one JSON line to standard input and keeps that open for the
times of button presses; records leave by standard output. When the daemon goes, standard input ends
and so does the sense. There is nothing to tidy up: the kernel gives back camera, microphone and
memory.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from typing import Protocol

from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.pipe import Record, SenseReport, SenseState, encode
from edgemood.processes.parent import end_with_parent, read_order
from edgemood.processes.seal import seal
from edgemood.records import Sense

HEARTBEAT_S = 0.5
"""A report is repeated this often while there is nothing else to say; see `serve`."""

RETRY_S = 3.0
"""How long to leave a device or model alone that could not be used."""


class LookAgain:
    """When somebody last asked to look again, as the daemon says in a line of monotonic seconds."""

    def __init__(self) -> None:
        self.asked_s = -math.inf
        """what was seen or heard before counts no more"""

    def heed(self, line: bytes) -> None:
        """Take in what the daemon says."""
        with contextlib.suppress(ValueError):
            self.asked_s = float(line)


class Watch(Protocol):
    """What a sense is made of: records of what its device delivers, until it is closed."""

    def __call__(self, config: Config, *, look_again: LookAgain) -> Iterator[Record]: ...


def serve(watch: Watch) -> None:
    """Send every record that `watch` yields to the daemon, until either side ends.

    `watch` yields at least once in two seconds for as long as it is alive, if need be by repeating
    its last report: silence means that it hangs, and the daemon starts it anew.
    """
    config = Config.model_validate_json(read_order())
    look_again = LookAgain()
    end_with_parent(look_again.heed)
    records = _take_standard_output()
    sealed = False
    for record in watch(config, look_again=look_again):
        os.write(records, encode(record))
        if not isinstance(record, SenseReport):
            continue
        if record.state is SenseState.WORKING and not sealed:
            sealed = seal()
        elif record.state is SenseState.MISSING and sealed:
            os._exit(0)  # a fresh process may do what opening the device takes; this one may not


class Reporter:
    """Tells the daemon how the device of one sense is doing; `wait` sleeps for some seconds."""

    def __init__(self, sense: Sense, clock: Clock, wait: Callable[[float], object]) -> None:
        self._sense = sense
        self._clock = clock
        self._wait = wait

    def report(self, state: SenseState, device: str = "", detail: str = "") -> SenseReport:
        """How it is now."""
        return SenseReport(self._sense, self._clock.now_s(), state, device, detail)

    def repeat(
        self, state: SenseState, device: str, detail: str, duration_s: float = RETRY_S
    ) -> Iterator[SenseReport]:
        """The same report until `duration_s` is over."""
        end_s = self._clock.now_s() + duration_s
        yield self.report(state, device, detail)
        while self._clock.now_s() < end_s:
            self._wait(HEARTBEAT_S)
            yield self.report(state, device, detail)


def _take_standard_output() -> int:
    """Keep standard output for records; what libraries print there goes to standard error."""
    records = os.dup(1)
    os.dup2(2, 1)
    return records
