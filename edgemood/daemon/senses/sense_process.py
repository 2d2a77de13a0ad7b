"""A sense in a process of its own, as the daemon sees it: its evidence and how its device does."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.incident import Trouble
from edgemood.mood import FaceEvidence, Sense, VoiceEvidence
from edgemood.pipe import SenseReport, SenseState, decode
from edgemood.processes.chatter import Chatter
from edgemood.processes.supervised import ORDERLY, Child, Habits

COMMANDS: dict[Sense, Sequence[str]] = {
    Sense.FACE: (sys.executable, "-m", "edgemood.vision"),
    Sense.VOICE: (sys.executable, "-m", "edgemood.hearing"),
}
PROGRAMS = {Sense.FACE: "vision", Sense.VOICE: "hearing"}
BEGINS_WITHIN_S = 30.0
"""to load its models and to open its device, once it has said that it begins"""
HABITS = Habits(
    first_pause_s=0.5,
    longest_pause_s=30.0,
    steady_s=60.0,
    startup_limit_s=60.0,  # OpenCV and a camera stack start slowly on a Zero 2 W
    silence_limit_s=10.0,  # five times the two seconds within which a sense promises a record
)

Evidence = FaceEvidence | VoiceEvidence


class SenseProcess:
    """Runs one sense for as long as `run` is awaited; cancelling it closes the device.

    The process holds camera or microphone; this side sees records only.
    """

    def __init__(
        self,
        sense: Sense,
        config: Config,
        clock: Clock,
        on_evidence: Callable[[Evidence], None],
        command: Sequence[str] | None = None,
    ) -> None:
        self._sense = sense
        self._clock = clock
        self._on_evidence = on_evidence
        self._trouble = Trouble(logging.getLogger(f"edgemood.{sense}"))
        order = config.model_dump_json().encode() + b"\n"
        self._child = Child(
            command or COMMANDS[sense],
            order,
            self._take,
            HABITS,
            clock,
            chatter=Chatter(PROGRAMS[sense], clock),
        )
        self.report = self._own_report(SenseState.STARTING, "")
        self.last_evidence: Evidence | None = None

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        return self._child.pid

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return self._child.restarts

    async def run(self) -> None:
        """Keep the sense alive until cancelled."""
        self.report = self._own_report(SenseState.STARTING, "")
        self.last_evidence = None
        await self._child.run(self._ended)

    def look_again(self, at_s: float) -> None:
        """Have it forget what it saw or heard before `at_s`, monotonic seconds."""
        self._child.say(repr(at_s).encode())

    def _take(self, line: bytes) -> None:
        record = decode(line)
        if isinstance(record, SenseReport):
            if record.state is SenseState.STARTING:
                self._child.expect_within(BEGINS_WITHIN_S)
            self._tell(record)
        else:
            self.last_evidence = record
            self._on_evidence(record)

    def _ended(self, how: str) -> None:
        if how == ORDERLY:  # it wants to begin anew, and its last report stands
            return
        detail = f"the {self._sense} process {how}; it is started again"
        self._tell(self._own_report(SenseState.FAULT, detail))

    def _tell(self, report: SenseReport) -> None:
        """Take in a report; the journal gets the beginning and the end of a trouble."""
        self.report = report
        if report.state in (SenseState.MISSING, SenseState.FAULT):
            self._trouble.starts(report.detail)
        elif report.state is SenseState.WORKING:
            self._trouble.ends(f"{self._sense}: {report.device} works")

    def _own_report(self, state: SenseState, detail: str) -> SenseReport:
        return SenseReport(self._sense, self._clock.now_s(), state, device="", detail=detail)
