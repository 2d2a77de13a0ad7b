import asyncio

import pytest

from edgemood.emotion import Emotion
from edgemood.music.duck import LONGEST_S


@pytest.fixture
def box(config):
    """A box that leaves a quarter of the volume while it listens."""
    return config.model_copy(update={"music": config.music.model_copy(update={"duck": 25})})


def volume(person) -> int:
    return int(person.status()["volume"])


async def listened(dj, clock, *, closely: bool) -> None:
    """Have the box listen closely, or no longer, and let the time pass that it takes."""
    task = asyncio.create_task(dj.listen(closely=closely))
    async with asyncio.timeout(15):
        while not task.done():
            await asyncio.sleep(0.005)
            await clock.advance(0.05)
    await task


@pytest.fixture
def play(room, until, clock, person):
    async def play(dj) -> None:
        dj.hear(room(Emotion.HAPPY))
        await until(lambda: person.state() == "play" and dj.status().playing, clock)

    return play


async def test_the_music_is_low_while_the_box_listens_and_then_exactly_as_loud_as_before(
    switch_on, box, clock, person, play
) -> None:
    person.setvol(73)
    async with switch_on(config=box) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
        assert volume(person) == 18
        await listened(dj, clock, closely=True)
        assert volume(person) == 18
        await listened(dj, clock, closely=False)
        assert volume(person) == 73


async def test_the_volume_that_a_person_sets_meanwhile_stays(
    switch_on, box, clock, *, person, play, memory
) -> None:
    person.setvol(80)
    async with switch_on(config=box) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
        person.setvol(50)
        await listened(dj, clock, closely=False)
        assert volume(person) == 50
    assert memory.recall("volume") is None


async def test_the_volume_is_restored_by_the_next_daemon_if_this_one_dies(
    switch_on, box, clock, *, person, play, memory
) -> None:
    person.setvol(64)
    async with switch_on(config=box) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
        remembered = dict(memory)
    person.setvol(16)
    memory.update(remembered)  # as if the first daemon had been killed
    async with switch_on(config=box) as dj:
        await play(dj)
        assert volume(person) == 64


async def test_a_daemon_that_ends_leaves_the_music_as_loud_as_it_was(
    switch_on, box, clock, person, play
) -> None:
    person.setvol(90)
    async with switch_on(config=box) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
    assert volume(person) == 90


async def test_the_music_does_not_stay_low_for_ever(switch_on, box, clock, person, play) -> None:
    person.setvol(60)
    async with switch_on(config=box) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
        await clock.advance(LONGEST_S)
        await listened(dj, clock, closely=True)
        assert volume(person) == 60
        await listened(dj, clock, closely=True)
        assert volume(person) == 60


async def test_nothing_is_turned_down_where_the_owner_wants_all_of_the_volume(
    switch_on, config, clock, person, play
) -> None:
    music = config.music.model_copy(update={"duck": 100})
    person.setvol(60)
    async with switch_on(config=config.model_copy(update={"music": music})) as dj:
        await play(dj)
        await listened(dj, clock, closely=True)
        assert volume(person) == 60
