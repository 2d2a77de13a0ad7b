"""The music comes back after any absence, unless somebody was seen to silence it."""

import asyncio
import os
import signal
from contextlib import suppress

import mpd
import pytest

from deploy.demo.mpd_server import PrivateMpd
from edgemood.emotion import Emotion
from edgemood.music.dj.plan import HISTORY

SONG_S = 60.0
SADDEST = {f"sad/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}


@pytest.fixture
def played_for_a_while(switch_on, until, person):
    """The box is on until it plays and two songs wait; then it is off."""

    async def live() -> None:
        async with switch_on() as dj:
            await until(lambda: dj.status().playing and len(dj.status().coming) == 2)

    return live


def let_the_queue_run_out(person) -> None:
    """Every song to its end, as fast as MPD goes."""
    while (now := person.status())["state"] == "play" or "error" in now:
        with suppress(mpd.CommandError):  # it ended just now
            if "error" in now:  # MPD 0.24 stumbles when it had just read the song to its end
                person.clearerror()
                person.play(now.get("song", -1))
            person.seekcur(SONG_S - 0.1)
            person.idle("player")


async def test_a_queue_that_ran_out_while_the_box_was_off_goes_on(
    played_for_a_while, switch_on, person, until, clock
):
    await played_for_a_while()
    before = person.files()
    let_the_queue_run_out(person)
    async with switch_on() as dj:
        await until(lambda: dj.status().playing, clock)
        await until(lambda: len(person.files()) == len(before) + 3)
        assert person.status()["song"] == str(len(before))
        assert not set(person.files()[3:]) & set(before[1:])  # what was not seen was heard, too


async def test_it_goes_on_with_songs_of_people_in_the_queue_too(
    played_for_a_while, switch_on, person, until, clock
):
    await played_for_a_while()
    person.addid("happy/0.flac", 0)
    person.addid("happy/1.ogg", 2)
    let_the_queue_run_out(person)
    async with switch_on() as dj:
        await until(lambda: dj.status().playing, clock)
        assert person.status()["song"] == "5"


async def test_what_people_queued_after_it_ran_out_comes_first(
    played_for_a_while, switch_on, person, until, clock
):
    await played_for_a_while()
    let_the_queue_run_out(person)
    person.add("happy/0.flac")
    async with switch_on() as dj:
        await until(lambda: dj.status().playing, clock)
        assert person.current() == "happy/0.flac"


async def test_it_goes_on_when_mpd_was_restarted_meanwhile(
    *, played_for_a_while, switch_on, mpd_server, person, connect_person, until, clock
):
    """MPD then selects the first song, as if somebody had stopped it there."""
    await played_for_a_while()
    before = person.files()
    let_the_queue_run_out(person)
    mpd_server.stop()
    mpd_server.start()
    async with switch_on() as dj:
        await until(lambda: dj.status().playing, clock)
        assert connect_person(mpd_server.socket).current() not in before


async def test_a_stop_while_the_box_was_off_lasts(
    played_for_a_while, switch_on, person, until, clock
):
    await played_for_a_while()
    person.stop()
    async with switch_on() as dj:
        await until(lambda: dj.status().connected)
        seen = dj._keeper.now
        await until(lambda: dj._keeper.now is not seen, clock)
        assert person.state() == "stop"
        assert "press play" in dj.status().hint
        person.play()
        await until(lambda: dj.status().playing)


@pytest.mark.parametrize("box_is_off", [True, False])
async def test_an_mpd_that_comes_back_paused_by_itself_plays_on(
    *, short_folder, music_folder, switch_on, connect_person, until, clock, box_is_off
):
    folder = short_folder / "mpd"
    with PrivateMpd(folder, music_folder, more_config='restore_paused "yes"') as server:
        connect_person(server.socket).read_library()
        async with switch_on() as dj:
            await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
            if not box_is_off:
                server.stop()
                await until(lambda: not dj.status().connected)
                server.start()
                await until(lambda: dj.status().playing, clock)
        if box_is_off:
            server.stop()
            server.start()
            async with switch_on() as dj:
                await until(lambda: dj.status().playing, clock)


async def test_a_pause_that_was_seen_outlasts_mpds_restart(
    *, switch_on, mpd_server, person, connect_person, until, clock
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person.pause(1)
        await until(lambda: dj.status().state == "paused")
        mpd_server.stop()
        await until(lambda: not dj.status().connected)
        mpd_server.start()
        await until(lambda: dj.status().connected, clock)
        seen = dj._keeper.now
        await until(lambda: dj._keeper.now is not seen, clock)
        assert dj.status().state == "paused"


async def test_an_mpd_without_its_queue_is_given_another(
    *, switch_on, mpd_server, person, connect_person, until, clock
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        mpd_server.kill()
        await until(lambda: not dj.status().connected)
        (mpd_server.folder / "state").unlink(missing_ok=True)
        mpd_server.start()
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2, clock)


async def test_played_songs_are_the_boxs_own_after_restarts_of_mpd(
    *, switch_on, mpd_server, person, connect_person, until, clock
):
    async with switch_on() as dj:
        for _ in range(3):
            person = connect_person(mpd_server.socket)
            for _ in range(HISTORY // 2):
                await until(lambda p=person: p.state() == "play" and len(p.coming()) == 2, clock)
                person.next()
                await clock.advance(5)
            await until(lambda p=person: len(p.coming()) == 2, clock)
            mpd_server.stop()
            await until(lambda: not dj.status().connected)
            mpd_server.start()
            await until(lambda: dj.status().connected, clock)
            person = connect_person(mpd_server.socket)
            await until(lambda p=person: len(p.coming()) == 2, clock)
        await until(lambda: len(person.files()) <= HISTORY + 2)
        person.repeat(1)
        await until(lambda: len(person.files()) == 3, clock)


async def test_a_shuffle_brings_no_played_song_again_and_disowns_none(
    dj_playing, person, until, clock
):
    for _ in range(6):
        await until(lambda: len(person.coming()) == 2, clock)
        person.next()
        await clock.advance(5)
    await until(lambda: len(person.files()) == 9, clock)
    waiting = set(person.coming())
    person.command_list_ok_begin()  # as a shuffle that mixes well
    person.move(6, 0)
    for place in range(1, 9, 2):
        person.move(place, 8)
    person.command_list_end()
    await until(lambda: len(person.files()) == 3, clock)
    assert set(person.coming()) == waiting
    assert person.status()["song"] == "0"


@pytest.fixture
async def dj_playing(switch_on, until, mpd_server):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        yield dj


async def test_an_mpd_that_hung_is_told_as_such_and_plays_on(
    *, dj_playing, mpd_server, person, until, clock
):
    dj = dj_playing
    person.seekcur(SONG_S - 0.3)
    os.kill(mpd_server._process.pid, signal.SIGSTOP)
    await until(lambda: not dj.status().connected, clock)
    assert "no answer within" in dj.status().detail
    os.kill(mpd_server._process.pid, signal.SIGCONT)
    await until(lambda: dj.status().playing and len(dj.status().coming) == 2, clock)


async def test_why_explains_the_song_that_plays_after_a_restart_too(
    *, switch_on, person, until, clock, room
):
    async with switch_on() as dj:
        dj.hear(room(Emotion.SAD))
        await until(lambda: dj.status().playing and person.waits_for(SADDEST))
        person.next()
        await until(lambda: person.current() in SADDEST and len(person.coming()) == 2)
        await until(lambda: dj.status().why.startswith(dj.status().playing or "?"))
        why = dj.status().why.partition(" Then: ")[0]
        assert "the room is sad" in why
    async with switch_on() as dj:
        await until(lambda: dj.status().playing)
        assert dj.status().why.startswith(why)
        person.addid("happy/0.flac", "+0")
        await until(lambda: [song.by for song in dj.status().next] == ["person", "box", "box"])
        person.next()
        await until(lambda: "happy 0: somebody queued it" in dj.status().why)


async def test_after_a_clear_the_owner_is_told_how_to_have_music_again(
    dj_playing, person, until, clock
):
    person.clear()
    await until(lambda: "somebody cleared the queue" in dj_playing.status().hint)
    assert dj_playing.status().state == "stopped"
    left_s = dj_playing.status().yield_left_s
    await clock.advance(60)
    await until(lambda: dj_playing.status().yield_left_s <= left_s - 60)
    moving = asyncio.create_task(dj_playing.move_on())
    await until(moving.done, clock)
    await until(lambda: dj_playing.status().state == "playing", clock)
    assert not dj_playing.status().hint
