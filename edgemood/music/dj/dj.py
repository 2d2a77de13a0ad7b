"""The DJ: hears the room's mood and keeps one MPD's queue in tune with it, for ever."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import Config, MusicConfig
from edgemood.errors import EdgemoodError, PlayerError, RefusedError
from edgemood.incident import Faults, Trouble
from edgemood.mood import RoomMood
from edgemood.music.dj.last_mood import LastMood
from edgemood.music.dj.library_follower import LibraryFollower
from edgemood.music.dj.maintenance import Chores
from edgemood.music.dj.people.feedback import Feedback
from edgemood.music.dj.queue_controller import QueueKeeper
from edgemood.music.dj.status import HINTS, MOST_NEXT, STATES
from edgemood.music.dj.table_check import unanswered
from edgemood.music.dj.volume_control import VolumeControl
from edgemood.music.library import SongIndex
from edgemood.music.library.index.columns import Library
from edgemood.music.mpd.client import Change, Player
from edgemood.music.mpd.outputs import SoundWatch
from edgemood.music.mpd.shown_text import told
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State
from edgemood.music.recommender import Chooser, SongVectors, TasteStore
from edgemood.music.recommender.events import Event
from edgemood.music.recommender.strategy import path_for
from edgemood.state import AskedStrategy, StateStore
from edgemood.status import MusicStatus, Waiting
from edgemood.strategies import Strategy
from edgemood.walltime import WallTime, local_time

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_LOOK_EVERY_S = 15.0
"""Well within the 60 s after which MPD drops a silent client; also how soon a hung one is seen."""
_LEAVE_WITHIN_S = 1.0
_MOST_ANSWERS = 64
"""to messages at once; MPD itself keeps no more messages for a client"""
_NAMES = 500
"""of songs, kept at hand: how things stand is asked for twice a second"""

log = logging.getLogger(__name__)


class Dj:
    """One MPD server's host for the evening.

    Its manners: people's songs after the current one play first, the box's own wait behind them.
    When the room's mood changes, the waiting own songs are replaced and the playing song ends by
    itself. Stop means stop (`MusicWanted` has the rule). `on_message` answers what MPD clients
    send to the channel ``edgemood``; `on_progress` is called whenever the loop gets somewhere, at
    least twice a minute; `on_change` whenever `status` has changed other than by time going by.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        memory: StateStore,
        *,
        index: SongIndex | None = None,
        on_message: Callable[[str], Awaitable[str]] | None = None,
        on_progress: Callable[[], None] = lambda: None,
        on_change: Callable[[], None] = lambda: None,
        on_event: Callable[[Event], None] = lambda _event: None,
        taste: TasteStore | None = None,
        faults: Faults | None = None,
        rng: np.random.Generator | None = None,
        wall: WallTime = local_time,
    ) -> None:
        self._faults = faults or Faults()
        self._configured = config.music.strategy
        self._config = _as_said(config.music, memory)
        self._memory = memory
        self._clock = clock
        self._on_message = on_message
        self._on_progress = on_progress
        self._on_change = on_change
        self._player = Player(config.mpd, clock=clock, faults=self._faults)
        index = index or SongIndex.in_memory()
        self._taste = taste or TasteStore()
        self._chooser = Chooser(
            config.music, self._taste, clock, rng or np.random.default_rng(), wall=wall
        )
        self._volume = VolumeControl(
            self._player,
            clock,
            memory,
            self._chooser.quiet,
            listening_percent=config.music.duck,
            faults=self._faults,
        )
        self._on_event = on_event
        self._feedback = Feedback(
            self._player,
            clock,
            memory,
            learn=self._learn,
            number_of=self._number,
            counts=config.music.play_counts == "yes",
            taste=self._taste,
            wall=wall,
        )
        self._chores = Chores(
            self._player,
            clock,
            memory,
            config.music,
            index=index,
            chooser=self._chooser,
            feedback=self._feedback,
        )
        self._follower = LibraryFollower(
            self._player,
            index,
            self._chores,
            take=self._take_library,
            forget=self._forget_library,
            on_progress=on_progress,
            faults=self._faults,
        )
        self._keeper = QueueKeeper(
            self._player,
            clock,
            memory,
            config.music,
            chooser=self._chooser,
            volume=self._volume,
            faults=self._faults,
            on_look=self._looked,
        )
        self._sound = SoundWatch(self._player, self._faults)
        self._hands = asyncio.Lock()
        self._due = asyncio.Event()
        self._chores_due = asyncio.Event()
        self._mood = LastMood(clock, memory)
        self._unanswered: Mapping[str, str] = {}
        self._table_trouble = Trouble(log, self._faults)
        self._follow_mood(replace=False)
        self._connected = False
        self._unreachable = Trouble(log)
        self._detail = ""
        self._names: dict[str, str] = {}

    def hear(self, mood: RoomMood) -> None:
        """Take note of the room's mood; cheap, to be called as often as it is decided.

        While the room is unknown, the last known mood holds.
        """
        if mood.emotion is None or mood.emotion is self._mood.emotion:
            return
        self._mood.note(mood.emotion, mood.scores)
        self._feedback.hear(mood.emotion)
        self._follow_mood()

    def greet(self, people: Sequence[str]) -> None:
        """Take note of the profiles whose people are in the room; cheap, like `hear`."""
        self._chooser.present = people

    async def move_on(self) -> None:
        """Replace the waiting own songs by fitting ones and go to the next song, with a fade.

        This is what the button does, so it also ends a stop or a pause. Without MPD there is
        nothing to move on from, and nothing happens.
        """
        if not self._connected:
            return
        self._player.deeds.insist()
        try:
            async with self._hands:
                await self._keeper.move_on(replace=True)
        except PlayerError as error:
            log.warning("cannot move on: %s", error)

    async def listen(self, *, closely: bool) -> None:
        """Turn the music down while the box listens closely, and up again; to be called often."""
        if not self._connected or (self._volume.is_idle and not closely):
            return
        try:
            async with self._hands:
                now = self._keeper.now
                plays = now is not None and now.state is State.PLAY
                await self._volume.listen(wanted=closely and plays)
        except PlayerError as error:
            log.warning("cannot turn the music down or up: %s", error)

    async def not_this(self) -> str:
        """Go to the next song, with a fade; gives what was done, in words.

        Raises PlayerError when MPD cannot be reached.
        """
        if not self._connected:
            raise PlayerError(self._detail or f"MPD at {self._player.address}: not connected")
        self._player.deeds.insist()
        async with self._hands:
            now = self._keeper.now
            unwanted = None if now is None else now.playing
            if unwanted is None:
                return "nothing plays"
            self._feedback.not_this(unwanted)
            await self._keeper.move_on(replace=False)
        return f"not {self._name(unwanted)}" + await self._unless_kept()

    def use_strategy(self, strategy: Strategy) -> bool:
        """Choose by another strategy than the configured one; whether that was kept.

        Holds through restarts, until the configuration names another one than it does now.
        """
        kept = self._memory.keep(AskedStrategy(said=strategy, configured=self._configured))
        self._config = self._config.model_copy(update={"strategy": strategy})
        self._follow_mood()
        return kept

    async def like(self) -> str:
        """Note that somebody likes the song that plays; gives what was done, in words.

        Raises PlayerError when MPD cannot be reached.
        """
        if not self._connected:
            raise PlayerError(self._detail or f"MPD at {self._player.address}: not connected")
        now = self._keeper.now
        if now is None or now.playing is None:
            return "nothing plays"
        if self._number(now.playing.file) is None:
            return "what plays is not in the library"
        self._player.deeds.insist()
        await self._feedback.like(now.playing.file)
        return f"you like {self._name(now.playing)}" + await self._unless_kept()

    def rebuild_index(self, problem: str) -> None:
        """Begin the index anew, because of a problem somebody found in it."""
        self._follower.rebuild(problem)

    async def run(self) -> None:
        """Live until cancelled: find MPD, keep its queue, and find it again when it is lost."""
        backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        while True:
            self._on_progress()
            arrived_s = float("inf")
            try:
                await self._arrive()
                arrived_s = self._clock.now_s()
                await self._serve()
            except* PlayerError as errors:
                self._detail = str(_first(errors))
                self._unreachable.starts(self._detail)
            finally:
                if self._connected:
                    await self._leave()
                self._connected = False
                self._player.close()
                self._on_change()
            _end_if_cancelled()
            if self._clock.now_s() - arrived_s >= _LONGEST_PAUSE_S:  # not one that died at once
                backoff.reset()
            await self._clock.sleep(backoff.pause_s())

    def status(self) -> MusicStatus:
        """How things stand now."""
        keeper = self._keeper
        now = keeper.now if self._connected else None
        current = None if now is None or now.playing is None else self._name(now.playing)
        waiting = keeper.coming
        valence, arousal = keeper.target.affect
        return MusicStatus(
            connected=self._connected,
            address=self._player.address,
            detail=self._detail or self._follower.detail,
            playing=current if now is not None and now.state is State.PLAY else None,
            state=None if now is None else STATES[now.state],
            current=current,
            elapsed_s=keeper.elapsed_s if now is not None else None,
            duration_s=None if now is None else now.duration_s,
            strategy=self._config.strategy,
            yields=keeper.yields,
            yield_left_s=keeper.yield_left_s,
            coming=tuple(map(self._name, keeper.own)),
            next=tuple(
                Waiting(self._name(song), "person" if keeper.why(song) is None else "box")
                for song in waiting[:MOST_NEXT]
            ),
            next_more=len(waiting[MOST_NEXT:]),
            songs=len(keeper.library),
            target=f"valence {valence:+.2f}, arousal {arousal:+.2f}: {keeper.target.because}",
            why=self._why(),
            hint=HINTS[keeper.silence] if now is not None else "",
        )

    def _why(self) -> str:
        """Why the song plays that does, and why the next of the box's was chosen."""
        keeper, now = self._keeper, self._keeper.now
        reasons = []
        if now is not None and now.playing is not None and now.state is not State.STOP:
            why = keeper.why(now.playing)
            reasons.append(f"{self._name(now.playing)}: somebody queued it" if why is None else why)
        if keeper.own:
            reasons.append(f"next {keeper.why(keeper.own[0])}")
        return ". Then: ".join(reasons) or "nothing chosen yet"

    async def _unless_kept(self) -> str:
        """What an answer must add when the deed could not be written down."""
        problem = await self._taste.kept()
        return f"; but this is not remembered yet ({problem})" if problem else ""

    def _looked(self, now: Snapshot) -> None:
        self._feedback.look(now)
        self._on_change()

    def _learn(self, event: Event) -> None:
        self._chooser.learn(event)
        self._due.set()  # what waits may not be wanted any more
        self._on_event(event)

    def _follow_mood(self, *, replace: bool = True) -> None:
        if self._mood.known is not None:
            path = path_for(*self._mood.known, self._config, self._unanswered)
            self._keeper.follow(path, replace=replace)
            self._on_change()
            self._due.set()

    def _check_table(self) -> None:
        """Tell entries of the table that nothing answers to, and do without them."""
        library, playlists = self._keeper.library, self._chooser.playlists
        wrong: Mapping[str, str] = {}
        if self._config.strategy is Strategy.TABLE and self._chores.knows_playlists:
            wrong = unanswered(self._config.table, library, playlists)
        if wrong == self._unanswered:
            return
        self._unanswered = wrong
        if wrong:
            self._table_trouble.starts(
                f"music.table in config.yaml: {'; '.join(wrong.values())}; the music is like the "
                "room instead (`edgemood check` tells what may have been meant)"
            )
        else:
            self._table_trouble.ends("music.table: every entry has an answer")
        self._follow_mood()

    async def _arrive(self) -> None:
        await self._player.connect()
        self._on_progress()
        await self._follower.arrive()
        self._on_progress()
        self._feedback.arrive()
        async with self._hands:
            await self._keeper.arrive()
        self._connected, self._detail = True, ""
        self._unreachable.ends(f"MPD at {self._player.address}: connected")
        self._on_change()
        self._due.set()

    async def _leave(self) -> None:
        """Put right what must not outlast the box; a server that hangs is not waited for."""
        self._feedback.leave()
        with contextlib.suppress(PlayerError, TimeoutError):
            async with asyncio.timeout(_LEAVE_WITHIN_S):
                await self._keeper.leave()

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(group))
            group.create_task(self._look_now_and_then())
            group.create_task(self._follower.run(self._due.set))
            group.create_task(self._do_chores())
            while True:
                await self._due.wait()
                self._due.clear()
                self._on_progress()
                self._check_table()
                async with self._hands:
                    with contextlib.suppress(RefusedError):  # it stands among the faults
                        await self._keeper.tend()
                    if self._keeper.now is not None:
                        await self._volume.keep_quiet(self._keeper.now.volume)
                        await self._sound.tend(self._keeper.now)
                self._chores_due.set()

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        answers: set[asyncio.Task[None]] = set()
        while True:
            changes = await self._player.changes()
            if Change.MESSAGE in changes:
                for message in await self._player.messages():
                    if len(answers) < _MOST_ANSWERS:
                        answers.add(answer := group.create_task(self._answer(message)))
                        answer.add_done_callback(answers.discard)
            self._due.set()
            self._follower.note(changes)

    async def _look_now_and_then(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            self._due.set()
            self._follower.note()

    async def _answer(self, message: str) -> None:
        if self._on_message is None:
            return
        try:
            reply = await self._on_message(message)
        except EdgemoodError as error:
            reply = str(error)
        await self._player.reply(reply)

    async def _do_chores(self) -> None:
        """What can wait until the queue is in order."""
        while True:
            await self._chores_due.wait()
            self._chores_due.clear()
            await self._chores.do(self._keeper.library, self._on_progress)

    async def _take_library(self, library: Library) -> None:
        vectors = await asyncio.to_thread(SongVectors.of, library)  # longer than a press may wait
        async with self._hands:
            self._keeper.take(library, vectors)
            self._names.clear()
            self._on_change()

    def _forget_library(self) -> None:
        self._keeper.library = Library.of([])
        self._on_change()

    def _number(self, file: str) -> int | None:
        library = self._keeper.library
        row = library.row_of(file)
        return None if row is None else int(library.ids[row])

    def _name(self, queued: QueuedSong) -> str:
        if len(self._names) > _NAMES:
            self._names.clear()
        if queued.file not in self._names:
            song = self._keeper.library.get(queued.file)
            self._names[queued.file] = told(queued.file) if song is None else song.name
        return self._names[queued.file]


def _as_said(config: MusicConfig, memory: StateStore) -> MusicConfig:
    """The configuration with the strategy that somebody asked for meanwhile."""
    asked = memory.recall(AskedStrategy)
    if asked is None or asked.configured != config.strategy:
        return config
    return config.model_copy(update={"strategy": asked.said})


def _end_if_cancelled() -> None:
    """Pass on a cancellation that came at the instant MPD was lost.

    Before Python 3.13 a TaskGroup then raises its child's error alone (python/cpython#116720).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _first(errors: BaseException) -> BaseException:
    """The error that ended the session; the others followed from it."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
