"""A scan by hand: now, as fast as wanted, with a bar on the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import MODELS, Config
from edgemood.errors import PlayerError
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.analyser import analysis_stamp
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.protocol import Order
from edgemood.music.library.scan.scan import Progress as ScanProgress
from edgemood.music.library.scan.scan import Scan, step_back
from edgemood.music.library.scan.service import describe, local_crew, music_folder, sole_scan
from edgemood.music.library.scan.workers import Crew, Folders
from edgemood.music.library.sync.mpd_sync import LibrarySync
from edgemood.music.mpd.client import Change, Player

_TELL_EVERY_S = 60.0


def scan(index: SongIndex, config: Config, *, workers: int, dask: str | None, again: bool) -> None:
    """Bring the index in line with MPD, and analyse what is new.

    Raises LibraryError when that cannot be done. Ctrl-C ends it, and nothing is lost.
    """
    step_back()
    try:
        asyncio.run(_scan(index, config, workers=workers, dask=dask, again=again))
    except asyncio.CancelledError:
        sys.stderr.write("stopped; what was found is kept, and the rest is done next time\n")
    finally:
        index.close()


async def _scan(
    index: SongIndex, config: Config, *, workers: int, dask: str | None, again: bool
) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores SIGINT
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    clock = SystemClock()
    await _follow_mpd(index, config)
    worklist = Worklist(index)
    worklist.expect(analysis_stamp(MODELS, config.music.words))
    if again:
        worklist.add_all()
    state = index.store.path.parent
    order = Order(state, MODELS, config.music.directory, config.music.words, workers)
    with sole_scan(state), _Teller(clock) as teller:
        crew = local_crew(index, order, clock) if dask is None else _dask_crew(index, order, dask)
        teller.tell(await Scan(index, clock, on_progress=teller.tell).run(crew))
    sys.stdout.write(f"{describe(teller.last)}\n")


async def _follow_mpd(index: SongIndex, config: Config) -> None:
    player = Player(config.mpd)
    try:
        await player.connect()
        await LibrarySync(player, index).follow({Change.LIBRARY})
    except PlayerError as error:
        sys.stderr.write(f"{error}; scanning the songs that are known\n")
    finally:
        player.close()


def _dask_crew(index: SongIndex, order: Order, address: str) -> Crew:
    from edgemood.music.library.scan.dask_workers import DaskCrew

    folders = Folders(music_folder(index, order.music), order.models, order.words)
    return DaskCrew(folders, address)


class _Teller:
    """A bar on a terminal; in a journal, a line a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told_s = clock.now_s()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self.last = ScanProgress(0, 0, 0)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = Progress(
                BarColumn(),
                TextColumn("{task.description}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task("looking for what is new")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, progress: ScanProgress) -> None:
        """Show how far the scan has come."""
        self.last = progress
        if self._bar is not None and self._task is not None:
            done = progress.songs - progress.pending
            self._bar.update(
                self._task,
                description=describe(progress),
                completed=done,
                total=progress.songs,
            )
        elif self._clock.now_s() - self._told_s >= _TELL_EVERY_S:
            self._told_s = self._clock.now_s()
            sys.stderr.write(f"{describe(progress)}\n")
