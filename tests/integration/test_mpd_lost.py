"""MPD absent, killed, hung, locked, or something else altogether."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest

from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import Config, MpdConfig
from edgemood.emotion import Emotion
from edgemood.errors import PlayerError
from edgemood.music import Player
from edgemood.music.mpd.bounded_socket import Patience

SADDEST = {f"sad/{number}.{kind}" for number, kind in enumerate(["flac", "ogg"] * 2)}


def mpd_config(**values) -> MpdConfig:
    return MpdConfig.model_validate(values)


@pytest.fixture
def locked_mpd(short_folder, music_folder, free_port):
    """Anybody may read, those with a password may do more; over TCP."""
    rights = f"""
        bind_to_address "127.0.0.1"
        port "{free_port}"
        password "secret@read,add,player,control,admin"
        password "timid@read"
        default_permissions "read"
        local_permissions "read"
    """
    with PrivateMpd(short_folder / "mpd", music_folder, more_config=rights) as server:
        yield server


@asynccontextmanager
async def something_that_says(greeting: bytes):
    """A server on TCP; gives its port."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()  # a writer that nobody holds any more closes its connection
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def refusal(config: MpdConfig, **timeout: float) -> str:
    player = Player(config, **timeout)
    with pytest.raises(PlayerError) as refused:
        await player.connect()
    player.close()
    return str(refused.value)


async def test_an_absent_mpd_is_told_once_and_found_when_it_appears(
    *, short_folder, music_folder, switch_on, until, clock, caplog
):
    caplog.set_level("INFO")
    async with switch_on() as dj:
        await until(lambda: "no such socket; is mpd running?" in dj.status().detail)
        await clock.advance(300)
        assert not dj.status().connected
        assert dj.status().playing is None
        with PrivateMpd(short_folder / "mpd", music_folder):
            await until(lambda: dj.status().playing and not dj.status().detail, clock)
    assert caplog.text.count("is mpd running?") == 1
    assert caplog.text.count("/socket: connected") == 1


async def test_an_mpd_killed_while_playing_is_found_again_with_the_songs_of_people(
    *, mpd_server, connect_person, switch_on, until, clock, room, caplog
):
    async with switch_on() as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        person = connect_person(mpd_server.socket)
        person.add("happy/0.flac")
        await until(lambda: person.coming()[:1] == ["happy/0.flac"] and len(person.coming()) == 3)
        playing = person.current()
        state = mpd_server.folder / "state"
        await until(lambda: state.exists() and state.read_text().count("happy/0.flac") == 1)
        mpd_server.kill()
        await until(lambda: not dj.status().connected)
        dj.hear(room(Emotion.SAD))
        await dj.move_on()
        mpd_server.start()
        await until(lambda: dj.status().connected, clock)
        person = connect_person(mpd_server.socket)
        await until(lambda: set(person.coming()[1:]) <= SADDEST and len(person.coming()) == 3)
        assert person.coming()[0] == "happy/0.flac"
        assert person.current() == playing
        assert person.state() == "play"
    assert caplog.text.count("WARNING") == 1


async def test_a_box_goes_off_at_once_while_mpd_hangs(mpd_server, switch_on, until):
    async with switch_on() as dj:
        dj._player._patience = Patience(3600.0, 3600.0)  # longer than the test
        await until(lambda: dj.status().playing)
        os.kill(mpd_server._process.pid, signal.SIGSTOP)
        moving = asyncio.create_task(dj.move_on())
        await asyncio.sleep(0)
    moving.cancel()
    os.kill(mpd_server._process.pid, signal.SIGCONT)


async def test_a_password_opens_mpd_over_tcp(locked_mpd, free_port, switch_on, until):
    config = {"mpd": {"host": "127.0.0.1", "port": free_port, "password": "secret"}}
    async with switch_on(config=Config.model_validate(config)) as dj:
        await until(lambda: dj.status().playing)
        assert dj.status().address == f"127.0.0.1:{free_port}"


async def test_a_wrong_password_is_named(locked_mpd, free_port):
    told = await refusal(mpd_config(host="127.0.0.1", port=free_port, password="guess"))
    assert f"127.0.0.1:{free_port}" in told
    assert "incorrect password; check mpd.password in config.yaml" in told
    assert "guess" not in told


async def test_a_missing_permission_is_named(locked_mpd, free_port):
    told = await refusal(mpd_config(host="127.0.0.1", port=free_port, password="timid"))
    assert "the password gives no permission to add, control" in told
    told = await refusal(mpd_config(host="127.0.0.1", port=free_port))
    assert "gives no permission to add, control" in told


async def test_a_closed_port_is_named(free_port):
    told = await refusal(mpd_config(host="127.0.0.1", port=free_port))
    assert "nothing listens there; is mpd running?" in told


async def test_an_unknown_host_is_named():
    told = await refusal(mpd_config(host="no-such-host.invalid"))
    assert "no such host; check mpd.host" in told


async def test_a_server_that_is_no_mpd_is_named():
    async with something_that_says(b"220 mail.example ESMTP\r\n") as port:
        told = await refusal(mpd_config(host="127.0.0.1", port=port))
    assert "not an MPD server; check mpd.port" in told
    async with something_that_says(b"\xff\xfe\n") as port:
        told = await refusal(mpd_config(host="127.0.0.1", port=port))
    assert "not an MPD server; check mpd.port" in told


async def test_a_server_that_says_nothing_is_given_up():
    async with something_that_says(b"") as port:
        told = await refusal(mpd_config(host="127.0.0.1", port=port), timeout_s=0.2)
    assert "no answer within 0.2 s" in told
