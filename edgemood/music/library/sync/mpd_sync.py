"""Keeps the index in line with MPD: its songs, and the owner's labels there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from edgemood.music.library.index.layout import MPD_STATE
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.metadata.mpd_tags import STICKER, label_says
from edgemood.music.library.sync.update import Update
from edgemood.music.mpd.answers import Tags
from edgemood.music.mpd.client import Change, Player
from edgemood.music.mpd.shown_text import told

READ = "read MPD's library"
"""a deed"""
_READ_WITH = "words"
"""with which words the songs' tags were read"""
MUSIC_FOLDER = "music folder"
"""where MPD says its files are"""

_PAGE = 200
"""songs compared at once: a fraction of a second, even on a slow board with all of them new"""

log = logging.getLogger(__name__)


class LibrarySync:
    """Reads from MPD what the index does not know yet."""

    def __init__(
        self, player: Player, index: SongIndex, label_playlists: Collection[str] = ()
    ) -> None:
        """What `label_playlists` hold is not read here: the box writes to them, too."""
        self._player = player
        self._index = index
        self._label_playlists = frozenset(label_playlists)

    async def follow(
        self, changes: Collection[Change], on_page: Callable[[], None] = lambda: None
    ) -> set[Change]:
        """Bring the index in line after these changes; `on_page` is called now and then.

        Gives those that MPD refused to tell about, which are to be followed later.

        After `Change.LIBRARY`, all songs are compared. After all changes at once, as when MPD was
        just found, they are not if MPD says that none has changed since. Raises PlayerError; then
        do it again, nothing is lost. Raises LibraryError when the index cannot be used.
        """
        sure = not set(Change) <= set(changes)
        steps: dict[Change, tuple[str, Callable[[], Awaitable[None]]]] = {
            Change.LIBRARY: (READ, partial(self._follow_songs, on_page, sure=sure)),
            Change.STICKERS: ("read moods given as stickers", self._follow_stickers),
            Change.PLAYLISTS: ("read moods given as playlists", self._follow_playlists),
        }
        attempt = self._player.deeds.attempt
        return {
            change
            for change, (what, step) in steps.items()
            if change in changes and not await attempt(what, step)
        }

    async def _follow_stickers(self) -> None:
        if self._player.keeps_stickers:
            await self._replace("sticker", await self._player.stickers(STICKER))

    async def _follow_playlists(self) -> None:
        await self._replace("playlist", await self._playlists())

    async def _follow_songs(self, on_page: Callable[[], None], *, sure: bool) -> None:
        before = await self._player.library_state()
        await self._ask_for_folder()
        # MPD tells the time of its last change in seconds, so a second one may look the same
        store, mark = self._index.store, self._index.words.mark
        retell = await asyncio.to_thread(store.recall, _READ_WITH) != mark
        if not sure and not retell and await asyncio.to_thread(store.recall, MPD_STATE) == before:
            return
        update = Update(self._index, retell=retell)
        page: list[Tags] = []
        async for tags in self._player.library():
            page.append(tags)
            if len(page) == _PAGE:
                await asyncio.to_thread(update.take, page)
                on_page()
                page = []
        await asyncio.to_thread(update.take, page)
        if await self._player.library_state() != before:
            return  # songs came or went meanwhile; MPD tells so, and all are compared once more
        tally = await asyncio.to_thread(update.finish)
        await asyncio.to_thread(store.keep, MPD_STATE, before)
        await asyncio.to_thread(store.keep, _READ_WITH, mark)
        if tally.news:
            log.info(
                "the library has %d songs: %d new, %d changed, %d moved, %d gone",
                *(tally.songs, tally.new, tally.changed, tally.moved, tally.gone),
            )

    async def _ask_for_folder(self) -> None:
        """Where the songs are; an address, which may hold a password, is not kept as it is."""
        folder = await self._player.music_folder()
        if folder is None:
            return
        known = folder if folder.startswith("/") else told(folder)
        store = self._index.store
        if known != await asyncio.to_thread(store.recall, MUSIC_FOLDER):
            await asyncio.to_thread(store.keep, MUSIC_FOLDER, known)

    async def _playlists(self) -> dict[str, str]:
        """The first playlist named after an emotion that each song is in."""
        words: dict[str, str] = {}
        for name in await self._player.playlists():
            if name not in self._label_playlists and label_says("playlist", name):
                for file in await self._player.playlist(name):
                    words.setdefault(file, name)
        return words

    async def _replace(self, given_by: str, words: dict[str, str]) -> None:
        await asyncio.to_thread(self._index.labels.replace, given_by, words)
