"""Real MPDs that were set up badly: what they refuse is told, and costs nothing else."""

import asyncio
import contextlib
import shutil

import mpd
import pytest

from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import Config, MpdConfig
from edgemood.errors import LibraryError, PlayerError
from edgemood.incident import Faults
from edgemood.music import Player
from edgemood.music.library import SongIndex
from edgemood.music.library.scan.service import music_folder as folder_of


class BadlySetUp(PrivateMpd):
    """MPD with another `mpd.conf`."""

    def __init__(self, folder, music, *, without="", instead="", **options):
        super().__init__(folder, music, **options)
        lines = self._config.read_text().splitlines()
        kept = [line for line in lines if not (without and line.startswith(without))]
        self._config.write_text("\n".join([*kept, instead, ""]))

    def exceptions(self) -> list[str]:
        """What it complained of in its log."""
        log = (self.folder / "log").read_text()
        return [line for line in log.splitlines() if "exception: " in line]


@pytest.fixture
def set_up(short_folder, music_folder, connect_person):
    """An MPD with these oddities that has read the owner's songs."""
    servers = []

    def set_up(**oddities):
        server = BadlySetUp(short_folder / "mpd", music_folder, **oddities)
        server.start()
        servers.append(server)
        return server

    yield set_up
    for server in servers:
        server.stop()


@pytest.fixture
def faults() -> Faults:
    return Faults()


async def in_time(condition, clock, step_s=30.0) -> None:
    """Wait for what comes after minutes, or never."""
    async with asyncio.timeout(600):
        while not condition():
            await clock.advance(step_s)
            await asyncio.sleep(0.005)


def on_board(faults: Faults, *words: str) -> bool:
    return any(all(word in fault for word in words) for fault in faults)


async def test_a_full_queue_costs_only_the_songs_that_do_not_fit(
    *, set_up, connect_person, switch_on, faults, until, clock, caplog
):
    server = set_up(more_config='max_playlist_length "30"')
    person = connect_person(server.socket)
    person.read_library()
    for number in range(30):
        person.add(f"happy/{number % 2}.{'ogg' if number % 2 else 'flac'}")
    person.play(0)
    async with switch_on(faults=faults) as dj:
        await until(lambda: dj.status().connected)
        await until(lambda: on_board(faults, "cannot queue songs", "consume mode"), clock)
        assert "happy" in await dj.like()
        skipping = asyncio.create_task(dj.not_this())
        await until(skipping.done, clock)
        for _ in range(20):
            await clock.advance(15)
        assert dj.status().connected
        assert caplog.text.count("cannot queue songs") == 1
        person.delete((10, 30))
        await in_time(lambda: not [*faults] and len(dj.status().coming) == 2, clock)
    assert "unexpected" not in caplog.text


async def test_an_mpd_without_stickers_plays_and_takes_likes(
    *, set_up, connect_person, switch_on, faults, until, clock
):
    server = set_up(without="sticker_file")
    connect_person(server.socket).read_library()
    async with switch_on(faults=faults) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        assert "you like" in await dj.like()
        for _ in range(8):
            await clock.advance(15)
        assert dj.status().connected
        (fault,) = faults
        assert "sticker_file in mpd.conf" in fault


async def test_mpds_log_stays_clean(*, set_up, connect_person, switch_on, until, clock):
    server = set_up()
    connect_person(server.socket).read_library()
    before = server.exceptions()
    for _ in range(2):
        async with switch_on() as dj:
            await until(lambda dj=dj: dj.status().playing)
            for _ in range(8):
                await clock.advance(15)
    assert server.exceptions() == before


async def test_playlists_that_cannot_be_written_cost_only_themselves(
    *, set_up, connect_person, switch_on, faults, until, clock, caplog
):
    server = set_up()
    person = connect_person(server.socket)
    person.read_library()
    in_the_way = server.folder / "playlists" / "Mood – happy.m3u"
    in_the_way.mkdir()
    async with switch_on(faults=faults) as dj:
        await in_time(lambda: on_board(faults, "cannot write its playlists"), clock)
        assert dj.status().connected
        await until(lambda: "Mood – sad" in [row["playlist"] for row in person.listplaylists()])
        for _ in range(50):
            await clock.advance(15)
        assert caplog.text.count("cannot write its playlists") == 1
        in_the_way.rmdir()
        await in_time(lambda: not [*faults], clock)


@pytest.mark.parametrize(
    ("granted", "missing"),
    {
        "read,add,player,control": "",
        "read,add,player,admin": "",
        "read,add,player": "",
        "read,add,control": "",
        "read,player,control,admin": "add",
        "read,add": "control",
        "read": "add, control",
        "add,player,control,admin": "read",
    }.items(),
)
async def test_each_permission_that_is_missing_is_named_or_not_needed(
    *, set_up, connect_person, switch_on, faults, until, clock, granted, missing, caplog
):
    server = set_up(
        more_config='password "all@read,add,player,control,admin"\n'
        f'default_permissions "{granted}"\nlocal_permissions "{granted}"'
    )
    person = connect_person(server.socket)
    person.password("all")
    person.read_library()
    async with switch_on(faults=faults) as dj:
        if missing:
            await until(lambda: f"gives no permission to {missing};" in dj.status().detail)
            assert "mpd.password" in dj.status().detail
        else:
            await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
            assert await dj.like()
            person.sendmessage("edgemood", "why")
            for _ in range(10):
                await clock.advance(15)
            assert dj.status().connected
            assert on_board(faults, "stickers", "admin") == ("admin" not in granted)
            assert on_board(faults, "playlists", "control") == ("control" not in granted)
            assert len([*faults]) == len({"control", "admin"} - {*granted.split(",")})
    assert "Traceback" not in caplog.text


async def test_an_output_that_does_not_open_is_told(
    *, set_up, connect_person, switch_on, faults, until, clock
):
    server = set_up(output="alsa", more_config="", mixer="none")
    connect_person(server.socket).read_library()
    async with switch_on(faults=faults) as dj:
        await until(lambda: on_board(faults, "cannot play", "loudspeaker"), clock)
        assert dj.status().connected


async def test_an_output_that_does_not_open_beside_one_that_always_does_is_told(
    *, short_folder, set_up, connect_person, switch_on, faults, clock, monkeypatch
):
    monkeypatch.setattr("edgemood.music.mpd.outputs.in_use", lambda: False)
    monkeypatch.setattr("edgemood.music.mpd.outputs.has_sound_server", lambda: False)
    server = set_up(
        more_config='audio_output {\n type "alsa"\n name "speaker"\n device "hw:9"\n'
        ' mixer_type "none"\n}'
    )
    connect_person(server.socket).read_library()
    async with switch_on(faults=faults) as dj:
        await in_time(lambda: dj.status().playing, clock, 1)
        await in_time(lambda: on_board(faults, '"speaker" could not be opened'), clock, 1)
        connect_person(server.socket).disableoutput(1)
        await in_time(lambda: on_board(faults, "switched off", '"speaker"'), clock, 1)


async def test_outputs_that_are_switched_off_are_told(
    *, mpd_server, person, switch_on, faults, until, clock
):
    async with switch_on(faults=faults) as dj:
        await until(lambda: dj.status().playing)
        assert not [*faults]
        person.disableoutput(0)
        await until(lambda: on_board(faults, "makes no sound", '"null"', "mpc enable"))
        person.enableoutput(0)
        await until(lambda: not on_board(faults, "makes no sound"))


async def test_songs_whose_disk_is_gone_are_told(
    *, mpd_server, music_folder, person, switch_on, faults, until, clock
):
    async with switch_on(faults=faults) as dj:
        await until(lambda: dj.status().playing and len(dj.status().coming) == 2)
        music_folder.rename(music_folder.parent / "unplugged")
        with contextlib.suppress(mpd.CommandError):
            person.next()
        await until(lambda: on_board(faults, "cannot play", "disk"), clock)
        (music_folder.parent / "unplugged").rename(music_folder)
        async with asyncio.timeout(600):
            while not dj.status().playing or on_board(faults, "cannot play"):
                await clock.advance(30)
                await asyncio.sleep(0.05)


async def test_an_address_as_music_folder_shows_no_password(
    *, set_up, config, switch_on, until, faults, caplog
):
    set_up(
        without="music_directory",
        instead='music_directory "http://me:geheim@127.0.0.1:9/music"',
    )
    index = SongIndex.in_memory()
    async with switch_on(index=index, faults=faults) as dj:
        await until(lambda: dj.status().connected)
        await until(lambda: index.store.recall("music folder"))
    assert "geheim" not in index.store.recall("music folder")
    with pytest.raises(LibraryError, match=r"music\.directory in config\.yaml") as told:
        folder_of(index, None)
    assert "geheim" not in str(told.value) + str(dj.status()) + caplog.text
    assert "127.0.0.1:9/music" in str(told.value)


async def test_by_default_mpds_own_socket_is_found(
    *, short_folder, mpd_server, music_folder, monkeypatch
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    player = Player(MpdConfig())
    await player.connect()
    assert player.address == str(mpd_server.socket)
    assert await player.music_folder() == str(music_folder)
    player.close()
    other_port = Player(MpdConfig(port=1))
    with pytest.raises(PlayerError, match="localhost:1: nothing listens"):
        await other_port.connect()


async def test_the_music_folder_is_asked_for_though_no_song_has_changed(
    *, mpd_server, music_folder, switch_on, until
):
    index = SongIndex.in_memory()
    async with switch_on(index=index) as dj:
        await until(lambda: dj.status().playing)
    index.store.keep("music folder", "/elsewhere")
    async with switch_on(index=index) as dj:
        await until(lambda: dj.status().playing)
        await until(lambda: index.store.recall("music folder") == str(music_folder))


@pytest.mark.parametrize("buffer_kib", [64, 2048])
async def test_long_comments_do_not_hide_a_library(
    *, short_folder, record_song, set_up, connect_person, switch_on, until, clock, buffer_kib
):
    music = short_folder / "music"
    shutil.rmtree(music)
    record_song(music / "0.flac", 60, title="long", comment="word " * 2000)
    number_of_songs = 1100 if buffer_kib > 1000 else 60
    for number in range(1, number_of_songs):
        (music / f"{number}.flac").hardlink_to(music / "0.flac")
    server = set_up(more_config=f'max_output_buffer_size "{buffer_kib}"')
    person = connect_person(server.socket)
    person.read_library()
    index = SongIndex.in_memory()
    async with switch_on(index=index) as dj:
        await until(lambda: dj.status().songs == number_of_songs)
        await until(lambda: dj.status().connected and dj.status().playing)
    assert index.song_named("7.flac").title == "long"


async def test_a_song_too_long_for_mpds_answers_is_named(
    *, set_up, record_song, music_folder, connect_person, switch_on, faults, until
):
    record_song(music_folder / "endless.flac", 1, title="endless", comment="word " * 40_000)
    server = set_up(more_config='max_output_buffer_size "64"')
    connect_person(server.socket).read_library()
    async with switch_on(faults=faults) as dj:
        await until(lambda: dj.status().songs == 21)
        await until(lambda: on_board(faults, "endless.flac", "max_output_buffer_size"))
        await until(lambda: dj.status().connected and dj.status().playing)


async def test_a_long_queue_is_read_whatever_its_songs_comments(
    *, set_up, record_song, music_folder, connect_person, switch_on, until, clock, room
):
    record_song(music_folder / "long.flac", 60, title="long", comment="word " * 2000)
    server = set_up(more_config='max_output_buffer_size "128"')
    person = connect_person(server.socket)
    person.read_library()
    person.command_list_ok_begin()
    for _ in range(2500):
        person.add("long.flac")
    person.command_list_end()
    person.play(2499)
    async with switch_on() as dj:
        await until(lambda: dj.status().connected, clock)
        await until(lambda: len(dj._keeper.now.songs) >= 2500)


async def test_a_password_before_the_host_opens_mpd_and_is_shown_nowhere(
    *, set_up, free_port, connect_person, switch_on, until, caplog
):
    set_up(
        more_config=f'bind_to_address "127.0.0.1"\nport "{free_port}"\n'
        'password "geheim@read,add,player,control,admin"\ndefault_permissions "read"\n'
    )
    caplog.set_level("DEBUG")
    config = Config.model_validate({"mpd": {"host": "geheim@127.0.0.1", "port": free_port}})
    async with switch_on(config=config) as dj:
        await until(lambda: dj.status().connected)
        assert dj.status().address == f"127.0.0.1:{free_port}"
        assert "geheim" not in repr(dj.status()) + caplog.text + repr(config)
    wrong = Config.model_validate({"mpd": {"host": "falsch@127.0.0.1", "port": free_port}})
    async with switch_on(config=wrong) as dj:
        await until(lambda: "check mpd.password in config.yaml" in dj.status().detail)
        assert "falsch" not in repr(dj.status()) + caplog.text
