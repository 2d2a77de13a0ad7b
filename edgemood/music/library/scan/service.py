"""The scan in the background: for ever, behind everything else, telling the daemon how it does."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from edgemood.clock import Clock, SystemClock
from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.index.connection import UNCHECKED
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.scan.analyser import analysis_stamp
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.protocol import Order, ScanReport, ScanState, decode_order, encode
from edgemood.music.library.scan.scan import Progress, Scan, step_back
from edgemood.music.library.scan.throttle import Heat
from edgemood.music.library.scan.workers import Crew, Folders, LocalCrew
from edgemood.music.library.sync.mpd_sync import MUSIC_FOLDER
from edgemood.music.mpd.shown_text import without_secrets
from edgemood.processes.parent import end_with_parent, read_order
from edgemood.storage.database import is_whole

HEARTBEAT_S: Final = 15.0
"""how often at least the daemon hears that the scan is alive"""
_LOOK_EVERY_S: Final = 15.0
_TELL_EVERY_S: Final = 60.0
"""how often the journal hears of the progress"""
_TRY_AGAIN_EVERY_S: Final = 300.0
"""for files that were not to be had, as when their disk is not there"""
_LOCK: Final = "scan.lock"

log = logging.getLogger(__name__)


async def serve() -> None:
    """Be the scan's process, until the daemon ends it."""
    order = decode_order(read_order())
    end_with_parent()
    step_back()
    reports = os.dup(1)
    os.dup2(2, 1)
    scan = BackgroundScan(order, SystemClock(), lambda report: _write(reports, report))
    beating = asyncio.create_task(scan.beat())
    try:
        await scan.run()
    finally:
        beating.cancel()


class BackgroundScan:
    """Analyses whatever is new, and looks for more."""

    def __init__(
        self,
        order: Order,
        clock: Clock,
        tell: Callable[[ScanReport], None],
        heat: Heat | None = None,
    ) -> None:
        self._order = order
        self._clock = clock
        self._tell = tell
        self._heat = heat or Heat()
        self._logged_s = clock.now_s()
        self._told = ScanReport(ScanState.STARTING)

    async def beat(self) -> None:
        """Say again and again how it stands: one that says nothing hangs."""
        while True:
            self._tell(self._told)
            await self._clock.sleep(HEARTBEAT_S)

    async def run(self) -> None:
        """Work until the index is damaged, or begun anew by the daemon; that starts another."""
        try:
            index = SongIndex.open(self._order.state)
            self._check(index)
            worklist = Worklist(index)
            worklist.expect(analysis_stamp(self._order.models, self._order.words))
            content = True
            while not index.store.replaced:
                if index.changed() or not content:
                    content = await self._pass(index, worklist)
                await self._clock.sleep(_LOOK_EVERY_S if content else _TRY_AGAIN_EVERY_S)
        except IndexDamagedError as error:
            self._say(ScanReport(ScanState.DAMAGED, str(error)))
        except LibraryError as error:
            self._say(ScanReport(ScanState.TROUBLE, str(error)))

    def _say(self, report: ScanReport) -> None:
        self._told = report
        self._tell(report)

    def _check(self, index: SongIndex) -> None:
        """After a power cut, look at every page of the index once."""
        if index.store.recall(UNCHECKED) != "yes":
            return
        if not is_whole(index.store.path):
            raise IndexDamagedError(f"{index.store.path}: the song index is damaged")
        index.store.keep(UNCHECKED, "no")

    async def _pass(self, index: SongIndex, worklist: Worklist) -> bool:
        """Work through the list once; False when files were not to be had."""
        counts = worklist.counts()
        numbers = (counts.songs, counts.pending, counts.problems)
        if not counts.pending:
            self._say(ScanReport(ScanState.DONE, "", *numbers))
            return True
        try:
            crew = local_crew(index, self._order, self._clock)
            with sole_scan(self._order.state):
                progress = await Scan(index, self._clock, self._heat, self._progress).run(crew)
        except IndexDamagedError:
            raise
        except LibraryError as error:
            self._say(ScanReport(ScanState.TROUBLE, str(error), *numbers))
            return False
        self._progress(progress)
        return not progress.absent

    def _progress(self, progress: Progress) -> None:
        state = ScanState.WORKING if progress.pending else ScanState.DONE
        if progress.pause:
            state = ScanState.RESTING
        elif progress.absent:
            state = ScanState.TROUBLE
        detail = progress.pause or progress.absent
        numbers = (progress.songs, progress.pending, progress.problems)
        self._say(ScanReport(state, detail, *numbers, round(progress.per_minute, 1)))
        now_s = self._clock.now_s()
        if now_s - self._logged_s >= _TELL_EVERY_S or not progress.pending:
            self._logged_s = now_s
            log.info("%s", describe(progress))


def describe(progress: Progress) -> str:
    """How far a scan has come, in a line."""
    done = progress.songs - progress.pending
    line = f"{done} of {progress.songs} songs analysed, {progress.per_minute:.0f} a minute"
    if progress.problems:
        line += f", {progress.problems} could not be listened to"
    if progress.pause or progress.absent:
        line += f"; {progress.pause or progress.absent}"
    return line


def local_crew(index: SongIndex, order: Order, clock: Clock) -> Crew:
    """Processes of this machine, for the music folder that the owner or MPD names.

    Raises LibraryError when that is not known, or not to be had.
    """
    music = music_folder(index, order.music)
    return LocalCrew(Folders(music, order.models, order.words), clock, order.workers)


def music_folder(index: SongIndex, named: Path | None) -> Path:
    """Where the songs are. Raises LibraryError when that is not known, or not to be had."""
    told = index.store.recall(MUSIC_FOLDER)
    if named is None and told is None:
        raise LibraryError(
            "where the songs are is not known, so they cannot be listened to; set music.directory "
            "in config.yaml, or mpd.host to MPD's unix socket, which tells"
        )
    if named is None and told is not None and not told.startswith("/"):
        raise LibraryError(
            f"MPD's songs are at {without_secrets(told)}, where only MPD can read them; mount it "
            "and name the folder under music.directory in config.yaml"
        )
    folder = named or Path(os.fsdecode((told or "").encode("utf-8", "surrogateescape")))
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise LibraryError(
            f"{folder}: the songs cannot be read ({error.strerror}); is their disk there, and may "
            "the user edgemood read it?"
        ) from error
    return folder


@contextmanager
def sole_scan(state: Path) -> Iterator[None]:
    """While this lasts, no other process scans. Raises LibraryError when one does already."""
    with (state / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LibraryError("another scan is at work already") from None
        yield


def _write(reports: int, report: ScanReport) -> None:
    os.write(reports, encode(report))
