"""The music comes back: whatever happens to box, MPD and queue, in whatever order.

Silence only after a person's stop, pause or clear; a person's song is never taken out or moved;
the box's own songs are never disowned.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.memory import Memory
from edgemood.music.dj.queue_controller import QueueKeeper
from edgemood.music.dj.volume_control import VolumeControl
from edgemood.music.library import Library
from edgemood.music.mpd.snapshot import State
from edgemood.music.recommender import Chooser, TasteStore
from edgemood.music.song import Song
from tests.music.mpd_model import CrashError, Entry, ModelMpd, NotPlayingError

FILES = [f"{letter}.flac" for letter in "abcdefghij"]
LIBRARY = Library.of([Song(file=file) for file in FILES])

PLACES = st.integers(0, 30)
PLAIN_DEEDS = [
    *("restart", "restart paused", "save", "kill", "end", "end of queue", "stop", "pause", "clear"),
    *("play", "skip", "go back", "mood", "wait", "repeat", "consume"),
]
AWAY = [("box off", "box on"), ("cut", "found")]
DEEDS = st.one_of(
    st.sampled_from(PLAIN_DEEDS).map(lambda deed: (deed,)),
    st.tuples(st.just("add"), st.sampled_from(FILES)),
    st.tuples(st.just("insert"), st.sampled_from(FILES), PLACES),
    st.tuples(st.just("crash"), st.integers(0, 3)),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("jump"), PLACES),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("shuffle"), st.randoms(use_true_random=False)),
)
ABSENCES = st.tuples(st.sampled_from(AWAY), st.lists(DEEDS, max_size=4)).map(
    lambda absence: [(absence[0][0],), *absence[1], (absence[0][1],)]
)
LIVES = st.lists(st.one_of(DEEDS.map(lambda deed: [deed]), ABSENCES), max_size=15).map(
    lambda parts: [deed for part in parts for deed in part]
)


class Turning(ManualClock):
    """A clock that may be turned without anybody sleeping on it."""

    def turn(self, duration_s: float) -> None:
        self._now_s += duration_s


class House:
    """A box, an MPD, and people, with account of what they did."""

    def __init__(self, mpd: Any = None, library: Library = LIBRARY) -> None:
        """`mpd` behaves as `ModelMpd`, which it is by default."""
        self.mpd = mpd or ModelMpd()
        self.mpd.on_box = self.box_touches
        self.library = library
        self.memory, self.taste, self.clock = Memory(), TasteStore(), Turning()
        self.box: QueueKeeper | None = None
        self.connected = False
        self.silenced = False  # somebody did since they last wanted music
        self.seen_to = False  # and the box was looking

    def box_touches(self, entry: Entry) -> None:
        mine = entry.by == "box" and not entry.moved
        assert mine or entry.unsure, f"a person's {entry.file} was taken out or moved"

    async def live(self, deeds) -> None:
        await self.do("box on")
        for deed, *more in deeds:
            await self.do(deed, *more)
            self.check(deed)

    async def do(self, deed, *more) -> None:
        before = list(self.mpd.entries)
        getattr(self, deed.replace(" ", "_"))(*more)
        if self.mpd.state is State.PLAY:
            self.silenced = self.seen_to = False
        if not self.connected and before != self.mpd.entries and deed not in BY_MPD:
            self.edited_unseen = True
        await self.settle()

    async def settle(self) -> None:
        if self.box is None or not self.connected:
            return
        if self.arriving and self.counts_anew:
            files = self.mpd.files()
            for entry in self.mpd.entries:
                entry.unsure |= self.edited_unseen or files.count(entry.file) > 1
        try:
            await self.tend()
        except CrashError:
            self.box_off()
            self.box_on()
            await self.tend()
        self.box_saw, self.silenced_when_seen = self.mpd.state, self.silenced
        if self.mpd.state is State.PLAY:
            assert not self.seen_to, "the music went on though somebody was seen to silence it"
            self.silenced = False

    async def tend(self) -> None:
        if self.arriving:
            await self.mpd.connect()
            await self.box.arrive()
            self.arriving = self.edited_unseen = self.counts_anew = False
        for _ in range(3):
            self.clock.turn(16)
            await self.box.tend()

    def check(self, deed) -> None:
        if self.box is None or not self.connected:
            return
        if not self.silenced:
            assert self.mpd.state is State.PLAY, f"silent after {deed}"
        known = {song.id for song in (*self.box.own, *self.box._played)}
        for entry in self.mpd.entries:
            if entry.by == "box" and not entry.moved and not entry.unsure:
                assert entry.id in known, f"{entry.file} disowned after {deed}"

    edited_unseen = False
    counts_anew = False  # MPD gave new numbers since the box last looked
    arriving = False
    box_saw = State.STOP
    silenced_when_seen = False

    def box_on(self) -> None:
        if self.box is None:
            chooser = Chooser(MusicConfig(), self.taste, self.clock, np.random.default_rng(0))
            chooser.library = self.library
            volume = VolumeControl(
                self.mpd, self.clock, self.memory, chooser.quiet, listening_percent=100
            )
            self.box = QueueKeeper(
                self.mpd, self.clock, self.memory, MusicConfig(), chooser=chooser, volume=volume
            )
            self.connected = self.arriving = True

    def box_off(self) -> None:
        self.box, self.connected = None, False

    def cut(self) -> None:
        self.connected = False

    def found(self) -> None:
        if self.box is not None and not self.connected:
            self.connected = self.arriving = True

    def restart(self, *, clean: bool = True, paused: bool = False) -> None:
        was_connected = self.connected
        if clean:
            self.saved_silenced = self.silenced
        self.cut()
        self.mpd.restart(clean=clean, paused=paused)
        if self.mpd.state is not State.PLAY:  # had somebody played meanwhile, no trace were left
            self.silenced |= self.silenced_when_seen
        files = self.mpd.files()
        for entry in self.mpd.entries:
            entry.unsure |= self.edited_unseen or not clean or files.count(entry.file) > 1
        self.counts_anew = True
        if was_connected:
            self.found()

    def restart_paused(self) -> None:
        """A pause that MPD makes of music of which the box knows nothing counts as a person's."""
        knows_music = self.box_saw is State.PLAY
        paused = self.mpd.state is State.PLAY
        self.restart(paused=True)
        self.silenced |= paused and not knows_music

    def save(self) -> None:
        self.mpd.save()
        self.saved_silenced = self.silenced

    saved_silenced = False

    def kill(self) -> None:
        self.restart(clean=False)
        # that somebody played since was not seen, and left no trace
        self.silenced |= self.saved_silenced or self.silenced_when_seen
        self.seen_to = False

    def end(self) -> None:
        self.mpd.let_end()
        self.clock.turn(60)

    def end_of_queue(self) -> None:
        for _ in range(len(self.mpd.entries)):
            self.end()

    def silence(self) -> None:
        self.silenced, self.seen_to = True, self.connected

    def stop(self) -> None:
        if self.mpd.state is not State.STOP:
            self.mpd.stop()
            self.silence()

    def pause(self) -> None:
        if self.mpd.state is State.PLAY:
            self.mpd.pause()
            self.silence()

    def clear(self) -> None:
        if self.mpd.entries:
            # of one song that plays it cannot be told from a skip
            as_skip = self.mpd.consume and len(self.mpd.entries) == 1
            self.mpd.clear()
            if not as_skip:
                self.silence()

    def play(self) -> None:
        self.mpd.play_on()

    def jump(self, place) -> None:
        if self.mpd.entries:
            self.mpd.play_at(place % len(self.mpd.entries))

    def skip(self) -> None:
        with suppress(NotPlayingError):
            self.mpd.skip()

    def go_back(self) -> None:
        if self.mpd.current and self.mpd.state is not State.STOP:
            self.mpd.play_at(self.mpd.current - 1)

    def crash(self, commands) -> None:
        """The box loses its power as soon as it has told MPD so much more."""
        self.mpd.crash_in = commands
        self.mood()

    def add(self, file) -> None:
        self.mpd.add(file)

    def insert(self, file, place) -> None:
        self.mpd.add(file, place % (len(self.mpd.entries) + 1))

    def delete(self, place) -> None:
        if self.mpd.entries:
            # MPD then stops at the next song, as when somebody presses stop
            self.silenced |= self.mpd.state is State.PAUSE and not self.connected
            self.mpd.delete(place % len(self.mpd.entries))
            if not self.mpd.entries and not self.mpd.consume:
                self.silence()  # as good as a clear

    def move(self, place, to) -> None:
        if self.mpd.entries:
            place, to = place % len(self.mpd.entries), to % len(self.mpd.entries)
            between = self.mpd.entries[min(place, to) : max(place, to) + 1]
            self.mpd.move(place, to)
            for entry in between if place != to else ():
                entry.moved |= self.connected
                entry.unsure |= not self.connected

    def shuffle(self, dice) -> None:
        order = list(range(len(self.mpd.entries)))
        dice.shuffle(order)
        self.mpd.reorder(order)
        for entry in self.mpd.entries:
            entry.unsure = True

    def mood(self) -> None:
        if self.box is not None:
            self.box.follow(self.box._path)

    def repeat(self) -> None:
        self.mpd.repeat = not self.mpd.repeat

    def consume(self) -> None:
        self.mpd.consume = not self.mpd.consume

    def wait(self) -> None:
        self.clock.turn(1000)


BY_MPD = {"end", "end of queue", "restart", "restart paused", "kill", "save"}


def long_life(dice: random.Random, parts: int) -> list[tuple]:
    """A life of so many deeds and absences."""
    place = partial(dice.randrange, 31)
    file = partial(dice.choice, FILES)
    kinds = [
        *((deed,) for deed in PLAIN_DEEDS),
        *([lambda: ("add", file())] * 3),
        *([lambda: ("insert", file(), place())] * 2),
        lambda: ("delete", place()),
        lambda: ("jump", place()),
        lambda: ("move", place(), place()),
        lambda: ("crash", dice.randrange(4)),
        lambda: ("shuffle", dice),
    ]

    def deed() -> tuple:
        kind = dice.choice(kinds)
        return kind if isinstance(kind, tuple) else kind()

    life = []
    for _ in range(parts):
        if dice.randrange(4):
            life.append(deed())
        else:
            away, back = dice.choice(AWAY)
            life += [(away,), *(deed() for _ in range(dice.randrange(5))), (back,)]
    return life


@pytest.mark.parametrize("seed", range(10))
def test_the_music_comes_back_through_a_long_life(seed):
    asyncio.run(House().live(long_life(random.Random(seed), 40)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(LIVES)
def test_the_music_comes_back_and_nobodys_song_is_lost(deeds):
    asyncio.run(House().live(deeds))
