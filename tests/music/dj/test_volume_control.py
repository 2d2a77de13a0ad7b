from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.clock import ManualClock
from edgemood.config.schema import MusicConfig
from edgemood.errors import PlayerError
from edgemood.incident import Faults
from edgemood.memory import Memory
from edgemood.music.dj.volume_control import (
    LONGEST_S,
    MIXER_GRAIN,
    PATIENCE_S,
    VolumeControl,
)
from edgemood.music.recommender import QuietHours
from edgemood.state import QuietVolumeBefore, VolumeBefore

NIGHT = datetime(2026, 6, 1, 23, tzinfo=UTC)
HOURS = "22:00-07:00"
QUIET = 30
LISTENING_PERCENT = 25


class Mixer:
    """MPD's, as far as its volume goes; `answers` more commands are answered before it is gone."""

    def __init__(self, level):
        self.level = level
        self.answers = None

    async def volume(self):
        self._answer()
        return self.level

    async def set_volume(self, volume):
        self._answer()
        self.level = volume

    def _answer(self):
        if self.answers is not None:
            if self.answers == 0:
                raise PlayerError("MPD is gone")
            self.answers -= 1


def quiet_at(time):
    return QuietHours(MusicConfig(quiet_hours=HOURS), lambda: time)


def control(mixer, memory, quiet, clock=None, faults=None):
    return VolumeControl(
        mixer,
        clock or ManualClock(),
        memory,
        quiet,
        listening_percent=LISTENING_PERCENT,
        faults=faults,
    )


class Night:
    def __init__(self):
        self.time = NIGHT

    def __call__(self):
        return self.time


async def test_the_volume_goes_down_at_night_and_comes_back_in_the_morning():
    mixer, memory, wall = Mixer(70), Memory(), Night()
    hours = QuietHours(MusicConfig(quiet_hours=HOURS, quiet_volume=30), wall)
    wall.time = NIGHT.replace(hour=20)
    await control(mixer, memory, hours).keep_quiet(mixer.level)
    assert mixer.level == 70
    wall.time = NIGHT
    await control(mixer, memory, hours).keep_quiet(mixer.level)
    assert mixer.level == 30
    wall.time = NIGHT.replace(hour=8)
    await control(mixer, memory, hours).keep_quiet(mixer.level)  # after a restart
    assert mixer.level == 70
    assert memory.recall(QuietVolumeBefore) is None


async def test_after_a_power_cut_at_night_the_volume_stays_low_while_the_time_is_not_known():
    mixer, memory, wall = Mixer(70), Memory(), Night()
    hours = QuietHours(MusicConfig(quiet_hours=HOURS, quiet_volume=30), wall)
    await control(mixer, memory, hours).keep_quiet(mixer.level)
    wall.time = None
    quiet = control(mixer, memory, hours)
    await quiet.keep_quiet(mixer.level)
    assert mixer.level == 30
    wall.time = NIGHT.replace(hour=8)
    await quiet.keep_quiet(mixer.level)
    assert mixer.level == 70


async def test_quiet_hours_that_cannot_begin_are_a_fault_until_the_time_is_known():
    clock, faults, wall = ManualClock(), Faults(), Night()
    wall.time = None
    hours = QuietHours(MusicConfig(quiet_hours=HOURS), wall)
    quiet = control(Mixer(70), Memory(), hours, clock, faults)
    await quiet.keep_quiet(70)
    assert [*faults] == []
    await clock.advance(PATIENCE_S)
    await quiet.keep_quiet(70)
    (told,) = faults
    assert "quiet_hours" in told
    wall.time = NIGHT
    await quiet.keep_quiet(70)
    assert [*faults] == []


async def test_whoever_turns_the_volume_at_night_has_the_last_word():
    mixer, memory, wall = Mixer(70), Memory(), Night()
    hours = QuietHours(MusicConfig(quiet_hours=HOURS, quiet_volume=30), wall)
    quiet = control(mixer, memory, hours)
    await quiet.keep_quiet(mixer.level)
    mixer.level = 55
    await quiet.keep_quiet(mixer.level)
    assert mixer.level == 55
    wall.time = NIGHT.replace(hour=8)
    await quiet.keep_quiet(mixer.level)
    assert mixer.level == 55


async def test_a_volume_that_is_soft_enough_or_not_there_is_left_alone():
    mixer, memory = Mixer(20), Memory()
    quiet = control(mixer, memory, quiet_at(NIGHT))
    await quiet.keep_quiet(None)
    await quiet.keep_quiet(mixer.level)
    assert mixer.level == 20


class PassingClock:
    """Sleeps at once; somebody may turn the volume in the middle of it."""

    def __init__(self):
        self.now = 0.0
        self.on_sleep = None

    def now_s(self):
        return self.now

    async def sleep(self, duration_s):
        self.now += duration_s
        if self.on_sleep is not None:
            self.on_sleep()


class Evening:
    """One box, one MPD, people; `peoples` is the volume that they set last."""

    def __init__(self, level):
        self.mixer, self.memory = Mixer(level), Memory()
        self.clock, self.wall = PassingClock(), Night()
        self.wall.time = NIGHT.replace(hour=20)
        self.quiet = QuietHours(MusicConfig(quiet_hours=HOURS, quiet_volume=QUIET), self.wall)
        self.peoples = level
        self.songs = 0
        self.box = self.switched_on()

    def switched_on(self):
        return control(self.mixer, self.memory, self.quiet, self.clock)

    async def go_on(self):
        self.songs += 1

    def turn(self, level):
        """Somebody sets the volume, so far that it can be told from what the box had set."""
        kept = self.memory.recall(QuietVolumeBefore)
        taken = [self.mixer.level, *([] if kept is None else [kept.set_to])]
        if all(abs(level - other) > MIXER_GRAIN for other in taken):
            self.mixer.level = self.peoples = level

    async def look(self):
        await self.box.keep_quiet(self.mixer.level)

    async def listen(self, value):
        await self.box.listen(wanted=value % 2 == 0)

    async def skip(self):
        if self.mixer.level:
            await self.box.fade_over(self.mixer.level, self.go_on)

    async def come_back(self):
        self.mixer.answers = self.clock.on_sleep = None
        self.box = self.switched_on()
        await self.box.restore(self.mixer.level)

    async def somebody_turns(self, value):
        self.turn(value)
        await self.look()  # MPD tells of it at once

    async def somebody_turns_meanwhile(self, value):
        steps_left = iter(range(value % 8))
        self.mixer.answers = None  # whoever is not seen because MPD goes cannot be heeded
        self.clock.on_sleep = lambda: next(steps_left, None) is None and self.turn(value)
        await self.listen(value)
        self.clock.on_sleep = None
        await self.look()

    def pass_time(self, value):
        self.clock.now += LONGEST_S * (value % 3)

    def strike(self, value):
        self.wall.time = NIGHT.replace(hour=(20, 23, 8)[value % 3])

    def cut(self, value):
        self.mixer.answers = value % 12


DEEDS = [
    Evening.somebody_turns,
    Evening.somebody_turns_meanwhile,
    Evening.listen,
    lambda evening, _: evening.skip(),
    lambda evening, _: evening.look(),
    lambda evening, _: evening.come_back(),
    Evening.pass_time,
    Evening.strike,
    Evening.cut,
]


@settings(max_examples=400)
@given(
    st.integers(0, 100),
    st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 100)), max_size=25),
)
async def test_whatever_happens_the_volume_ends_at_what_people_set(level, deeds):
    evening = Evening(level)
    for deed, value in deeds:
        try:
            done = deed(evening, value)
            if done is not None:
                await done
        except PlayerError:
            await evening.come_back()
        assert evening.mixer.level <= evening.peoples
    await evening.come_back()
    evening.strike(2)
    await evening.look()
    assert evening.mixer.level == evening.peoples
    assert evening.box.is_idle
    assert evening.memory.recall(VolumeBefore) is None
    assert evening.memory.recall(QuietVolumeBefore) is None


async def test_quiet_hours_that_begin_while_the_box_listens_hold_afterwards():
    evening = Evening(80)
    await evening.box.listen(wanted=True)
    assert evening.mixer.level == 20
    evening.wall.time = NIGHT
    await evening.look()
    assert evening.mixer.level == 20
    await evening.box.listen(wanted=False)
    assert evening.mixer.level == QUIET
    await evening.box.listen(wanted=True)
    evening.wall.time = NIGHT.replace(hour=8)
    await evening.look()
    await evening.box.listen(wanted=False)
    assert evening.mixer.level == 80


async def test_a_song_that_is_skipped_while_the_box_listens_costs_no_volume():
    evening = Evening(80)
    await evening.box.listen(wanted=True)
    await evening.skip()
    assert (evening.mixer.level, evening.songs) == (20, 1)
    await evening.come_back()  # the daemon died, and MPD has what it was left with
    assert evening.mixer.level == 80
