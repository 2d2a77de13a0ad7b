"""The music's part of the daemon: index, taste, DJ and scan, opened and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.daemon.scan_process import open_index, scanner_of
from edgemood.daemon.tasks import Tasks
from edgemood.incident import Faults
from edgemood.music import Dj
from edgemood.music.recommender import TASTE, TasteStore
from edgemood.state import Memory

log = logging.getLogger(__name__)


class MusicPart:
    """Everything that the sections `music` and `mpd` of the configuration concern."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        memory: Memory,
        folder: Path | None,
        *,
        on_message: Callable[[str], Awaitable[str]],
        on_progress: Callable[[], None],
    ) -> None:
        """`folder` is that of the song index; without one, it lives as long as this."""
        self.faults = Faults()
        """what is wrong with the music and needs somebody"""
        self._clock = clock
        self._index = open_index(folder, config.music, self.faults)
        self._taste = TasteStore(None if folder is None else folder / TASTE, self.faults)
        self.dj = Dj(
            config,
            clock,
            memory,
            index=self._index,
            taste=self._taste,
            faults=self.faults,
            on_message=on_message,
            on_progress=on_progress,
        )
        self.scanner = scanner_of(self._index, config.music, clock, self.dj.rebuild_index)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, tasks: Tasks) -> None:
        """Begin to work."""
        self._tasks.append(tasks.keep_alive("taste", partial(self._taste.run, self._clock)))
        self._tasks.append(tasks.keep_alive("music", self.dj.run))
        if self.scanner is not None:
            self._tasks.append(tasks.keep_alive("library", self.scanner.run))

    async def stop(self) -> None:
        """End in good order; then no process and no connection is left."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self.close()

    def close(self) -> None:
        """Let go of the files; nothing may be at work any more."""
        for part, close in (("library", self._index.close), ("taste", self._taste.close)):
            try:
                close()
            except Exception:
                log.exception("%s: could not be closed in order", part)
