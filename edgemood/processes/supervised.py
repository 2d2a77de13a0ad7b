"""A process of the daemon's: started, watched, killed when it hangs, and started again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.processes import subprocesses
from edgemood.processes.chatter import Chatter

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""numpy's threads would spin between small products, and take the cores from MPD"""
ORDERLY = "ended"
_LAST_WORDS_S = 1.0
"""for what a process that has ended had still written"""


@dataclass(frozen=True, slots=True)
class Habits:
    """How long a process is waited for, and how soon it is tried again."""

    first_pause_s: float
    longest_pause_s: float
    steady_s: float
    """a process that lived this long begins again at the shortest pause"""
    startup_limit_s: float = inf
    """its first line may take this long"""
    silence_limit_s: float = inf
    """later, one that says nothing for this long hangs"""


class Child:
    """A program that is told a line to begin with, says lines, and ends when its input does."""

    def __init__(
        self,
        command: Sequence[str],
        order: bytes,
        take: Callable[[bytes], None],
        habits: Habits,
        clock: Clock,
        *,
        chatter: Chatter | None = None,
    ) -> None:
        """`order` is the line it is told; `take` gets each that it says.

        `take` raises ValueError for nonsense, which ends the life. `chatter` gets what it writes
        to its standard error; without one, that goes where the daemon's goes.
        """
        self._command = command
        self._order = order
        self._take = take
        self._habits = habits
        self._clock = clock
        self._chatter = chatter
        self._deadline_s = inf
        self._input: asyncio.StreamWriter | None = None
        self._one_at_a_time = asyncio.Lock()
        self.restarts = 0
        self.pid: int | None = None

    def expect_within(self, limit_s: float) -> None:
        """Let its next line take so long."""
        self._deadline_s = self._clock.now_s() + limit_s

    def say(self, line: bytes) -> None:
        """Tell it one more line, newline left out; nobody hears it while it does not live."""
        if self._input is not None and not self._input.is_closing():
            self._input.write(line + b"\n")

    async def run(self, ended: Callable[[str], None]) -> None:
        """Keep it alive until cancelled; then no process is left.

        `ended` is told how each life ended, in words that follow on "the process"; `ORDERLY` where
        it had done what it was to do.
        """
        async with self._one_at_a_time:  # a cancelled run may still be at killing its own
            backoff = Backoff(self._habits.first_pause_s, self._habits.longest_pause_s)
            while True:
                started_s = self._clock.now_s()
                ended(await self._live())
                if self._clock.now_s() - started_s >= self._habits.steady_s:
                    backoff.reset()
                await self._clock.sleep(backoff.pause_s())
                self.restarts += 1

    async def _live(self) -> str:
        """One life; says how it ended."""
        try:
            process = await subprocesses.begin(
                self._command,
                {**os.environ, **_ONE_THREAD},
                errors=None if self._chatter is None else asyncio.subprocess.PIPE,
            )
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(self._order)
        self._input = process.stdin
        self._deadline_s = self._clock.now_s() + self._habits.startup_limit_s
        reading = asyncio.create_task(self._read(process.stdout))
        silence = asyncio.create_task(self._wait_for_silence())
        overhearing = asyncio.create_task(self._overhear(process.stderr))
        try:
            done, _ = await asyncio.wait({reading, silence}, return_when=asyncio.FIRST_COMPLETED)
            if reading not in done:
                return "hangs"
            nonsense = reading.result()
        finally:
            for task in (reading, silence):
                task.cancel()
            returncode = await subprocesses.end(process)
            await asyncio.wait({overhearing}, timeout=_LAST_WORDS_S)
            overhearing.cancel()
            self.pid = self._input = None
        return nonsense or _ending(returncode)

    async def _read(self, lines: asyncio.StreamReader) -> str:
        """Hand on lines until the pipe ends; says what was wrong with it, if anything."""
        try:
            while line := await lines.readline():
                self._deadline_s = self._clock.now_s() + self._habits.silence_limit_s
                self._take(line)
        except ValueError as error:
            return f"speaks nonsense: {error}"
        return ""

    async def _wait_for_silence(self) -> None:
        """Return when the process has been silent for too long."""
        look_every_s = self._habits.silence_limit_s / 4  # its first line brings the end nearer
        while (left_s := self._deadline_s - self._clock.now_s()) > 0:
            await self._clock.sleep(min(left_s, look_every_s))
            if self._chatter is not None:
                self._chatter.sweep()

    async def _overhear(self, errors: asyncio.StreamReader | None) -> None:
        """Hand on what the process and its libraries print, until its end."""
        if errors is None or self._chatter is None:
            return
        while piece := await errors.read(1 << 16):
            self._chatter.take(piece)
        self._chatter.take(b"")


def _ending(returncode: int) -> str:
    if returncode == 0:
        return ORDERLY
    return f"ended ({f'signal {-returncode}' if returncode < 0 else f'exit status {returncode}'})"
