"""What waits in the box's own queue is judged again whenever what judges it changes."""

import pytest

from edgemood.config.schema import MusicConfig
from edgemood.emotion import Emotion
from edgemood.incident import Faults

HAPPIEST = {f"happy/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}
SADDEST = {f"sad/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}


@pytest.fixture
async def happy(mpd_server, switch_on, person, until, room):
    """A box in a happy room, with two happy songs waiting."""
    async with switch_on() as dj:
        dj.hear(room(Emotion.HAPPY))
        await until(lambda: dj.status().playing and person.waits_for(HAPPIEST))
        yield dj


@pytest.mark.parametrize(("sticker", "value"), [("rating", "0"), ("like", "0"), ("mood", "sad")])
async def test_a_word_on_a_song_that_waits_takes_it_out(happy, person, until, sticker, value):
    unwanted, other = person.coming()
    person.sticker_set("song", unwanted, sticker, value)
    await until(lambda: len(person.coming()) == 2 and unwanted not in person.coming())
    assert other in person.coming()
    assert set(person.coming()) <= HAPPIEST


async def test_what_somebody_queued_stays_whatever_is_said_of_it(happy, person, until):
    person.add("happy/3.ogg")
    await until(lambda: person.coming()[:1] == ["happy/3.ogg"])
    person.sticker_set("song", "happy/3.ogg", "rating", "0")
    unwanted = person.coming()[1]
    if unwanted != "happy/3.ogg":
        person.sticker_set("song", unwanted, "rating", "0")
        await until(lambda: unwanted not in person.coming())
    assert person.coming()[0] == "happy/3.ogg"


async def test_another_strategy_in_the_configuration_asks_for_other_songs(
    *, switch_on, config, person, until, room, mpd_server
):
    async with switch_on() as dj:
        dj.hear(room(Emotion.HAPPY))
        await until(lambda: dj.status().playing and person.waits_for(HAPPIEST))
    table = MusicConfig.model_validate({"strategy": "table", "table": {"happy": "sad"}})
    async with switch_on(config=config.model_copy(update={"music": table})):
        await until(lambda: person.waits_for(SADDEST))


async def test_a_table_that_nothing_answers_to_is_told_until_something_does(
    *, switch_on, config, person, until, room, mpd_server
):
    table = MusicConfig.model_validate({"strategy": "table", "table": {"happy": "Partty"}})
    faults = Faults()
    given = {"config": config.model_copy(update={"music": table}), "faults": faults}
    async with switch_on(**given) as dj:
        dj.hear(room(Emotion.HAPPY))
        await until(lambda: any('"Partty" is no emotion' in fault for fault in faults))
        await until(lambda: dj.status().playing and person.waits_for(HAPPIEST))
        person.playlistadd("Partty", "sad/0.flac")
        await until(lambda: not any("Partty" in fault for fault in faults))
        await until(lambda: "sad/0.flac" in person.coming())
