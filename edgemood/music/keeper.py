"""Keeps MPD's queue as planned: what the DJ's hands do."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import MusicConfig
from edgemood.errors import PlayerError
from edgemood.music.chooser import ARTIST_SPACING, Choice, Past, choose
from edgemood.music.fade import fade_to_next
from edgemood.music.library import Library
from edgemood.music.plan import Plan, outworn, plan
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
from edgemood.music.wanted import MusicWanted
from edgemood.trouble import Trouble

MOST_PER_MINUTE = 20
"""Songs the box queues at most: enough for an impatient thumb on *next*, and a bound when another
program wants to have the last song in the queue, too."""

_START_EVERY_S = 15.0
_RETRY_S, _LONGEST_RETRY_S = 15.0, 900.0
"""pauses between attempts while MPD cannot play what the box queues, such as without its disk"""

_OWN = "queue"
_PLAYED = "played"
_VOLUME = "volume"

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
    they were played; one that somebody moved is that person's from then on. Not to be used by two
    tasks at once. Every coroutine raises PlayerError; then `arrive` again after reconnecting.
    """

    def __init__(
        self,
        player: Player,
        clock: Clock,
        memory: Memory,
        config: MusicConfig,
        rng: np.random.Generator,
    ) -> None:
        self._player = player
        self._clock = clock
        self._memory = memory
        self._ahead = config.ahead
        self._no_repeat_s = config.no_repeat_h * 3600
        self._rng = rng
        self._wanted = MusicWanted()
        self._unplayable = Trouble(log)
        self._retry = Backoff(_RETRY_S, _LONGEST_RETRY_S)
        self._add_from_s = self._start_from_s = clock.now_s()
        self._added_s: deque[float] = deque(maxlen=MOST_PER_MINUTE)

        self.library = Library.of([])
        self.now: Snapshot | None = None
        self.own: list[QueuedSong] = []
        """own songs that wait, in the order of the queue"""
        self.last_choice: Choice | None = None
        self._played: list[QueuedSong] = []  # own songs that began and are still in the queue
        self._expected: list[QueuedSong] = []  # the queue, if nobody else touches it
        self._path = UNKNOWN_ROOM
        self._begun = 0  # own songs that began since the path did
        self._replace = False
        self._heard_s: dict[str, float] = {}

    @property
    def target(self) -> Target:
        """What the next song to be queued should be like."""
        return self._target(len(self.own))

    def follow(self, path: Path) -> None:
        """From the next `tend` on, other songs are wanted."""
        self._path, self._begun, self._replace = path, 0, True

    async def arrive(self) -> None:
        """Find one's way in the queue of an MPD just connected to."""
        now = await self._player.snapshot()
        volume = self._memory.recall(_VOLUME)
        if volume is not None:  # a fade was cut short
            if now.volume is not None and now.volume < volume:
                await self._player.set_volume(volume)
            self._memory.keep(_VOLUME, None)
        self.own = recognise(self._remembered(_OWN), now)
        self._played = [song for song in self._remembered(_PLAYED) if song in now.songs]
        self._wanted.arrive(now, self.own)
        self._note_what_plays(None, now)
        self.now, self._expected = now, list(now.songs)

    async def tend(self) -> None:
        """Bring the queue into order, and start the music where nobody stopped it."""
        now = await self._tidy()
        due = self._clock.now_s() >= self._start_from_s
        if self.own and due and self._wanted.may_start(now):
            self._start_from_s = self._clock.now_s() + _START_EVERY_S
            await self._player.play(self.own[0].id)

    async def move_on(self) -> None:
        """Replace the waiting own songs and go to the next song, even from a stop or a pause."""
        self._begun, self._replace = 0, True
        self._wanted.ask()
        now = await self._tidy(spare_next=False)
        if not now.waiting:
            return
        if now.state is State.STOP:
            await self._player.play(now.waiting[0].id)
        elif now.state is State.PLAY and now.volume:
            self._memory.keep(_VOLUME, now.volume)
            await fade_to_next(self._player, self._clock, now.volume)
            self._memory.keep(_VOLUME, None)
        else:
            await self._player.next()
        await self._look()

    async def _tidy(self, *, spare_next: bool = True) -> Snapshot:
        """Bring the queue into the planned order; gives the queue as it is then."""
        now = await self._look()
        if played := outworn(self._played, now):
            await self._remove(played)
            now = await self._look()
        spare_next = spare_next and now.about_to_change
        replace, self._replace = self._replace, False  # a new path may come during the edits
        todo = plan(now, self.own, ahead=self._ahead, replace=replace, spare_next=spare_next)
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

    async def _look(self) -> Snapshot:
        """See what plays, what people did, and which own songs still wait."""
        before, now = self.now, await self._player.snapshot()
        moved = moved_by_people(self._expected, now.songs)
        self.own = [song for song in self.own if song.id not in moved]
        self._expected = list(now.songs)
        if before is not None:
            self._note_what_plays(before, now)
            self._wanted.follow(before, now, self._vanished(before, now))
        waiting = still_waiting(self.own, now)
        present = set(now.songs)
        self._played = [
            song
            for song in (*self._played, *self.own)
            if song in present and song not in waiting and song.id not in moved
        ]
        self.own = waiting
        self.now = now
        return now

    def _vanished(self, before: Snapshot, now: Snapshot) -> list[QueuedSong]:
        """Songs of the queue that the library no longer has, or may just be losing."""
        return [
            song
            for song in before.songs
            if now.updating or ("://" not in song.file and self.library.row_of(song.file) is None)
        ]

    def _note_what_plays(self, before: Snapshot | None, now: Snapshot) -> None:
        playing = now.playing
        if now.state is not State.PLAY or playing is None:
            return
        if before is not None and before.playing == playing and before.state is not State.STOP:
            return
        self._begun += playing in self.own
        now_s = self._clock.now_s()
        self._heard_s[playing.file] = now_s
        self._heard_s = {
            file: at_s for file, at_s in self._heard_s.items() if now_s - at_s < self._no_repeat_s
        }

    async def _carry_out(self, todo: Plan, now: Snapshot) -> None:
        for song in todo.move:
            await self._player.move_to_end(song.id)
            self._expected.remove(song)
            self._expected.append(song)
        staying = [song for song in now.songs[now.current or 0 :] if song not in todo.remove]
        if not todo.add:
            return
        if await self._add(min(todo.add, self._allowance(now)), staying):
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
            choice = self._choose(self._target(own + added), files)
            if choice is None:
                break
            song = await self._player.append(choice.song.file)
            if song is None:  # gone since the library was read
                self.library = self.library.without(choice.song)
                continue
            self.own.append(song)
            self._expected.append(song)
            self._added_s.append(self._clock.now_s())
            self.last_choice = choice
            log.info("queued %s", choice.why)
            files.append(song.file)
            added += 1
        return added

    def _choose(self, target: Target, files_before: list[str]) -> Choice | None:
        near = self.library.rows(files_before[-ARTIST_SPACING:])
        past = Past(
            now_s=self._clock.now_s(),
            no_repeat_s=self._no_repeat_s,
            heard_s=self._heard_s,
            waiting=files_before,
            artists=self.library.artist[near].tolist(),
        )
        return choose(self.library, target, past, self._rng)

    def _allowance(self, now: Snapshot) -> int:
        """How many songs may be added now without flooding the queue."""
        now_s = self._clock.now_s()
        if now.error is None:
            self._unplayable.ends("MPD can play again")
            self._retry.reset()
        else:
            self._unplayable.starts(f"MPD at {self._player.address} cannot play: {now.error}")
            if now_s < self._add_from_s:
                return 0
            self._add_from_s = now_s + self._retry.pause_s()
        return MOST_PER_MINUTE - sum(now_s - at_s < 60 for at_s in self._added_s)

    def _target(self, waiting: int) -> Target:
        """What the song should be like before which this many own songs wait."""
        return self._path[min(self._begun + waiting, len(self._path) - 1)]

    def _remembered(self, name: str) -> list[QueuedSong]:
        return [QueuedSong(id_, file) for id_, file in self._memory.recall(name) or []]

    def _remember(self, name: str, songs: list[QueuedSong]) -> None:
        self._memory.keep(name, [[song.id, song.file] for song in songs])
