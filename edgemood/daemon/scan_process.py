"""The daemon's part in the song library: its index, and a process that analyses the songs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edgemood.clock import Clock
from edgemood.config.schema import MODELS, MusicConfig
from edgemood.incident import Faults, Trouble
from edgemood.music.library.index.connection import IN_MEMORY
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.protocol import Order, ScanReport, ScanState, decode_report, encode
from edgemood.music.mood_words import SHIPPED, Words
from edgemood.processes.chatter import Chatter
from edgemood.processes.supervised import ORDERLY, Child, Habits

COMMAND: Sequence[str] = (sys.executable, "-m", "edgemood.music.library")
HABITS = Habits(
    first_pause_s=5.0,
    longest_pause_s=300.0,
    steady_s=600.0,
    startup_limit_s=180.0,
    silence_limit_s=180.0,  # twelve times that within which it promises a report
)

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
        self._child = Child(
            command, encode(order), self._take, HABITS, clock, chatter=Chatter("library", clock)
        )
        self._on_damage = on_damage
        self._trouble = Trouble(log)
        self.report = ScanReport(ScanState.STARTING)

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        return self._child.pid

    async def run(self) -> None:
        """Keep the scan alive until cancelled; then no process is left."""
        await self._child.run(self._ended)

    def _ended(self, how: str) -> None:
        if how != ORDERLY:
            self._trouble.starts(f"the scan of the library {how}; it is started again")

    def _take(self, line: bytes) -> None:
        self.report = report = decode_report(line)
        match report.state:
            case ScanState.DAMAGED:
                self._on_damage(report.detail)
            case ScanState.TROUBLE:
                self._trouble.starts(f"songs cannot be analysed: {report.detail}")
            case ScanState.WORKING | ScanState.DONE:
                self._trouble.ends("songs are analysed again")


def open_index(folder: Path | None, config: MusicConfig, faults: Faults | None = None) -> SongIndex:
    """The song index kept in a folder; what is wrong with it costs no music.

    Mistakes in the owner's words cost only themselves, and are told.
    """
    words = SHIPPED if config.words is None else Words.with_owners(config.words)
    if words.problems:
        first, *more = words.problems
        others = f"; {len(more)} more: `edgemood check`" if more else ""
        Trouble(log, faults).starts(f"{first}{others}; save config.yaml when it is mended")
    if folder is None:
        return SongIndex.in_memory(words)
    return SongIndex.open(folder, words, mend=True)


def scanner_of(
    index: SongIndex, config: MusicConfig, clock: Clock, on_damage: Callable[[str], None]
) -> ScannerProcess | None:
    """The process that analyses the songs of an index; None where the owner wants none."""
    if config.analyse == "no" or index.store.path == IN_MEMORY:
        return None
    order = Order(index.store.path.parent, MODELS, config.directory, config.words)
    return ScannerProcess(order, clock, on_damage)
