"""What the DJ does for people's MPD clients besides keeping the queue, when that is in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import partial

from edgemood.clock import Clock
from edgemood.config.schema import MusicConfig
from edgemood.errors import LibraryError
from edgemood.incident import Trouble
from edgemood.music.dj.mood_playlists import LabelPlaylists, named
from edgemood.music.dj.mood_stickers import ShownMoods
from edgemood.music.dj.people.feedback import Feedback
from edgemood.music.library import Library, SongIndex
from edgemood.music.mpd.client import Change, Player
from edgemood.music.recommender import Chooser
from edgemood.state import StateStore

FIRST_FILL_S, FILL_EVERY_S = 60.0, 600.0
"""Moods of songs change one by one while they are analysed; the playlists follow at leisure."""
ECHO_S = 300.0
"""MPD tells of every sticker that anybody writes, and to find out which takes it a while. While
the box itself writes them, it looks for other people's no oftener."""

log = logging.getLogger(__name__)


class Chores:
    """Playlists, stickers and counts, each kept in line with what is known and with what people do.

    Every coroutine raises PlayerError; afterwards it can be called again.
    """

    def __init__(
        self,
        player: Player,
        clock: Clock,
        memory: StateStore,
        config: MusicConfig,
        *,
        index: SongIndex,
        chooser: Chooser,
        feedback: Feedback,
    ) -> None:
        self._player = player
        self._clock = clock
        self._chooser = chooser
        self._feedback = feedback
        self._labels = LabelPlaylists(player, memory, index, config.mood_playlists)
        self._typical = dict(named(config.typical_playlists))
        self._table = {entry for _, entry in config.table}
        self.knows_playlists = False
        """whether the playlists were read since the start"""
        self._shown = ShownMoods(player) if config.mood_stickers == "yes" else None
        self._opinions_due = False
        self._playlists_due = False
        self._writes_stickers = False
        self._read_stickers_s = float("-inf")
        self._fill_from_s = clock.now_s() + FIRST_FILL_S
        self._filled: Library | None = None
        self._index_trouble = Trouble(log)
        self._wants_stickers = "yes" in (config.mood_stickers, config.play_counts)
        self._no_stickers = Trouble(log, player.deeds.faults)
        self._no_playlists = Trouble(log, player.deeds.faults)

    @property
    def label_playlists(self) -> Collection[str]:
        """Names of the playlists that show and take the moods of songs."""
        return self._labels.names.values()

    def due(self, changes: Collection[Change]) -> set[Change]:
        """Those changes that are to be looked into now; the others are for later."""
        now_s = self._clock.now_s()
        if self._writes_stickers and now_s < self._read_stickers_s + ECHO_S:
            return set(changes) - {Change.STICKERS}
        if Change.STICKERS in changes:
            self._read_stickers_s = now_s
        return set(changes)

    async def heed(self, changes: Collection[Change]) -> None:
        """Take to heart what people did to playlists and stickers. Raises LibraryError, too."""
        self._opinions_due |= bool({Change.STICKERS, Change.LIBRARY} & set(changes))
        if Change.PLAYLISTS in changes and not await self._player.deeds.attempt(
            "read playlists", self._read_playlists
        ):
            self._playlists_due = True

    async def do(self, library: Library, on_step: Callable[[], None]) -> None:
        """Do a little of what is due; `on_step` is called in between."""
        self._tell_what_is_not_kept()
        now_s = self._clock.now_s()
        attempt = self._player.deeds.attempt
        await attempt("count plays and skips", self._feedback.count)
        # taken down first: what people do while it is read makes it due again
        if self._opinions_due and len(library):
            self._opinions_due = False
            done = await attempt("read likes and ratings", self._feedback.read_opinions)
            self._opinions_due |= not done
        try:
            if self._playlists_due:
                self._playlists_due = False
                done = await attempt("read playlists", self._read_playlists)
                self._playlists_due |= not done
            if library is not self._filled and now_s >= self._fill_from_s:
                self._fill_from_s = now_s + FILL_EVERY_S
                done = await attempt("read earlier play counts", self._feedback.read_history)
                on_step()
                if self._player.keeps_playlists:
                    fill = partial(self._labels.fill, library)
                    done &= await attempt("write its playlists", fill)
                self._filled = library if done else None
                on_step()
            await attempt("show moods as stickers", partial(self._show_moods, library))
        except LibraryError as error:
            self._index_trouble.starts(str(error))
        else:
            self._index_trouble.ends("the song index can be used again")

    def _tell_what_is_not_kept(self) -> None:
        at = f"MPD at {self._player.address}"
        if self._wants_stickers and not self._player.keeps_stickers:
            self._no_stickers.starts(
                f"{at} keeps no stickers for the box, so likes, ratings and play counts are not "
                "shared with other clients; set sticker_file in mpd.conf and grant the box admin, "
                "or set music.mood_stickers and music.play_counts to no"
            )
        else:
            self._no_stickers.ends(f"{at} keeps stickers")
        if self._labels.names and not self._player.keeps_playlists:
            self._no_playlists.starts(
                f"{at} keeps no playlists for the box; set playlist_directory in mpd.conf and "
                "grant the box control, or set music.mood_playlists to none"
            )
        else:
            self._no_playlists.ends(f"{at} keeps playlists")

    async def _read_playlists(self) -> None:
        await self._labels.read()
        there = set(await self._player.playlists())
        self._chooser.typical = {
            emotion: await self._player.playlist(name)
            for emotion, name in self._typical.items()
            if name in there
        }
        self._chooser.playlists = {
            name: await self._player.playlist(name) for name in self._table & there
        }
        self.knows_playlists = True

    async def _show_moods(self, library: Library) -> None:
        if self._shown is not None and self._player.keeps_stickers:
            self._writes_stickers = await self._shown.show_some(library)
