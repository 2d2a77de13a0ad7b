"""The music's part of the daemon: index, taste, DJ and scan, opened and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.daemon.room import Room
from edgemood.daemon.scan_process import open_index, scanner_of
from edgemood.daemon.tasks import Tasks
from edgemood.incident import Faults
from edgemood.music import Dj
from edgemood.music.recommender import TASTE, TasteStore
from edgemood.state import StateStore
from edgemood.status import MusicStatus

FOLLOW_EVERY_S: Final = 0.5

log = logging.getLogger(__name__)


class MusicPart:
    """Everything that the sections `music` and `mpd` of the configuration concern."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        memory: StateStore,
        folder: Path | None,
        *,
        room: Room,
        hears: Callable[[], bool],
        on_message: Callable[[str], Awaitable[str]],
        on_progress: Callable[[], None],
    ) -> None:
        """`folder` is that of the song index; without one, it lives as long as this.

        `hears` says whether there is a microphone, for which the music is turned down.
        """
        self.faults = Faults()
        """what is wrong with the music and needs somebody"""
        self._clock = clock
        self._room = room
        self._hears = hears
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
            on_change=self._changed,
        )
        self._told: MusicStatus | None = None
        self.scanner = scanner_of(self._index, config.music, clock, self.dj.rebuild_index)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def last_status(self) -> MusicStatus:
        """How things stood when something happened last, for who asks twice a second.

        Times in it, such as how long the song has played, are those of then.
        """
        if self._told is None:
            self._told = self.dj.status()
        return self._told

    def start(self, tasks: Tasks) -> None:
        """Begin to work."""
        self._tasks.append(tasks.keep_alive("taste", partial(self._taste.run, self._clock)))
        self._tasks.append(tasks.keep_alive("music", self.dj.run))
        self._tasks.append(tasks.keep_alive("mood's music", self._follow_room))
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

    async def _follow_room(self) -> None:
        """Have the music follow the room's mood, and listen to a press; waits for a slow MPD."""
        while True:
            self.dj.hear(self._room.mood)
            self.dj.greet(self._room.presence.present())
            answered = self._room.take_answer()
            await self.dj.listen(closely=self._room.looking and self._hears())
            if answered:
                await self.dj.move_on()
            await self._clock.sleep(FOLLOW_EVERY_S)

    def _changed(self) -> None:
        self._told = None
