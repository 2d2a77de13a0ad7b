"""Keeps MPD's queue as planned: what the DJ's hands do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from edgemood.clock import Clock, boot_id
from edgemood.config.schema import MusicConfig
from edgemood.errors import PlayerError
from edgemood.music.allowance import Allowance
from edgemood.music.choice import Choice, Chooser, Past, SongVectors
from edgemood.music.fade import fade_over
from edgemood.music.library import Library
from edgemood.music.plan import Plan, comes_round, outworn, plan
from edgemood.music.player import Player
from edgemood.music.queue import (
    QueuedSong,
    Snapshot,
    State,
    moved_by_people,
    recognise,
    still_waiting,
)
from edgemood.music.strategy import UNKNOWN_ROOM, Path, Target
from edgemood.music.takeover import TakeOver, hands
from edgemood.music.wanted import MusicWanted, ran_out

_MOST_ASKED = 100
"""songs that left the queue at once of which MPD is asked whether their files are still there"""
_START_EVERY_S = 15.0

_OWN = "queue"
_PLAYED = "played"
VOLUME = "volume"
"""the document with the volume to be restored, while the box has turned it down"""
_HANDS = "hands"

log = logging.getLogger(__name__)


class Memory(Protocol):
    """Where small JSON documents are kept through restarts."""

    def recall(self, name: str) -> Any:
        """The document, or None."""

    def keep(self, name: str, document: Any) -> None:
        """Replace the document."""


class QueueKeeper:
    """Puts the box's own songs behind people's, replaces them when the target changes, and plays.

    Only songs that it queued and that nobody moved are ever touched, while they wait or long after
    they were played; one that somebody moved is that person's from then on. While somebody's hand
    is on the queue it adds none (`TakeOver` has the rule). `on_look` is told of every look at MPD.
    Not to be used by two tasks at once. Every coroutine raises PlayerError; then `arrive` again
    after reconnecting.
    """

    def __init__(
        self,
        player: Player,
        clock: Clock,
        memory: Memory,
        config: MusicConfig,
        *,
        chooser: Chooser,
        on_look: Callable[[Snapshot], None] = lambda _now: None,
    ) -> None:
        self._player = player
        self._clock = clock
        self._memory = memory
        self._ahead = config.ahead
        self._chooser = chooser
        self._on_look = on_look
        wanted, hand_s = self._remembered_hands()
        self._wanted = MusicWanted(wanted=wanted)
        self._take_over = TakeOver(config.yield_min * 60, hand_s)
        self._allowance = Allowance(clock, player.address)
        self._start_from_s = clock.now_s()

        self.now: Snapshot | None = None
        self.own: list[QueuedSong] = []
        """own songs that wait, in the order of the queue"""
        self.last_choice: Choice | None = None
        self._played: list[QueuedSong] = []  # own songs that began and are still in the queue
        self._expected: list[QueuedSong] = []  # the queue, if nobody else touches it
        self._path = UNKNOWN_ROOM
        self._begun = 0  # own songs that began since the path did
        self._replace = False

    @property
    def library(self) -> Library:
        """The songs to choose from."""
        return self._chooser.library

    @library.setter
    def library(self, library: Library) -> None:
        self._chooser.library = library

    def take(self, library: Library, vectors: SongVectors) -> None:
        """Choose from this library, whose vectors were built meanwhile."""
        self._chooser.take(library, vectors)

    @property
    def target(self) -> Target:
        """What the next song to be queued should be like."""
        return self._target(len(self.own))

    @property
    def yields(self) -> bool:
        """Whether people have the queue to themselves for now."""
        return self._take_over.since_s is not None

    def follow(self, path: Path, *, replace: bool = True) -> None:
        """From the next `tend` on, other songs are wanted; in place of those that wait, too."""
        self._path, self._begun, self._replace = path, 0, replace

    async def arrive(self) -> None:
        """Find one's way in the queue of an MPD just connected to."""
        now = await self._player.snapshot()
        await self._make_good(now.volume)
        self.own = recognise(self._remembered(_OWN), now)
        self._played = [song for song in self._remembered(_PLAYED) if song in now.songs]
        self._wanted.arrive(now, self.own)
        if now.random and len(self.own) < len(now.waiting):
            # no telling whether people's songs were played already, and no place behind them
            self._take_over.note(self._clock.now_s())
        self._note_what_plays(None, now)
        self.now, self._expected = now, list(now.songs)
        self._on_look(now)

    async def leave(self) -> None:
        """Undo what must not outlast the box: a fade that is being cut short."""
        if self._memory.recall(VOLUME) is not None:
            await self._make_good(await self._player.volume())

    async def tend(self) -> None:
        """Bring the queue into order, and start the music where nobody stopped it."""
        now = await self._tidy()
        if self._clock.now_s() < self._start_from_s or not self._wanted.may_start(now):
            return
        if now.state is State.PAUSE:
            await self._player.resume()
        elif self.own:
            await self._player.play(self.own[0].id)
        else:
            return
        self._start_from_s = self._clock.now_s() + _START_EVERY_S

    async def move_on(self, *, replace: bool) -> None:
        """Go to the next song, even from a stop or a pause, and take over again.

        With `replace`, other own songs are chosen first; in random mode one of them is the next.
        """
        if replace:
            self._begun, self._replace = 0, True
        self._wanted.ask()
        self._take_over.end()
        now = await self._tidy(spare_next=False)
        if not now.waiting:
            return
        mixed = now.random and replace and self.own
        first = self.own[0] if mixed else now.waiting[0]

        async def go_on() -> None:
            if mixed or now.state is State.STOP:
                await self._player.play(first.id)
            else:
                await self._player.next()

        if now.state is State.PLAY and now.volume:
            self._memory.keep(VOLUME, now.volume)
            await fade_over(self._player, self._clock, now.volume, go_on)
            self._memory.keep(VOLUME, None)
        else:
            await go_on()
        await self._look()

    async def _tidy(self, *, spare_next: bool = True) -> Snapshot:
        """Bring the queue into the planned order; gives the queue as it is then."""
        now = await self._look()
        if played := outworn(self._played, now):
            await self._remove(played)
            now = await self._look()
        spare_next = spare_next and now.about_to_change
        replace, self._replace = self._replace, False  # a new path may come during the edits
        ahead = self._ahead if self._fills(now) else min(self._ahead, len(self.own))
        todo = plan(now, self.own, ahead=ahead, replace=replace, spare_next=spare_next)
        if todo == Plan():
            return now
        try:
            await self._carry_out(todo, now)
            return await self._look()
        except PlayerError:
            self._replace |= replace
            raise
        finally:
            self._remember(_OWN, self.own)
            self._remember(_PLAYED, self._played)

    def _fills(self, now: Snapshot) -> bool:
        """Whether songs may be added beyond those that replace others."""
        yields = self._take_over.lasts(now, self._clock.now_s())
        self._remember_hands()
        return not yields and not comes_round(now, self._played, self.own)

    async def _look(self) -> Snapshot:
        """See what plays, what people did, and which own songs still wait."""
        before, now = self.now, await self._player.snapshot()
        moved = moved_by_people(self._expected, now.songs)
        self.own = [song for song in self.own if song.id not in moved]
        expected, self._expected = self._expected, list(now.songs)
        if before is not None:
            vanished = await self._vanished(expected, now)
            self._note_what_plays(before, now)
            self._wanted.follow(before, now, vanished)
            if ran_out(before, now, vanished):
                self._take_over.end()
            elif seen := hands(expected, before, now, vanished):
                log.debug("somebody %s: the box yields", ", ".join(sorted(seen)))
                self._take_over.note(self._clock.now_s())
                self._remember_hands()
        waiting = still_waiting(self.own, now)
        present = set(now.songs)
        self._played = [
            song
            for song in (*self._played, *self.own)
            if song in present and song not in waiting and song.id not in moved
        ]
        self.own = waiting
        self.now = now
        self._on_look(now)
        return now

    async def _vanished(self, expected: list[QueuedSong], now: Snapshot) -> list[QueuedSong]:
        """Songs of the queue that MPD's library no longer has, or may just be losing."""
        there = set(now.songs)
        gone = [song for song in expected if song not in there]
        if not gone or now.updating:
            return gone
        missing = await self._player.missing({song.file for song in gone[:_MOST_ASKED]})
        return [song for song in gone if song.file in missing]

    def _note_what_plays(self, before: Snapshot | None, now: Snapshot) -> None:
        playing = now.playing
        if now.state is not State.PLAY or playing is None:
            return
        if before is not None and before.playing == playing and before.state is not State.STOP:
            return
        self._begun += playing in self.own
        self._chooser.began(playing.file)

    async def _carry_out(self, todo: Plan, now: Snapshot) -> None:
        for song in todo.move:
            await self._player.move_to_end(song.id)
            self._expected.remove(song)
            self._expected.append(song)
        staying = [song for song in now.songs[now.current or 0 :] if song not in todo.remove]
        if not todo.add:
            return
        if await self._add(min(todo.add, self._allowance.songs(now.error)), staying):
            await self._remove(todo.remove)
        else:
            self._replace |= bool(todo.remove)

    async def _remove(self, songs: Iterable[QueuedSong]) -> None:
        for song in songs:
            await self._player.remove(song.id)
            self._expected.remove(song)

    async def _add(self, count: int, before_them: list[QueuedSong]) -> int:
        """Append up to `count` chosen songs behind these; gives how many it became."""
        own = sum(song in self.own for song in before_them)
        files = [song.file for song in before_them]
        added = 0
        while added < count:
            choice = self._chooser.choose(self._target(own + added), Past(files))
            if choice is None:
                break
            song = await self._player.append(choice.song.file)
            if song is None:  # gone since the library was read
                self._chooser.forget(choice.song)
                continue
            self.own.append(song)
            self._expected.append(song)
            self._allowance.queued()
            self.last_choice = choice
            log.info("queued %s", choice.why)
            files.append(song.file)
            added += 1
        return added

    def _target(self, waiting: int) -> Target:
        """What the song should be like before which this many own songs wait."""
        return self._path[min(self._begun + waiting, len(self._path) - 1)]

    async def _make_good(self, volume: int | None) -> None:
        """Put the volume back that was there before a fade was cut short."""
        before = self._memory.recall(VOLUME)
        if before is not None and volume is not None and volume < before:
            await self._player.set_volume(before)
        self._memory.keep(VOLUME, None)

    def _remembered_hands(self) -> tuple[bool, float | None]:
        """Whether music was wanted, and when a hand was last on the controls, in this boot."""
        document = self._memory.recall(_HANDS) or {}
        if document.get("boot") != boot_id():
            return True, None
        return document["wanted"], document["since_s"]

    def _remember_hands(self) -> None:
        since_s, wanted = self._take_over.since_s, self._wanted.wanted
        self._memory.keep(_HANDS, {"boot": boot_id(), "wanted": wanted, "since_s": since_s})

    def _remembered(self, name: str) -> list[QueuedSong]:
        return [QueuedSong(id_, file) for id_, file in self._memory.recall(name) or []]

    def _remember(self, name: str, songs: list[QueuedSong]) -> None:
        self._memory.keep(name, [[song.id, song.file] for song in songs])
