"""A month in a house with an MPD that everybody has a hand on, and an observer who reads MPD's log.

`make month` lives through a longer one: DEEDS_A_DAY is what people do on a day.
"""

import asyncio
import os
import random
import re
import shutil
import socket
from collections import Counter
from contextlib import suppress
from pathlib import Path

import mpd
import pytest

from deploy.demo.mpd_server import PrivateMpd
from edgemood.config.schema import Config
from edgemood.emotion import Emotion
from edgemood.music.library import SongIndex

DAYS = 30
DEEDS_A_DAY = int(os.environ.get("DEEDS_A_DAY", "6"))

FILES = [f"{mood}/{n}.{kind}" for mood in ("happy", "sad") for n, kind in ((0, "flac"), (1, "ogg"))]

FOR_PEOPLE_ONLY = {
    *("add", "clear", "consume", "crossfade", "delete", "disableoutput", "enableoutput", "load"),
    *("move", "play", "previous", "prio", "prioid", "random", "repeat", "rm", "save", "seekcur"),
    *("shuffle", "single", "stop", "swap", "volume", "cleartagid", "rangeid", "mixrampdb"),
}
"""what the box never tells MPD to do"""


class Observer:
    """Reads what each client told MPD, in MPD's own words.

    The box comes over TCP and people come over a socket: MPD 0.24 tells clients of one process
    apart by that alone.
    """

    def __init__(self, log: Path) -> None:
        told = re.compile(r'client: (?:\[(.*?)\] )?process command (list|"(\w+)(?: "(.*?)")?.*")')
        life, of_list = 0, ""
        commands: dict[tuple[int, str], list[tuple[str, str]]] = {}
        for line in log.read_text(errors="replace").splitlines():
            life += "Loading state file" in line
            if found := told.search(line.replace('\\"', '"')):
                client = found[1] or of_list
                if found[2] == "list":
                    of_list = client
                else:
                    commands.setdefault((life, client), []).append((found[3], found[4] or ""))
        self.box = {
            client: told
            for client, told in commands.items()
            if any(command == "plchangesposid" for command, _ in told)
        }
        self.life = life

    def counts(self) -> Counter:
        return Counter(command for told in self.box.values() for command, _ in told)

    def touched(self) -> set[tuple[int, str]]:
        """Every queued song that the box removed or moved: MPD's life, and the song's id in it."""
        return {
            (life, first)
            for (life, _), told in self.box.items()
            for command, first in told
            if command in {"deleteid", "moveid"}
        }


class House:
    """People who do as the dice say, and remember which songs are theirs."""

    def __init__(self, server: PrivateMpd, connect, clock, room, until) -> None:
        self.server = server
        self.connect = connect
        self.clock = clock
        self.room = room
        self.until = until
        self.dice = random.Random(11)
        self.person = connect(server.socket)
        self.life = 1
        self.theirs: set[str] = set()
        self.ever: set[tuple[int, str]] = set()
        self.dj = None
        self.days: Counter = Counter()

    def ids(self) -> list[str]:
        return [song["id"] for song in self.person.playlistinfo()]

    def add(self, *place) -> None:
        added = self.person.addid(self.dice.choice(FILES), *place)
        self.theirs.add(added)
        self.ever.add((self.life, added))

    def add_at_the_end(self) -> None:
        self.add()

    def add_at_the_start(self) -> None:
        self.add(0)

    def add_next(self) -> None:
        self.add("+0")

    def move(self) -> None:
        self.person.moveid(self.dice.choice(self.ids()), self.dice.randrange(len(self.ids())))

    def delete(self) -> None:
        victim = self.dice.choice(self.ids())
        self.theirs.discard(victim)
        self.person.deleteid(victim)

    def clear(self) -> None:
        self.theirs.clear()
        self.person.clear()

    def play_an_album(self) -> None:
        self.clear()
        for _ in range(4):
            self.add()
        self.person.play(0)

    def crop(self) -> None:
        for song in self.person.playlistinfo():
            if song["id"] != self.person.status().get("songid"):
                self.theirs.discard(song["id"])
                self.person.deleteid(song["id"])

    def shuffle(self) -> None:
        self.person.shuffle()

    def skip(self) -> None:
        self.person.next()

    def skip_back(self) -> None:
        self.person.previous()

    def jump(self) -> None:
        self.person.play(self.dice.randrange(len(self.ids())))

    def stop(self) -> None:
        self.person.stop()

    def pause(self) -> None:
        self.person.pause()

    def switch_an_option(self) -> None:
        option = self.dice.choice([self.person.random, self.person.repeat, self.person.single])
        option(self.dice.choice([0, 1]))
        self.person.crossfade(self.dice.choice([0, 3]))

    def consume(self) -> None:
        """For a while; what MPD takes out meanwhile, the box did not."""
        self.person.consume(1)
        for _ in range(3):
            with suppress(mpd.CommandError):
                self.person.next()
        self.person.consume(0)
        self.theirs &= set(self.ids())

    def prefer(self) -> None:
        self.person.prioid(self.dice.randrange(256), self.dice.choice(self.ids()))

    def unplug_the_loudspeaker(self) -> None:
        self.person.disableoutput(0)

    def plug_the_loudspeaker_in(self) -> None:
        self.person.enableoutput(0)

    def delete_files(self) -> None:
        shutil.rmtree(self.server.music / "angry", ignore_errors=True)
        self.person.read_library()

    def restore_files(self) -> None:
        folder = self.server.music / "angry"
        shutil.copytree(self.server.music / "sad", folder, dirs_exist_ok=True)
        self.person.read_library()

    def change_the_mood(self) -> None:
        self.dj.hear(self.room(self.dice.choice(list(Emotion))))

    async def let_a_song_end(self) -> None:
        before = self.person.status().get("songid")
        self.person.seekcur(59.9)
        for _ in range(100):
            if self.person.status().get("songid") != before:
                break
            await asyncio.sleep(0.01)

    async def press(self) -> None:
        moving = asyncio.create_task(self.dj.move_on())
        await self.until(moving.done, self.clock)

    async def press_twice(self) -> None:
        moving = asyncio.create_task(self.dj.not_this())
        await self.until(moving.done, self.clock)

    async def clear_each_minute(self) -> None:
        """Some client that does; the box lets it."""
        self.add()  # clearing an empty queue leaves no trace
        await self.quiet()
        self.clear()
        await self.quiet()
        for _ in range(10):
            self.person.clear()
            await self.clock.advance(60)
            await self.quiet()
            assert self.ids() == []

    async def quiet(self) -> None:
        """Until the box has seen what was done, and has done what it does about it."""
        for _ in range(3):
            self.dj._due.set()
            await self.until(lambda: not self.dj._due.is_set() and not self.dj._hands.locked())
            await asyncio.sleep(0.002)

    async def do_something(self) -> None:
        deed = self.dice.choices(*zip(*self.deeds(), strict=True))[0]
        self.days[deed.__name__] += 1
        with suppress(mpd.CommandError, IndexError, ValueError):  # as in an empty queue
            doing = deed()
            if doing is not None:
                await doing
        await self.quiet()
        await self.clock.advance(self.dice.choice([5, 60, 1200]))
        await self.quiet()
        assert self.theirs <= set(self.ids()), f"lost by {deed.__name__}"

    def deeds(self):
        often = [self.add_at_the_end, self.add_next, self.skip, self.change_the_mood]
        seldom = [
            *(self.add_at_the_start, self.move, self.delete, self.play_an_album, self.crop),
            *(self.shuffle, self.skip_back, self.jump, self.stop, self.pause, self.consume),
            *(self.switch_an_option, self.prefer, self.unplug_the_loudspeaker),
            *(self.plug_the_loudspeaker_in, self.delete_files, self.restore_files, self.press),
            *(self.press_twice, self.let_a_song_end, self.clear, self.clear_each_minute),
        ]
        return [*((deed, 3) for deed in often), *((deed, 1) for deed in seldom)]

    def restart_mpd(self) -> None:
        """As after an update of the system; the queue is still there, under other ids."""
        before = self.ids()
        self.server.stop()
        self.server.start()
        self.person = self.connect(self.server.socket)
        self.life += 1
        pairs = zip(before, self.ids(), strict=True)
        self.theirs = {now for was, now in pairs if was in self.theirs}
        self.ever |= {(self.life, id_) for id_ in self.theirs}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(short_folder, music_folder, connect_person, port):
    more = f'log_level "verbose"\nbind_to_address "127.0.0.1"\nport "{port}"'
    with PrivateMpd(short_folder / "mpd", music_folder, more_config=more) as server:
        connect_person(server.socket).read_library()
        yield server


async def test_in_a_month_of_take_overs_no_song_of_a_persons_is_ever_removed(
    *, server, port, connect_person, switch_on, clock, room, until, monkeypatch
):
    config = Config.model_validate({"mpd": {"host": "127.0.0.1", "port": port}})
    house = House(server, connect_person, clock, room, until)
    index = SongIndex.in_memory()
    for day in range(DAYS):
        # every third morning after a power cut, else after a restart of the daemon alone
        monkeypatch.setattr(
            "edgemood.music.dj.queue_controller.boot_id", lambda day=day: str(day // 3)
        )
        async with switch_on(index=index, config=config) as house.dj:
            await until(lambda: house.dj.status().connected, clock)
            for _ in range(DEEDS_A_DAY):
                await house.do_something()
        if day % 10 == 9:
            house.restart_mpd()
    observer = Observer(server.folder / "log")
    assert observer.life == house.life
    assert len(observer.box) >= DAYS
    assert not observer.touched() & house.ever
    assert not observer.counts().keys() & FOR_PEOPLE_ONLY
    assert observer.counts()["addid"] > 2 * DAYS
    assert observer.counts()["deleteid"] > DAYS / 2
    assert len(house.ever) > DAYS
