"""Keeps MPD's queue as planned: what the DJ's hands do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from edgemood.clock import Clock, boot_id
from edgemood.config.schema import MusicConfig
from edgemood.errors import PlayerError, RefusedError
from edgemood.incident import Faults, Trouble
from edgemood.music.dj.people.autoplay import PLAYED_S, MusicWanted, Return, Silence, ran_out
from edgemood.music.dj.people.last_look import LastLook
from edgemood.music.dj.people.ownership import Remembered, was_shuffled
from edgemood.music.dj.people.robots import Robots
from edgemood.music.dj.people.takeover import Hand, TakeOver, hands
from edgemood.music.dj.people.user_actions import HandsOn
from edgemood.music.dj.plan import Plan, comes_round, outworn, plan
from edgemood.music.dj.rate_limit import Allowance
from edgemood.music.dj.volume_control import VolumeControl
from edgemood.music.library import Library
from edgemood.music.mpd.client import Player
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State, moved_by_people, still_waiting
from edgemood.music.recommender import Choice, Chooser, Past, SongVectors
from edgemood.music.recommender.strategy import UNKNOWN_ROOM, Path, Target
from edgemood.state import Hands, LastSeen, OwnQueue, PlayedSongs, StateStore

_MOST_ASKED = 100
"""songs that left the queue at once of which MPD is asked whether their files are still there"""
_START_EVERY_S = 15.0


log = logging.getLogger(__name__)


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
        memory: StateStore,
        config: MusicConfig,
        *,
        chooser: Chooser,
        volume: VolumeControl,
        faults: Faults | None = None,
        on_look: Callable[[Snapshot], None] = lambda _now: None,
    ) -> None:
        self._player = player
        self._clock = clock
        self._memory = memory
        self._ahead = config.ahead
        self._chooser = chooser
        self._volume = volume
        self._on_look = on_look
        self._kept = _hands_in(memory)
        self._rebooted = self._kept.boot != boot_id()
        self._wanted = MusicWanted(self._kept.silence_in(boot_id()))
        since_s = None if self._rebooted else self._kept.since_s
        self._take_over = TakeOver(config.yield_min * 60, since_s)
        self._robots = Robots(at_work=self._kept.robot)
        self._robot_trouble = Trouble(log, faults)
        self._allowance = Allowance(clock)
        self._start_from_s = clock.now_s()

        self.now: Snapshot | None = None
        self.own: list[QueuedSong] = []
        """own songs that wait, in the order of the queue"""
        self._played: list[QueuedSong] = []  # own songs that began and are still in the queue
        self._why: dict[QueuedSong, str] = {}  # of own songs, why they were chosen
        self._over: set[QueuedSong] = set()  # what was heard before the music ran out
        self._expected: list[QueuedSong] = []  # the queue, if nobody else touches it
        self._path = UNKNOWN_ROOM
        self._begun = 0  # own songs that began since the path did
        self._replace = False
        self._shuffled = False
        self._criteria: tuple[object, ...] = ()
        self._looked_s = clock.now_s()

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

    @property
    def yield_left_s(self) -> float | None:
        """For how long at most, if no hand comes again; None when the box has the queue."""
        return self._take_over.left_s(self._clock.now_s())

    @property
    def elapsed_s(self) -> float | None:
        """Of the song that is selected; None when there is none."""
        if self.now is None or self.now.current is None:
            return None
        since_s = self._clock.now_s() - self._looked_s if self.now.state is State.PLAY else 0.0
        elapsed_s, duration_s = self.now.elapsed_s + since_s, self.now.duration_s
        return elapsed_s if duration_s is None else min(elapsed_s, duration_s)

    @property
    def silence(self) -> Silence | None:
        """What the silence comes from that somebody wanted; None: music is wanted."""
        return self._wanted.silence

    @property
    def coming(self) -> tuple[QueuedSong, ...]:
        """What is going to be played, whoever queued it, in the order of the queue."""
        now = self.now
        if now is None:
            return ()
        first = () if now.coming is None or not now.random else (now.coming,)
        return (*first, *(s for s in now.waiting if s not in self._over and s not in first))

    def why(self, song: QueuedSong) -> str | None:
        """Why the box chose this song; None when it did not."""
        return self._why.get(song)

    def follow(self, path: Path, *, replace: bool = True) -> None:
        """From the next `tend` on, other songs are wanted; in place of those that wait, too."""
        self._path, self._begun, self._replace = path, 0, replace

    async def arrive(self) -> None:
        """Find one's way in the queue of an MPD just connected to."""
        now, played_s = await self._player.snapshot(), await self._player.played_s()
        await self._volume.restore(now.volume)
        last = _last_look(self._memory)
        away = Return(
            last,
            on=self.now is not None,
            untouched=played_s < now.ahead_s + PLAYED_S,
            played_since=self._kept.played_since(now, played_s),
            rebooted=self._rebooted,
        )
        self._rebooted = False
        self._wanted.arrive(now, away)
        self._find_own(last, now, ended=away.has_ended(now) and self._wanted.wanted)
        if now.random and len(self.own) < len(now.waiting):
            # no telling whether people's songs were played already, and no place behind them
            self._take_over.note(self._clock.now_s())
        self._note_what_plays(None, now)
        self.now, self._expected, self._looked_s = now, list(now.songs), self._clock.now_s()
        self._remember_hands(now, played_s)
        self._remember()
        self._on_look(now)

    def _find_own(self, last: LastLook | None, now: Snapshot, *, ended: bool) -> None:
        """Know the box's own songs again; with `ended`, all that was there has been played."""
        found = {} if last is None else last.found_in(now)
        waiting = set(now.waiting)
        self.own, self._played, self._over = [], [], set()
        for song in now.songs:
            entry = found.get(song)
            if entry is None:
                continue
            if entry.own and not entry.over and (ended or song not in waiting):
                self._chooser.began(song.file)
            if entry.over or ended:
                self._over.add(song)
            if entry.own and not entry.over and not ended and song in waiting:
                self.own.append(song)
            elif entry.own:
                self._played.append(song)
        if self._over:
            until = max(map(now.songs.index, self._over))
            self._over.update(set(now.songs[:until]) - {*self.own})
        self._why = {song: entry.why for song, entry in found.items() if entry.own}

    async def leave(self) -> None:
        """Undo what must not outlast the box: music turned down for a moment."""
        await self._volume.leave()

    async def tend(self) -> None:
        """Bring the queue into order, and start the music where nobody stopped it."""
        now = await self._tidy()
        if self._clock.now_s() < self._start_from_s or not self._wanted.may_start(now):
            return
        if now.state is State.PAUSE:
            await self._player.resume()
        elif (song := self._first_of(now.songs[now.current or 0 :])) is not None:
            await self._player.play(song.id)
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
        first = self.own[0] if mixed else self._first_of(now.waiting) or now.waiting[0]

        async def go_on() -> None:
            if mixed or now.state is State.STOP:
                await self._player.play(first.id)
            else:
                await self._player.next()

        if now.state is State.PLAY and now.volume:
            await self._volume.fade_over(now.volume, go_on)
        else:
            await go_on()
        await self._look()

    async def _tidy(self, *, spare_next: bool = True) -> Snapshot:
        """Bring the queue into the planned order; gives the queue as it is then."""
        now = await self._look()
        shuffled, self._shuffled = self._shuffled, False
        if played := outworn(self._played, now, shuffled=shuffled):
            await self._remove(played)
            now = await self._look()
        spare_next = spare_next and now.about_to_change
        replace, self._replace = self._replace, False  # a new path may come during the edits
        ahead = self._ahead if self._fills(now) else min(self._ahead, len(self.own))
        todo = plan(
            now,
            self.own,
            ahead=ahead,
            replace=replace,
            spare_next=spare_next,
            unwanted=() if replace else self._unwanted(now),
            in_turn=self._robots.songs if self._robots.at_work else (),
        )
        if todo == Plan():
            return now
        try:
            await self._carry_out(todo, now)
            return await self._look()
        except PlayerError:
            self._replace |= replace
            raise

    def _unwanted(self, now: Snapshot) -> list[QueuedSong]:
        """Waiting own songs that would not be chosen any more, when that may have changed."""
        before, self._criteria = self._criteria, self._chooser.criteria
        if self._criteria == before:
            return []
        past = Past([song.file for song in now.songs[now.current or 0 :]])
        return [
            song
            for place, song in enumerate(self.own)
            if not self._chooser.suits(song.file, self._target(place), past)
        ]

    def _first_of(self, songs: Sequence[QueuedSong]) -> QueuedSong | None:
        """Where to begin: with the first song that was not heard before the music ran out."""
        return next((song for song in songs if song not in self._over), None)

    def _fills(self, now: Snapshot) -> bool:
        """Whether songs may be added beyond those that replace others."""
        yields = self._take_over.lasts(now, self._clock.now_s())
        self._remember_hands(now)
        return not yields and not comes_round(now, self._played, self.own)

    async def _look(self) -> Snapshot:
        """See what plays, what people did, and which own songs still wait."""
        before, now = self.now, await self._player.snapshot()
        moved = moved_by_people(self._expected, now.songs)
        if moved and was_shuffled(self._expected, now.songs):
            self._shuffled, moved = True, set()  # which says nothing of any one song
        self.own = [song for song in self.own if song.id not in moved]
        expected, self._expected = self._expected, list(now.songs)
        if before is not None:
            await self._heed(expected, before, now)
        waiting = [song for song in still_waiting(self.own, now) if song not in self._over]
        present = set(now.songs)
        self._played = [
            song
            for song in (*self._played, *self.own)
            if song in present and song not in waiting and song.id not in moved
        ]
        self.own = waiting
        ours = {*self.own, *self._played}
        self._why = {song: why for song, why in self._why.items() if song in ours}
        self._robots.keep(present)
        self.now, self._looked_s = now, self._clock.now_s()
        self._remember()
        self._on_look(now)
        return now

    async def _heed(self, expected: list[QueuedSong], before: Snapshot, now: Snapshot) -> None:
        """Take to heart what people did between two looks, and what MPD did by itself."""
        vanished = await self._vanished(expected, now)
        played_s = None
        if now.state is not State.PLAY and self._wanted.wanted:
            played_s = await self._player.played_s()
        # no more awaiting from here on: what was seen is written down, or it was not seen
        since_s = self._clock.now_s() - self._looked_s
        self._note_what_plays(before, now)
        self._wanted.follow(before, now, vanished, since_s)
        ended = ran_out(before, now, vanished, since_s)
        if ended:
            self._over = set(before.songs)
            for song in before.waiting:
                self._chooser.began(song.file)
        elif now.state is State.PLAY:
            self._over = set()
        if ended or self._wanted.may_start(now):
            self._take_over.end()
        elif seen := hands(expected, before, now, vanished, since_s):
            self._yield_to(seen, expected, now)
        self._tell_of_robots()
        self._remember_hands(now, played_s)

    def _yield_to(self, seen: frozenset[Hand], expected: list[QueuedSong], now: Snapshot) -> None:
        """Leave the queue to whoever did this, unless it was another program."""
        now_s, there = self._clock.now_s(), set(now.songs)
        place = expected.index(now.playing) if now.playing in expected else 0
        # such a program may tidy up behind itself, too
        tidied = there.issuperset(expected[place:])
        if Hand.ADDED not in seen or seen - {Hand.ADDED, Hand.DELETED} or not tidied:
            self._robots.person_did()
        elif self._robots.did(there - set(expected), now_s):
            self._take_over.end()
            return
        log.debug("somebody %s: the box yields", ", ".join(sorted(seen)))
        self._take_over.note(now_s)

    def _tell_of_robots(self) -> None:
        if self._robots.at_work:
            self._robot_trouble.starts(
                "another program keeps filling the queue (it adds songs at every song change, as "
                "mpd-sima does, or a client's auto-DJ): its songs and the box's play in turn; to "
                "let the box alone choose, stop that program"
            )
        else:
            self._robot_trouble.ends("no other program fills the queue any more")

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
        if before is not None:
            self._robots.began(self._clock.now_s())
        self._begun += playing in self.own
        self._chooser.began(playing.file)

    async def _carry_out(self, todo: Plan, now: Snapshot) -> None:
        if todo.move:
            self._remember(moving=True)
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
            self._remember(adding=choice)
            try:
                song = await self._player.append(choice.song.file)
            except RefusedError:  # a full queue, for one; it stands among the faults
                break
            if song is None:  # gone since the library was read
                self._chooser.forget(choice.song)
                continue
            self.own.append(song)
            self._expected.append(song)
            self._why[song] = choice.why
            self._allowance.queued()
            log.info("queued %s", choice.why)
            files.append(song.file)
            added += 1
        return added

    def _target(self, waiting: int) -> Target:
        """What the song should be like before which this many own songs wait."""
        return self._path[min(self._begun + waiting, len(self._path) - 1)]

    def _remember_hands(self, now: Snapshot, played_s: float | None = None) -> None:
        self._kept = HandsOn(
            boot_id(),
            self._wanted.silence,
            self._take_over.since_s,
            now.version,
            self._kept.played_s if played_s is None else played_s,
            self._robots.at_work,
        )
        self._memory.keep(Hands(hands=self._kept.document()))

    def _remember(self, *, adding: Choice | None = None, moving: bool = False) -> None:
        """Write down whose songs are whose, and what the box is about to do."""
        if self.now is None:
            return
        now = replace(self.now, songs=tuple(self._expected))
        if now.state is State.PAUSE and self._wanted.may_start(now):
            now = replace(now, state=State.PLAY)  # it is going to, unless the power goes now
        coming = None
        if adding is not None:
            coming = Remembered(QueuedSong(0, adding.song.file), own=True, why=adding.why)
        own = {song: self._why.get(song, "") for song in (*self._played, *self.own)}
        look = LastLook.at(now, own, {*self._played, *self._over}, adding=coming, moving=moving)
        self._memory.keep(LastSeen(look=look.document()))


def _hands_in(memory: StateStore) -> HandsOn:
    hands = memory.recall(Hands)
    return HandsOn() if hands is None else HandsOn.of(hands.hands)


def _last_look(memory: StateStore) -> LastLook | None:
    """What MPD was like when it was last seen; None when that is not known."""
    seen = memory.recall(LastSeen)
    if seen is not None:
        return LastLook.of(seen.look)
    own, played = memory.recall(OwnQueue), memory.recall(PlayedSongs)
    if own is None and played is None:
        return None
    over = () if played is None else played.songs
    waiting = () if own is None else own.songs
    return LastLook.of_first_release(over, waiting)
