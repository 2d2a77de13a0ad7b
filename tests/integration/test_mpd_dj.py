"""The DJ and a real MPD, with people at the controls."""

import asyncio
import json
import os
import random
import shutil
from contextlib import suppress
from dataclasses import asdict

import mpd
import numpy as np
import pytest

from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import MusicConfig
from edgemood.emotion import Emotion
from edgemood.memory import Memory
from edgemood.music.dj.plan import HISTORY
from edgemood.state import OwnQueue, PlayedSongs, VolumeBefore

SADDEST = {f"sad/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}
HAPPIEST = {f"happy/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}
YIELD_S = MusicConfig().yield_min * 60
ANGRIEST = {f"angry/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}


@pytest.fixture
async def dj(mpd_server, switch_on, until):
    """The box switched on; it plays and two songs wait."""
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        yield dj


async def test_a_box_switched_on_plays_and_keeps_songs_queued(dj, person, until):
    await until(lambda: dj.status().playing)
    status = dj.status()
    assert status.connected
    assert not status.detail
    assert status.songs == 20
    assert len(status.coming) == 2
    assert "not known yet" in status.target


async def test_a_new_mood_replaces_the_waiting_songs_and_leaves_the_playing_one(
    dj, person, until, room
):
    playing = person.current()
    dj.hear(room(Emotion.SAD))
    await until(lambda: person.waits_for(SADDEST))
    assert person.current() == playing
    dj.hear(room(Emotion.ANGRY))
    await until(lambda: person.waits_for(ANGRIEST) and "angry" in dj.status().why)
    assert person.current() == playing


async def test_an_unknown_room_changes_nothing(dj, person, until, room, clock):
    dj.hear(room(Emotion.SAD))
    await until(lambda: person.waits_for(SADDEST))
    waiting = person.files()
    dj.hear(room(None))
    dj.hear(room(Emotion.SAD))
    await clock.advance(60)
    assert person.files() == waiting
    person.next()
    await until(lambda: len(person.files()) == len(waiting) + 1)
    assert person.files()[:-1] == waiting
    assert set(person.coming()) <= SADDEST


async def test_when_a_song_ends_another_is_queued(dj, person, until):
    for _ in range(5):
        before = person.current()
        person.next()
        await until(lambda before=before: person.current() != before and len(person.coming()) == 2)


async def test_songs_of_people_play_first_and_are_never_removed(dj, person, until, room):
    person.add("happy/0.flac")
    await until(lambda: person.coming()[:1] == ["happy/0.flac"] and len(person.coming()) == 3)
    person.addid("happy/1.ogg", 1)
    dj.hear(room(Emotion.SAD))
    await until(lambda: person.coming()[:2] == ["happy/1.ogg", "happy/0.flac"])
    await until(lambda: person.waits_for(SADDEST, after=2))


async def test_a_song_that_somebody_moved_is_theirs(dj, person, until, room, clock):
    moved = person.coming()[1]
    person.move(2, 1)
    await until(lambda: dj.status().yields)
    dj.hear(room(Emotion.SAD))
    await clock.advance(YIELD_S)
    await until(lambda: len(person.coming()) == 4, clock)
    assert set(person.coming()[2:]) <= SADDEST
    assert person.coming()[0] == moved


async def test_stop_means_stop(dj, person, until, room, clock):
    person.stop()
    dj.hear(room(Emotion.ANGRY))
    await until(lambda: person.waits_for(ANGRIEST))
    await clock.advance(60)
    assert person.state() == "stop"


async def test_stop_means_stop_even_after_a_restart_of_the_box(
    switch_on, person, until, room, clock
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person.stop()
    async with switch_on() as restarted:
        restarted.hear(room(Emotion.SAD))
        await until(lambda: person.waits_for(SADDEST))
        await clock.advance(60)
    assert person.state() == "stop"


async def test_a_pause_lasts(dj, person, until, room, clock):
    person.pause(1)
    dj.hear(room(Emotion.ANGRY))
    await until(lambda: person.waits_for(ANGRIEST))
    await clock.advance(60)
    assert person.state() == "pause"


async def test_a_cleared_queue_is_filled_after_a_while_but_not_played(dj, person, until, clock):
    person.clear()
    await until(lambda: dj.status().yields)
    await clock.advance(YIELD_S - 60)
    assert person.files() == []
    await clock.advance(60)
    await until(lambda: len(person.files()) == 2, clock)
    await clock.advance(60)
    assert person.state() == "stop"


async def test_the_button_moves_on_with_a_fade_and_restores_the_volume(
    dj, person, until, room, clock
):
    person.setvol(73)
    dj.hear(room(Emotion.ANGRY))
    volumes = set()

    def moved_on() -> bool:
        volumes.add(int(person.status()["volume"]))
        return moving.done()

    moving = asyncio.create_task(dj.move_on())
    await until(moved_on, clock)
    assert person.current() in ANGRIEST
    assert person.status()["volume"] == "73"
    assert len(volumes) > 3
    assert dj.status().playing


async def test_a_hand_on_the_volume_during_the_fade_has_the_last_word(dj, person, until, clock):
    playing = person.current()
    person.setvol(80)
    moving = asyncio.create_task(dj.move_on())
    await until(lambda: int(person.status()["volume"]) < 60, clock)
    person.setvol(90)
    await until(moving.done, clock)
    assert person.status()["volume"] == "90"
    assert person.current() != playing


async def test_a_fade_cut_short_is_made_good(dj, person, until, clock):
    person.setvol(80)
    moving = asyncio.create_task(dj.move_on())
    await until(lambda: int(person.status()["volume"]) < 60, clock)
    dj._player.close()
    await until(moving.done, clock)
    await until(lambda: person.status()["volume"] == "80", clock)


async def test_a_box_switched_off_in_the_middle_of_a_fade_leaves_the_volume_as_it_was(
    switch_on, person, until, clock, memory
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing)
        person.setvol(80)
        moving = asyncio.create_task(dj.move_on())
        await until(lambda: int(person.status()["volume"]) < 60, clock)
    assert person.status()["volume"] == "80"
    assert memory.recall(VolumeBefore) is None
    moving.cancel()


async def test_a_clear_means_stop_even_after_a_restart_of_the_box(
    *, switch_on, person, until, clock
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person.clear()
        await until(lambda: dj.status().yields)
    async with switch_on() as dj:
        await until(lambda: dj.status().connected)
        await clock.advance(120)
        assert (person.state(), person.files()) == ("stop", [])


async def test_after_a_restart_the_music_keeps_to_the_last_known_mood(
    *, switch_on, person, until, room, clock
):
    async with switch_on() as dj:
        dj.hear(room(Emotion.SAD))
        await until(lambda: dj.status().playing and person.waits_for(SADDEST))
    async with switch_on() as dj:
        await until(lambda: "the room is sad" in dj.status().target)
        await until(lambda: len(dj.status().coming) == 2)
        dj.hear(room(None))
        person.next()
        await until(lambda: len(person.coming()) == 2)
        assert set(person.coming()) <= SADDEST
    await clock.advance(3601)
    async with switch_on() as dj:
        assert "not known yet" in dj.status().target


async def test_the_button_ends_a_stop(dj, person, until, clock):
    person.stop()
    moving = asyncio.create_task(dj.move_on())
    await until(moving.done, clock)
    assert person.state() == "play"


async def test_after_an_update_from_the_first_release_the_box_knows_its_songs(
    switch_on, person, until
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        before = person.files()
        numbers = [(int(song["id"]), song["file"]) for song in person.playlistinfo()]
    memory = Memory()
    memory.keep(PlayedSongs(songs=numbers[:1]))
    memory.keep(OwnQueue(songs=numbers[1:]))
    async with switch_on(memory=memory) as dj:
        await until(lambda: dj.status().connected and len(dj.status().coming) == 2)
        assert person.files() == before


async def test_the_box_finds_its_own_songs_after_a_restart(switch_on, person, until, room):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person.add("happy/0.flac")
        await until(lambda: person.coming()[:1] == ["happy/0.flac"])
        await until(lambda: len(person.coming()) == 3 and len(dj.status().coming) == 2)
    async with switch_on() as restarted:
        restarted.hear(room(Emotion.SAD))
        await until(lambda: person.waits_for(SADDEST, after=1))
        assert person.coming()[0] == "happy/0.flac"


async def test_messages_are_answered(switch_on, person, until):
    asked = []

    async def answer(verb: str) -> str:
        asked.append(verb)
        return f"{verb}:\nsaid"

    person.subscribe("edgemood-status")
    async with switch_on(on_message=answer) as dj:
        await until(lambda: dj.status().connected)
        person.sendmessage("edgemood", "why")
        replies = []
        await until(lambda: replies.extend(person.readmessages()) or replies)
    assert asked == ["why"]
    assert replies == [{"channel": "edgemood-status", "message": "why: said"}]


async def test_owners_words_in_stickers_and_playlists_are_heeded_at_once(dj, person, until, room):
    person.sticker_set("song", "untagged 0.flac", "mood", "furious")
    person.playlistadd("Mood – fear", "untagged 1.flac")
    person.playlistadd("Mood – fear", "untagged 2.flac")
    person.playlistadd("Gym", "untagged 3.flac")
    library = dj._keeper.library

    def origins() -> dict[str, str]:
        now = dj._keeper.library
        songs = [now.song(row) for row in np.flatnonzero(now.reliability)]
        return {song.file: song.mood.because for song in songs if "/" not in song.file}

    await until(lambda: len(origins()) == 3)
    assert origins() == {
        "untagged 0.flac": "sticker furious",
        "untagged 1.flac": "label fear",
        "untagged 2.flac": "label fear",
    }
    assert library is not dj._keeper.library
    dj.hear(room(Emotion.FEAR))
    await until(lambda: {"untagged 1.flac", "untagged 2.flac"} & set(person.coming()))


async def test_a_song_that_nobody_can_name_is_played(
    switch_on, person, until, music_folder, record_song
):
    """A file name that is not UTF-8, and a title of 100,000 letters."""
    for kind in ("happy", "sad", "angry", "neutral"):
        shutil.rmtree(music_folder / kind)
    for number in range(4):
        (music_folder / f"untagged {number}.flac").unlink()
    record_song(music_folder / "long.flac", title="a" * 100_000)
    long_name, odd_name = music_folder / "long.flac", os.fsencode(music_folder) + b"/od\xff.flac"
    shutil.copy(long_name, odd_name)
    person.read_library()
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        assert dj.status().songs == 2
        queued = {song.file for song in dj._keeper.now.songs}
        assert queued == {"long.flac", "od\udcff.flac"}
        json.dumps(asdict(dj.status())).encode()


async def test_songs_deleted_while_they_wait_are_replaced(dj, person, until, room, music_folder):
    dj.hear(room(Emotion.SAD))
    await until(lambda: person.waits_for(SADDEST))
    shutil.rmtree(music_folder / "sad")
    person.read_library()
    await until(lambda: len(person.coming()) == 2 and not set(person.coming()) & SADDEST)
    await until(lambda: dj.status().songs == 16)


async def test_a_disk_that_comes_back_is_played_again(dj, person, until, music_folder, clock):
    """Songs vanish without MPD being told, as when a disk is unplugged."""
    away = music_folder.rename(music_folder.with_name("away"))
    with suppress(mpd.CommandError):
        person.next()
    await until(lambda: person.state() == "stop")
    await clock.advance(120)
    assert person.state() == "stop"
    assert len(person.files()) < 20
    away.rename(music_folder)
    await until(lambda: person.state() == "play", clock)


async def test_music_that_ran_out_goes_on_when_songs_come_back(
    dj, person, until, music_folder, clock
):
    """MPD plays the current song of a vanished library to its end, and then has nothing."""
    person.seekcur(57)
    away = music_folder.rename(music_folder.with_name("away"))
    music_folder.mkdir()
    person.read_library()
    await until(lambda: not dj.status().songs and person.state() == "stop")
    shutil.copytree(away, music_folder, dirs_exist_ok=True)
    person.read_library()
    await until(lambda: person.state() == "play", clock)


async def test_an_empty_library_is_told_once_and_songs_are_played_when_they_come(
    switch_on, person, until, music_folder, caplog
):
    away = music_folder.rename(music_folder.with_name("away"))
    music_folder.mkdir()
    person.read_library()
    async with switch_on() as dj:
        await until(lambda: dj.status().connected and "library is empty" in dj.status().detail)
        person.read_library()
        shutil.copytree(away, music_folder, dirs_exist_ok=True)
        person.read_library()
        await until(lambda: dj.status().playing and not dj.status().detail)
    assert caplog.text.count("library is empty") == 1


async def test_the_only_song_of_a_library_is_played_again_and_again(
    switch_on, person, until, music_folder
):
    for kind in ("happy", "sad", "angry", "neutral"):
        shutil.rmtree(music_folder / kind)
    for number in range(1, 4):
        (music_folder / f"untagged {number}.flac").unlink()
    person.read_library()
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person.next()
        await until(lambda: len(person.files()) == 4)
    assert set(person.files()) == {"untagged 0.flac"}


async def test_a_queue_of_thousands_is_read_page_by_page(switch_on, person, until, room):
    person.command_list_ok_begin()
    for number in range(2500):
        person.add(f"happy/{number % 2 * 2}.flac")
    person.play(2400)
    person.command_list_end()
    async with switch_on() as dj:
        dj.hear(room(Emotion.SAD))
        await until(lambda: len(dj.status().coming) == 2)
        assert len(person.coming()) == 99 + 2
        assert set(person.coming()[99:]) <= SADDEST


async def test_whatever_people_do_no_song_of_theirs_is_lost(dj, person, until, room, clock):
    """An unruly evening: adds, moves, deletes, shuffles, jumps, modes and moods, as they come."""
    dice = random.Random(3)
    files = sorted(HAPPIEST | SADDEST)
    theirs: set[str] = set()

    def queue() -> list[str]:
        return [song["id"] for song in person.playlistinfo()]

    def delete() -> None:
        victim = dice.choice(queue())
        theirs.discard(victim)
        person.deleteid(victim)

    def move() -> None:
        moved = dice.choice(queue())
        person.moveid(moved, dice.randrange(len(queue())))

    def clear() -> None:
        theirs.clear()
        person.clear()

    deeds = [
        lambda: theirs.add(person.addid(dice.choice(files))),
        lambda: theirs.add(person.addid(dice.choice(files), 0)),
        lambda: dj.hear(room(dice.choice(list(Emotion)))),
        lambda: person.play(dice.randrange(len(queue()))),
        lambda: person.random(dice.choice([0, 1])),
        lambda: person.seekcur(dice.choice([1, 59.5])),
        person.shuffle,
        person.stop,
        delete,
        move,
    ]
    for turn in range(150):
        if turn % 50 == 49:
            clear()
        elif queue():
            with suppress(mpd.CommandError):
                dice.choice(deeds)()
        await clock.advance(dice.choice([5, YIELD_S]))
        await until(lambda: dj.status().yields or len(queue()) >= 2, clock)
        assert theirs <= set(queue()), f"lost in turn {turn}"


async def test_without_a_mixer_the_button_moves_on_without_a_fade(
    *, short_folder, music_folder, connect_person, switch_on, until
):
    with PrivateMpd(short_folder / "mpd", music_folder, mixer="none") as server:
        async with switch_on() as dj:
            await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
            playing = dj.status().playing
            await dj.move_on()
            assert dj.status().playing != playing
        assert "volume" not in connect_person(server.socket).status()


async def test_lift_begins_where_the_room_is_and_ends_at_the_target(
    switch_on, config, person, until, room
):
    lift = config.model_copy(update={"music": MusicConfig(strategy="lift", ahead=1)})
    async with switch_on(config=lift) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 1)
        dj.hear(room(Emotion.SAD))
        await until(lambda: person.coming() and set(person.coming()) <= SADDEST)
        played = []
        for _ in range(5):
            played.append(person.coming()[0])
            person.next()
            await until(lambda: person.current() == played[-1] and len(person.coming()) == 1)
    assert played[0] in SADDEST
    assert {played[3], played[4]} <= HAPPIEST


async def test_own_songs_leave_the_queue_long_after_they_were_played_and_peoples_never(
    dj, person, until, clock
):
    person.addid("angry/0.flac", 0)
    await until(lambda: dj.status().yields)
    await clock.advance(YIELD_S)
    for _ in range(HISTORY + 5):
        before = person.status()["songid"]
        person.next()
        await until(lambda was=before: person.status()["songid"] != was, clock)
        await clock.advance(5)
        await until(lambda: len(person.coming()) == 2, clock)
    await until(lambda: len(person.files()) == len(["the person's"]) + HISTORY + 2, clock)
    assert person.files()[0] == "angry/0.flac"
