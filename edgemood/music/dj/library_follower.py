"""Keeps the songs to choose from in line with MPD, with people, and with what is found out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.incident import Faults, Trouble
from edgemood.music.dj.maintenance import Chores
from edgemood.music.library import Library, SongIndex
from edgemood.music.library.sync.mpd_sync import LibrarySync
from edgemood.music.mpd.client import Change, Player

log = logging.getLogger(__name__)


class LibraryFollower:
    """Reads from MPD into the index, and from the index whenever there is news in it.

    `take` is given each new library, and `forget` called when songs are to have other numbers from
    now on; `on_progress` is called now and then. The music goes on without an index that cannot be
    used, from memory, and it is opened again as soon as it can be. Every coroutine raises
    PlayerError. None waits on the loop for a disk, or for another process that writes.
    """

    def __init__(
        self,
        player: Player,
        index: SongIndex,
        chores: Chores,
        *,
        take: Callable[[Library], Awaitable[None]],
        forget: Callable[[], None],
        on_progress: Callable[[], None],
        faults: Faults | None = None,
    ) -> None:
        self._player = player
        self._index = index
        self._sync = LibrarySync(player, index, chores.label_playlists)
        self._chores = chores
        self._take = take
        self._forget = forget
        self._on_progress = on_progress
        self._songs = 0
        self._rebuilt = False
        """whether the index was begun anew and has not been of use since"""
        self._stale: set[Change] = set()
        self._due = asyncio.Event()
        self._empty = Trouble(log)
        self._index_trouble = Trouble(log, faults)
        self._tell(index.store.problem)
        self.detail = ""
        """what is wrong with the library and what to do about it; empty when nothing is"""

    def note(self, changes: Iterable[Change] = ()) -> None:
        """Something of this has changed in MPD; without any, only look for news in the index."""
        self._stale |= set(changes)
        self._due.set()

    def rebuild(self, problem: str) -> None:
        """Begin the index anew, because of a problem somebody found in it; at the next look."""
        self._index.damage = problem
        if not self._rebuilt:  # else it is damaged as soon as it is made: no oftener than a look
            self.note()

    async def arrive(self) -> None:
        """MPD was found (again): return once there are songs to choose from, if there are any."""
        self.note(Change)
        if not self._songs:
            try:
                await self._load()
            except IndexDamagedError as error:
                self.rebuild(str(error))
            except LibraryError as error:
                self._index_trouble.starts(str(error))
        if not self._songs or self._index.damage:
            await self._follow()

    async def run(self, on_news: Callable[[], None]) -> None:
        """Follow for ever; `on_news` is called when there is another library."""
        while True:
            await self._due.wait()
            self._due.clear()
            if await self._follow():
                on_news()

    async def _follow(self) -> bool:
        """Look once; whether there is news in the index, from whoever wrote it."""
        stale = self._chores.due(self._stale)
        self._stale -= stale
        problem, news = "", True
        try:
            if await self._opened_anew():
                stale = set(Change)
                await self._load()
            problem = await self._first_problem(
                partial(asyncio.to_thread, self._index.labels.catch_up),
                partial(self._follow_mpd, stale),
                partial(self._chores.heed, stale),
            )
            news = await asyncio.to_thread(self._index.changed)
            if news:
                await self._load()
            self._rebuilt = False
        except IndexDamagedError as error:
            problem = str(error)
            self.rebuild(problem)
        except LibraryError as error:
            problem = str(error)
        if problem:
            self._stale |= stale
        self._tell(self._index.store.problem or problem)
        if news:
            self._say_when_empty()
        return news

    async def _follow_mpd(self, changes: set[Change]) -> None:
        """What MPD refuses to tell about is followed later."""
        self._stale |= await self._sync.follow(changes, self._on_progress)

    async def _first_problem(self, *steps: Callable[[], Awaitable[None]]) -> str:
        """Do each of these, whatever becomes of the others; the first trouble with the index."""
        problems = []
        for step in steps:
            try:
                await step()
            except IndexDamagedError:
                raise
            except LibraryError as error:
                problems.append(str(error))
        return next(iter(problems), "")

    def _tell(self, problem: str) -> None:
        if problem:
            self._index_trouble.starts(problem)
        else:
            self._index_trouble.ends("the song index can be used again")

    async def _opened_anew(self) -> bool:
        """Open the index anew if it has to be; whether its songs have other numbers now."""
        if self._index.damage:
            await asyncio.to_thread(self._index.rebuild, self._index.damage)
            self._rebuilt = True
        elif self._index.store.problem or self._index.store.replaced:
            if not await asyncio.to_thread(self._index.reopen):
                return False
        else:
            return False
        self._songs = 0
        self._forget()
        return True

    async def _load(self) -> None:
        library = await asyncio.to_thread(self._index.library)
        self._songs = len(library)
        await self._take(library)

    def _say_when_empty(self) -> None:
        if self._songs:
            self.detail = ""
            self._empty.ends(f"MPD's library has {self._songs} songs now")
        else:
            self.detail = (
                f"MPD at {self._player.address}: its library is empty; put songs into its "
                "music_directory and run `mpc update`"
            )
            self._empty.starts(self.detail)
