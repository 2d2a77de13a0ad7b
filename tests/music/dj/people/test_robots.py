"""Another program that fills the queue, beside the box and a model of MPD."""

from itertools import count

import numpy as np
import pytest

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.incident import Faults
from edgemood.memory import Memory
from edgemood.music.dj.people.robots import AT_ONCE_S, GONE_AFTER, OFTEN, Robots
from edgemood.music.dj.queue_controller import QueueKeeper
from edgemood.music.dj.volume_control import VolumeControl
from edgemood.music.library import Library
from edgemood.music.mpd.snapshot import QueuedSong, State
from edgemood.music.recommender import Chooser, TasteStore
from edgemood.music.song import Song
from tests.music.mpd_model import ModelMpd

NUMBERS = count(1)


def song() -> QueuedSong:
    return QueuedSong(next(NUMBERS), "added.flac")


def after_changes(robots: Robots, number: int, delay_s: float = 2.0, start_s: float = 0.0) -> bool:
    was = False
    for change in range(number):
        robots.began(start_s + 200.0 * change)
        was = robots.did([song()], start_s + 200.0 * change + delay_s)
    return was


def test_additions_at_every_change_of_song_are_a_programs():
    assert not after_changes(Robots(), OFTEN - 1)
    assert after_changes(Robots(), OFTEN)


def test_additions_between_the_changes_are_a_persons():
    assert not after_changes(Robots(), 20, delay_s=AT_ONCE_S + 1)


def test_any_other_deed_begins_the_count_anew():
    robots = Robots()
    after_changes(robots, OFTEN - 1)
    robots.person_did()
    assert not after_changes(robots, OFTEN - 1, start_s=1000.0)


def test_a_person_beside_the_program_is_still_a_person():
    robots = Robots()
    after_changes(robots, OFTEN)
    robots.began(5000.0)
    assert not robots.did([song()], 5000.0 + AT_ONCE_S + 1)
    assert robots.at_work


def test_a_program_that_adds_nothing_any_more_is_gone():
    robots = Robots()
    after_changes(robots, OFTEN)
    for change in range(GONE_AFTER + 1):
        robots.began(5000.0 + 200 * change)
    assert not robots.at_work
    assert not robots.songs


class Evening:
    """A box, and a program that keeps four songs ahead, as mpd-sima does."""

    def __init__(self, ahead: int, *, tidies: bool) -> None:
        self.mpd, self.clock, self.faults = ModelMpd(), ManualClock(), Faults()
        self.ahead, self.tidies = ahead, tidies
        chooser = Chooser(MusicConfig(), TasteStore(), self.clock, np.random.default_rng(0))
        chooser.library = Library.of([Song(file=f"{n}.flac") for n in range(40)])
        memory = Memory()
        volume = VolumeControl(self.mpd, self.clock, memory, chooser.quiet, listening_percent=100)
        self.box = QueueKeeper(
            self.mpd,
            self.clock,
            memory,
            MusicConfig(),
            chooser=chooser,
            volume=volume,
            faults=self.faults,
        )

    def robot_looks(self) -> None:
        while len(self.mpd.entries) - 1 - (self.mpd.current or 0) < self.ahead:
            self.mpd.add("robot.flac")
        if self.tidies:
            while self.mpd.current:
                self.mpd.delete(0)

    async def song_goes_by(self) -> str:
        """Gives which file played."""
        played = self.mpd.files()[self.mpd.current or 0]
        await self.clock.advance(60)
        await self.box.tend()
        self.mpd.let_end()
        await self.clock.advance(3)
        await self.box.tend()
        self.robot_looks()
        await self.box.tend()
        return played


@pytest.mark.parametrize(("ahead", "tidies"), [(4, False), (4, True), (10, False)])
async def test_the_box_and_a_program_play_in_turn_and_the_owner_is_told(ahead, tidies):
    evening = Evening(ahead, tidies=tidies)
    await evening.box.arrive()
    await evening.box.tend()
    evening.robot_looks()
    played = [await evening.song_goes_by() for _ in range(60)]
    assert evening.mpd.state is State.PLAY
    assert not evening.box.yields
    (told,) = evening.faults
    assert "another program keeps filling the queue" in told
    assert 10 < played.count("robot.flac") < 50
    assert played[-10:].count("robot.flac") < 9


async def test_a_persons_songs_still_come_before_the_boxs():
    evening = Evening(4, tidies=False)
    await evening.box.arrive()
    await evening.box.tend()
    evening.robot_looks()
    for _ in range(10):
        await evening.song_goes_by()
    await evening.clock.advance(AT_ONCE_S + 1)
    evening.mpd.add("person.flac")
    await evening.box.tend()
    assert evening.box.yields
    files = evening.mpd.files()
    own = {song.file for song in evening.box.own}
    assert all(files.index(file) > files.index("person.flac") for file in own)
