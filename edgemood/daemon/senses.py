"""A sense in a process of its own: started, watched, killed when it hangs, and started again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.mood import FaceEvidence, Sense, VoiceEvidence
from edgemood.pipe import SenseReport, SenseState, decode
from edgemood.trouble import Trouble

COMMANDS: dict[Sense, Sequence[str]] = {
    Sense.FACE: (sys.executable, "-m", "edgemood.vision"),
    Sense.VOICE: (sys.executable, "-m", "edgemood.hearing"),
}

STARTUP_LIMIT_S = 60.0
"""the first record may take this long: OpenCV and a camera stack start slowly on a Zero 2 W"""
SILENCE_LIMIT_S = 10.0
"""a sense promises a record every two seconds; five times that is a hang"""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""a process that lived this long begins again at the shortest pause"""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""numpy's threads would spin between the small products of a sense, and take the cores from MPD"""

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
        self._command = command or COMMANDS[sense]
        self._config_line = config.model_dump_json().encode() + b"\n"
        self._clock = clock
        self._on_evidence = on_evidence
        self._trouble = Trouble(logging.getLogger(f"edgemood.{sense}"))
        self._deadline_s = clock.now_s()
        self._device = asyncio.Lock()  # one process at a time may have it
        self.report = self._own_report(SenseState.STARTING, "")
        self.last_evidence: Evidence | None = None
        self.restarts = 0
        self.pid: int | None = None

    async def run(self) -> None:
        """Keep the sense alive until cancelled."""
        async with self._device:
            await self._live()

    async def _live(self) -> None:
        self.report = self._own_report(SenseState.STARTING, "")
        self.last_evidence = None
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            started_s = self._clock.now_s()
            problem = await self._live_once()
            self._tell(self._own_report(SenseState.FAULT, f"{problem}; it is started again"))
            if self._clock.now_s() - started_s >= STEADY_S:
                backoff.reset()
            await self._clock.sleep(backoff.pause_s())
            self.restarts += 1

    async def _live_once(self) -> str:
        """One life of the process; says how it ended."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is for the daemon, which ends the sense itself
        )
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(self._config_line)
        self._deadline_s = self._clock.now_s() + STARTUP_LIMIT_S
        reading = asyncio.create_task(self._read(process.stdout))
        silence = asyncio.create_task(self._wait_for_silence())
        try:
            done, _ = await asyncio.wait({reading, silence}, return_when=asyncio.FIRST_COMPLETED)
            if reading not in done:
                return f"the {self._sense} process hangs"
            problem = reading.result()
        finally:
            for task in (reading, silence):
                task.cancel()
            _kill(process)
            await process.wait()
            process.stdin.close()
            self.pid = None
        return problem or f"the {self._sense} process ended ({_ending(process.returncode)})"

    async def _read(self, records: asyncio.StreamReader) -> str:
        """Hand on records until the pipe ends; says what was wrong with it, if anything."""
        try:
            while line := await records.readline():
                record = decode(line)
                self._deadline_s = self._clock.now_s() + SILENCE_LIMIT_S
                if isinstance(record, SenseReport):
                    self._tell(record)
                else:
                    self.last_evidence = record
                    self._on_evidence(record)
        except ValueError as error:
            return str(error)
        return ""

    async def _wait_for_silence(self) -> None:
        """Return when the process has been silent for too long."""
        while (left_s := self._deadline_s - self._clock.now_s()) > 0:
            await self._clock.sleep(left_s)

    def _tell(self, report: SenseReport) -> None:
        """Take in a report; the journal gets the beginning and the end of a trouble."""
        self.report = report
        if report.state in (SenseState.MISSING, SenseState.FAULT):
            self._trouble.starts(report.detail)
        elif report.state is SenseState.WORKING:
            self._trouble.ends(f"{self._sense}: {report.device} works")

    def _own_report(self, state: SenseState, detail: str) -> SenseReport:
        return SenseReport(self._sense, self._clock.now_s(), state, device="", detail=detail)


def _kill(process: asyncio.subprocess.Process) -> None:
    """End the process and whatever it started; it holds nothing that needs tidying up."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _ending(returncode: int | None) -> str:
    if returncode is None:
        return "unknown"
    return f"signal {-returncode}" if returncode < 0 else f"exit status {returncode}"
