"""What any MPD client can tell the box, and the box any MPD client."""

import asyncio

import pytest

from edgemood.config.schema import MusicConfig
from edgemood.emotion import Emotion
from edgemood.music.dj.maintenance import Chores
from edgemood.music.dj.people.feedback import Feedback
from edgemood.music.library import SongIndex
from edgemood.music.mpd.client import Change
from edgemood.music.mpd.snapshot import State
from edgemood.state import Opinions

HAPPY = [f"happy/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)]


@pytest.fixture
def events():
    return []


@pytest.fixture
def index():
    return SongIndex.in_memory()


@pytest.fixture
async def dj(mpd_server, switch_on, until, events, index):
    async with switch_on(on_event=events.append, index=index) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        yield dj


def stickers(person, file):
    return person.sticker_list("song", file)


async def leave_after(dj, person, clock, until, duration_s):
    """Hear the current song for so long and go to the next; gives the song that was left."""
    file = person.current()
    await until(lambda: dj._feedback._counts_before is not None)
    await clock.advance(duration_s)
    person.next()
    await until(lambda: dj._keeper.now.playing.file != file)
    await clock.advance(16)
    return file


async def test_a_song_heard_for_half_its_length_is_counted_as_played(
    dj, person, until, clock, events
):
    file = await leave_after(dj, person, clock, until, 40)
    await until(lambda: stickers(person, file).get("playCount") == "1", clock)
    assert "lastPlayed" in stickers(person, file)
    assert "skipCount" not in stickers(person, file)
    assert events[0].kind == "played"


async def test_a_song_left_before_half_is_counted_as_skipped(dj, person, until, clock, events):
    file = await leave_after(dj, person, clock, until, 15)
    await until(lambda: stickers(person, file).get("skipCount") == "1", clock)
    assert "lastSkipped" in stickers(person, file)
    assert [(event.kind, event.value) for event in events] == [("skipped", 1.0)]


async def test_a_play_is_counted_though_the_box_was_restarted_meanwhile(
    *, switch_on, person, until, clock
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        file = person.current()
        await clock.advance(20)
    async with switch_on() as dj:
        await until(lambda: dj._feedback._counts_before is not None)
        await clock.advance(15)
        person.next()
        await until(lambda: dj._feedback._due)
    async with switch_on():
        await until(lambda: stickers(person, file).get("playCount") == "1", clock)


async def test_a_skip_soon_after_a_change_of_mood_is_half_the_choices_fault(
    *, dj, person, until, clock, events, room
):
    dj.hear(room(Emotion.HAPPY))
    await leave_after(dj, person, clock, until, 15)
    await until(lambda: events, clock)
    assert [(event.kind, event.emotion, event.value) for event in events] == [
        ("skipped", Emotion.HAPPY, 0.5)
    ]


async def test_what_another_client_counted_is_not_counted_twice(dj, person, until, clock, events):
    file = person.current()
    await until(lambda: dj._feedback._counts_before is not None)
    person.sticker_set("song", file, "playCount", "8")
    await leave_after(dj, person, clock, until, 40)
    await clock.advance(60)
    await until(lambda: events and not dj._feedback._due, clock)
    assert stickers(person, file)["playCount"] == "8"
    assert events[0].kind == "played"


async def test_counting_can_be_left_to_others(*, switch_on, config, person, until, clock, events):
    music = MusicConfig(play_counts="no")
    shy = config.model_copy(update={"music": music})
    async with switch_on(config=shy, on_event=events.append) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        file = person.current()
        await clock.advance(40)
        person.next()
        await until(lambda: events, clock)
        await clock.advance(60)
        counts = {"playCount", "lastPlayed", "skipCount", "lastSkipped"}
        assert not counts & stickers(person, file).keys()


async def test_likes_and_ratings_are_learned_when_they_change_and_once(
    *, switch_on, person, until, events, index, memory
):
    person.sticker_set("song", HAPPY[0], "like", "2")
    async with switch_on(on_event=events.append, index=index) as dj:
        await until(lambda: [event.kind for event in events] == ["liked"])
        person.sticker_set("song", HAPPY[1], "rating", "3")
        await until(lambda: len(events) == 2)
        assert (events[1].kind, events[1].value) == ("rated", 0.3)
        assert events[1].song_id == index.song_named(HAPPY[1]).id
        # a box that goes off before it has noted what it learned learns it once more
        await until(lambda: HAPPY[1] in memory.recall(Opinions).stickers)
    async with switch_on(on_event=events.append, index=index) as dj:
        await until(lambda: dj.status().playing)
        person.sticker_set("song", HAPPY[0], "like", "0")
        await until(lambda: len(events) == 3)
        assert events[2].kind == "disliked"


async def test_a_like_given_while_likes_are_read_is_learned(
    *, switch_on, config, person, until, events, monkeypatch
):
    music = MusicConfig(mood_stickers="no")
    silent = config.model_copy(update={"music": music})
    read, heed, heeded = Feedback.read_opinions, Chores.heed, asyncio.Event()

    async def read_while_somebody_likes(feedback):
        await read(feedback)
        if not stickers(person, HAPPY[0]):
            heeded.clear()
            person.sticker_set("song", HAPPY[0], "like", "2")
            await heeded.wait()

    async def heed_and_say_so(chores, changes):
        await heed(chores, changes)
        if Change.STICKERS in changes:
            heeded.set()

    monkeypatch.setattr(Feedback, "read_opinions", read_while_somebody_likes)
    monkeypatch.setattr(Chores, "heed", heed_and_say_so)
    async with switch_on(config=silent, on_event=events.append):
        await until(lambda: [event.kind for event in events] == ["liked"])


async def test_a_like_is_learned_once_though_it_is_read_twice_at_a_time(dj, person, until, events):
    person.sticker_set("song", HAPPY[0], "like", "2")
    await asyncio.gather(*(dj._feedback.read_opinions() for _ in range(3)))
    assert [event.kind for event in events] == ["liked"]


async def test_not_this_skips_and_learns_at_once(dj, person, until, clock, events):
    file = person.current()
    skipping = asyncio.create_task(dj.not_this())
    await until(skipping.done, clock)
    assert person.current() != file
    assert [event.kind for event in events] == ["skipped"]
    assert dj.status().playing


async def test_like_is_a_sticker_that_any_client_shows(dj, person, events):
    said = await dj.like()
    assert said.startswith("you like ")
    assert stickers(person, person.current())["like"] == "2"
    assert [event.kind for event in events] == ["liked"]


async def test_a_loudspeaker_that_goes_away_is_played_on_when_it_is_back(dj, person, until, clock):
    person.disableoutput(0)
    await until(lambda: person.state() == "pause")
    await clock.advance(60)
    assert person.outputs()[0]["outputenabled"] == "0"
    person.enableoutput(0)
    await until(lambda: person.state() == "play", clock)


async def test_in_a_partition_only_its_queue_is_kept(
    mpd_server, switch_on, config, connect_person, until
):
    person = connect_person(mpd_server.socket)
    kitchen = config.model_copy(
        update={"mpd": config.mpd.model_copy(update={"partition": "kitchen"})}
    )
    async with switch_on(config=kitchen) as dj:
        await until(lambda: "no partition 'kitchen', only default" in dj.status().detail)
    person.newpartition("kitchen")
    async with switch_on(config=kitchen) as dj:
        await until(lambda: len(dj.status().coming) == 2)
        assert person.files() == []
        person.partition("kitchen")
        assert len(person.files()) >= 2


async def test_single_mode_is_somebodys_wish_that_the_music_ends_with_the_song(
    dj, person, until, clock
):
    person.single(1)
    person.seekcur(59.7)
    await until(lambda: person.state() == "pause")
    await clock.advance(120)
    assert person.state() == "pause"
    assert person.status()["single"] == "1"


async def test_with_repeat_the_songs_of_people_come_round(dj, person, until, clock):
    person.clear()
    person.repeat(1)
    person.add(HAPPY[0])
    person.play(0)
    await until(lambda: dj.status().yields and dj._keeper.now.state is State.PLAY)
    await clock.advance(15 * 60)
    await until(lambda: len(dj.status().coming) == 2, clock)
    for _ in range(3):
        before = person.current()
        person.next()
        await until(lambda was=before: dj._keeper.now.playing.file != was, clock)
    assert person.current() == HAPPY[0]
    await until(lambda: len(dj.status().coming) == 2, clock)


async def test_with_random_the_box_waits_until_peoples_songs_were_played(
    dj, person, until, clock, room
):
    person.random(1)
    for file in HAPPY:
        person.add(file)
    await until(lambda: dj.status().yields)
    before = set(person.files())
    dj.hear(room(Emotion.SAD))
    await clock.advance(60)
    assert len(person.files()) == len(before)


async def test_the_mood_of_songs_is_shown_in_stickers(dj, person, until, clock):
    told = {"edgemood.mood": "happy", "edgemood.valence": "0.82"}
    await until(lambda: told.items() <= stickers(person, HAPPY[0]).items(), clock)


async def test_typical_songs_and_playlists_of_the_table_reach_the_chooser(
    switch_on, config, person, until
):
    person.playlistadd("Typical – sad", "sad/0.flac")
    person.playlistadd("Rainy days", "sad/1.ogg")
    person.playlistadd("Gym", HAPPY[0])
    music = MusicConfig.model_validate({"strategy": "table", "table": {"sad": "Rainy days"}})
    async with switch_on(config=config.model_copy(update={"music": music})) as dj:
        await until(lambda: dj._chooser.playlists and dj._chooser.typical)
        assert dj._chooser.typical == {Emotion.SAD: ["sad/0.flac"]}
        assert dj._chooser.playlists == {"Rainy days": ["sad/1.ogg"]}


async def test_mood_playlists_appear_and_adding_a_song_to_one_relabels_it(
    dj, person, until, clock, index
):
    await clock.advance(75)
    await until(lambda: "Mood – sad" in [row["playlist"] for row in person.listplaylists()], clock)
    person.playlistadd("Mood – sad", HAPPY[0])
    await until(lambda: index.song_named(HAPPY[0]).mood.because == "label sad")
