import asyncio
import contextlib

import pytest

from edgemood.emotion import Emotion
from edgemood.music.dj.volume_control import LONGEST_S
from edgemood.state import VolumeBefore


@pytest.fixture
def box(config):
    """A box that leaves a quarter of the volume while it listens."""
    return config.model_copy(update={"music": config.music.model_copy(update={"duck": 25})})


def volume(person) -> int:
    return int(person.status()["volume"])


async def listened(dj, clock, *, closely: bool) -> None:
    """Have the box listen closely, or no longer, and let the time pass that it takes."""
    task = asyncio.create_task(dj.listen(closely=closely))
    async with asyncio.timeout(600):
        while not task.done():
            await asyncio.sleep(0.005)
            await clock.advance(0.05)
    await task


@pytest.fixture
def playing(switch_on, box, room, until, clock, *, person):
    """A box that plays, at the volume that a person has set if one is given."""

    @contextlib.asynccontextmanager
    async def playing(at_volume=None, config=box):
        if at_volume is not None:
            person.setvol(at_volume)
        async with switch_on(config=config) as dj:
            dj.hear(room(Emotion.HAPPY))
            await until(lambda: person.state() == "play" and dj.status().playing, clock)
            yield dj

    return playing


@pytest.fixture
def listening(playing, clock):
    """A box that plays and has begun to listen closely."""

    @contextlib.asynccontextmanager
    async def listening(*at_volume, **config):
        async with playing(*at_volume, **config) as dj:
            await listened(dj, clock, closely=True)
            yield dj

    return listening


async def test_the_music_is_low_while_the_box_listens_and_then_exactly_as_loud_as_before(
    listening, clock, person
) -> None:
    async with listening(73) as dj:
        assert volume(person) == 18
        await listened(dj, clock, closely=True)
        assert volume(person) == 18
        await listened(dj, clock, closely=False)
        assert volume(person) == 73


async def test_the_volume_that_a_person_sets_meanwhile_stays(
    listening, clock, person, memory
) -> None:
    async with listening(80) as dj:
        person.setvol(50)
        await listened(dj, clock, closely=False)
        assert volume(person) == 50
    assert memory.recall(VolumeBefore) is None


async def test_the_volume_is_restored_by_the_next_daemon_if_this_one_dies(
    listening, playing, clock, *, person, memory, until
) -> None:
    async with listening(64):
        remembered = memory.recall(VolumeBefore)
    person.setvol(16)
    memory.keep(remembered)  # as if the first daemon had been killed
    async with playing():
        await until(lambda: volume(person) == 64, clock)


async def test_a_daemon_that_ends_leaves_the_music_as_loud_as_it_was(listening, person) -> None:
    async with listening(90):
        assert volume(person) < 90
    assert volume(person) == 90


async def test_the_music_does_not_stay_low_for_ever(listening, clock, person) -> None:
    async with listening(60) as dj:
        await clock.advance(LONGEST_S)
        await listened(dj, clock, closely=True)
        assert volume(person) == 60
        await listened(dj, clock, closely=True)
        assert volume(person) == 60


async def test_nothing_is_turned_down_where_the_owner_wants_all_of_the_volume(
    listening, config, person
) -> None:
    music = config.music.model_copy(update={"duck": 100})
    async with listening(60, config=config.model_copy(update={"music": music})):
        assert volume(person) == 60
