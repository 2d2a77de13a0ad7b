"""The daemon's part in the song library: its index, and a process that analyses the songs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import MODELS, MusicConfig
from edgemood.errors import LibraryError
from edgemood.music.library.index import SongIndex
from edgemood.music.library.report import Order, ScanReport, ScanState, decode_report, encode
from edgemood.music.library.store import IN_MEMORY
from edgemood.music.words import SHIPPED, Words
from edgemood.trouble import Trouble

COMMAND: Sequence[str] = (sys.executable, "-m", "edgemood.music.library")
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
STEADY_S = 600.0
"""a process that lived this long begins again at the shortest pause"""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}

log = logging.getLogger(__name__)


class ScannerProcess:
    """Runs the scan for as long as `run` is awaited; the music does not depend on it."""

    def __init__(
        self,
        order: Order,
        clock: Clock,
        on_damage: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`on_damage` is told, in the owner's words, that the index is damaged."""
        self._order = order
        self._clock = clock
        self._on_damage = on_damage
        self._command = command
        self._trouble = Trouble(log)
        self.report = ScanReport(ScanState.STARTING)
        self.pid: int | None = None

    async def run(self) -> None:
        """Keep the scan alive until cancelled; then no process is left."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            started_s = self._clock.now_s()
            await self._live_once()
            if self._clock.now_s() - started_s >= STEADY_S:
                backoff.reset()
            await self._clock.sleep(backoff.pause_s())

    async def _live_once(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is for the daemon, which ends the scan itself
        )
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(encode(self._order))
        try:
            while line := await process.stdout.readline():
                self._take(decode_report(line))
        except ValueError as error:
            self._trouble.starts(f"the scan of the library speaks nonsense: {error}")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            process.stdin.close()
            self.pid = None

    def _take(self, report: ScanReport) -> None:
        self.report = report
        match report.state:
            case ScanState.DAMAGED:
                self._on_damage(report.detail)
            case ScanState.TROUBLE:
                self._trouble.starts(f"songs cannot be analysed: {report.detail}")
            case ScanState.WORKING | ScanState.DONE:
                self._trouble.ends("songs are analysed again")


def open_index(folder: Path | None, config: MusicConfig) -> SongIndex:
    """The song index kept in a folder; what is wrong with it is logged, and costs no music."""
    words = SHIPPED
    try:
        words = SHIPPED if config.words is None else Words.with_owners(config.words)
    except LibraryError as error:
        log.warning("%s; it is not used", error)
    try:
        if folder is not None:
            return SongIndex.open(folder, words, mend=True)
    except LibraryError as error:
        log.warning("%s; until it can be, songs are not remembered", error)
    return SongIndex.in_memory(words)


def scanner_of(
    index: SongIndex, config: MusicConfig, clock: Clock, on_damage: Callable[[str], None]
) -> ScannerProcess | None:
    """The process that analyses the songs of an index; None where the owner wants none."""
    if config.analyse == "no" or index.store.path == IN_MEMORY:
        return None
    order = Order(index.store.path.parent, MODELS, config.directory, config.words)
    return ScannerProcess(order, clock, on_damage)
