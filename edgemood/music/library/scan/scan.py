"""Works through the songs that are to be analysed, and yields to everything else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgemood.clock import Clock
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings, Subject
from edgemood.music.library.scan.throttle import Heat
from edgemood.music.library.scan.workers import Crew

KEEP_EVERY_SONGS: Final = 16
KEEP_EVERY_S: Final = 20.0
"""A power cut costs no more work than this; a memory card does not like small writes."""
_LOOK_AT_HEAT_EVERY_S: Final = 15.0
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come."""

    songs: int
    """in the library"""
    pending: int
    """still to be analysed"""
    problems: int
    """could not be listened to"""
    per_minute: float = 0.0
    """songs analysed, on average since the scan began"""
    pause: str = ""
    """why it rests; empty when it does not"""
    absent: str = ""
    """why files are not there that should be; empty when they are"""


class Scan:
    """One pass over the list of songs to be analysed."""

    def __init__(
        self,
        index: SongIndex,
        clock: Clock,
        heat: Heat | None = None,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._index = index
        self._worklist = Worklist(index)
        self._clock = clock
        self._heat = heat or Heat()
        self._on_progress = on_progress
        self._results: list[tuple[Subject, Findings]] = []
        self._began_s = self._kept_s = clock.now_s()
        self._done = 0
        self._absent = ""

    async def run(self, crew: Crew) -> Progress:
        """Analyse every song on the list once, and keep the findings as they come.

        Whatever ends it, the findings so far are kept. Raises LibraryError when nothing can be
        analysed, or the index cannot be used.
        """
        self._began_s = self._kept_s = self._clock.now_s()
        try:
            await crew.work(self._subjects(), self._take)
        finally:
            self._keep()
        return self._tell()

    async def _subjects(self) -> AsyncIterator[Subject]:
        last = 0
        while subjects := self._worklist.after(last, _AT_ONCE):
            for subject in subjects:
                await self._rest()
                yield subject
                last = subject.id

    async def _rest(self) -> None:
        while reason := self._heat.reason_to_pause():
            self._keep()
            self._tell(pause=reason)
            await self._clock.sleep(_LOOK_AT_HEAT_EVERY_S)

    def _take(self, subject: Subject, findings: Findings) -> None:
        self._results.append((subject, findings))
        if findings.absent:
            self._absent = findings.problem
        else:
            self._done += 1
        due = self._clock.now_s() - self._kept_s >= KEEP_EVERY_S
        if due or len(self._results) >= KEEP_EVERY_SONGS:
            self._keep()
            self._tell()

    def _keep(self) -> None:
        results, self._results = self._results, []
        self._kept_s = self._clock.now_s()
        if results:
            self._worklist.record(results)

    def _tell(self, pause: str = "") -> Progress:
        counts = self._worklist.counts()
        took_s = self._clock.now_s() - self._began_s
        progress = Progress(
            songs=counts.songs,
            pending=counts.pending,
            problems=counts.problems,
            per_minute=60 * self._done / took_s if took_s > 0 else 0.0,
            pause=pause,
            absent=self._absent,
        )
        self._on_progress(progress)
        return progress


def step_back() -> None:
    """Take this process, and those it will start, behind everything else on the machine.

    Linux gives its idle I/O class to a process whose scheduling is idle (ioprio_set(2) and
    task_nice_ioclass in the kernel), so this is nice and ionice in one. When memory runs out, it
    goes first. Where one of it is not allowed, the work is done all the same.
    """
    for step in (
        lambda: os.nice(19),
        lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
        lambda: Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii"),
    ):
        with contextlib.suppress(OSError):  # as after setuid, or in a container
            step()
