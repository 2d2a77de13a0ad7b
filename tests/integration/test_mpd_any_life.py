"""Some of the lives that `test_comes_back` leads on a model, on a real MPD."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import mpd
import pytest

from edgemood.config.schema import MpdConfig
from edgemood.music.library import Library
from edgemood.music.mpd.client import Player
from edgemood.music.mpd.snapshot import State
from edgemood.music.song import Song
from tests.music.mpd_model import Entry, NotPlayingError
from tests.music.test_comes_back import FILES, House, long_life

SONG_S = 60.0


class RealMpd(Player):
    """The box's connection and people's hands, with the methods of `ModelMpd`."""

    def __init__(self, server, connect_person) -> None:
        super().__init__(MpdConfig(host=str(server.socket)))
        self.server, self.connect_person = server, connect_person
        self.person = connect_person(server.socket)
        self.known: dict[int, Entry] = {}
        self.crash_in = None
        self.consume = False

    @property
    def entries(self) -> list[Entry]:
        """What is not known to be a person's was queued by the box."""
        return [
            self.known.setdefault(int(song["id"]), Entry(song["file"], int(song["id"]), "box"))
            for song in self.person.playlistinfo()
        ]

    @property
    def state(self) -> State:
        return State(self.person.state())

    @property
    def current(self) -> int | None:
        song = self.person.status().get("song")
        return None if song is None else int(song)

    def files(self) -> list[str]:
        return self.person.files()

    def add(self, file, place=None) -> None:
        id_ = int(self.person.addid(file) if place is None else self.person.addid(file, place))
        self.known[id_] = Entry(file, id_)

    def delete(self, place) -> None:
        self.person.delete(place)

    def move(self, place, to) -> None:
        self.person.move(place, to)

    def reorder(self, _order) -> None:
        self.person.shuffle()

    def clear(self) -> None:
        self.person.clear()

    def stop(self) -> None:
        self.person.stop()

    def pause(self) -> None:
        self.person.pause(1)

    def play_on(self) -> None:
        if self.files():
            self.person.play()

    def play_at(self, place) -> None:
        self.person.play(place)

    def skip(self) -> None:
        try:
            self.person.next()
        except mpd.CommandError as error:
            raise NotPlayingError from error

    def let_end(self) -> None:
        before = self.person.status().get("songid")
        with suppress(mpd.CommandError):
            self.person.seekcur(SONG_S - 0.1)
            while self.state is State.PLAY and self.person.status().get("songid") == before:
                self.person.idle("player")

    def save(self) -> None:
        """It does, each second."""

    def restart(self, *, clean: bool = True, paused: bool = False) -> None:
        del clean  # a crash loses at most a second: too little to be told from nothing
        before, was = self.entries, self.state
        self.close()
        self.server.stop()
        self.server.start()
        self.person = self.connect_person(self.server.socket)
        ids = [int(song["id"]) for song in self.person.playlistinfo()]
        self.known = dict(zip(ids, before, strict=True))
        for id_, entry in self.known.items():
            entry.id = id_
        if paused and was is State.PLAY:
            self.person.pause(1)

    async def remove(self, id_) -> None:
        self.on_box(self.known[id_])
        await super().remove(id_)

    async def move_to_end(self, id_) -> None:
        self.on_box(self.known[id_])
        await super().move_to_end(id_)

    async def append(self, file):
        song = await super().append(file)
        if song is not None:
            self.known[song.id] = Entry(file, song.id, "box")
        return song


@pytest.mark.parametrize("seed", range(3))
def test_the_music_comes_back_on_a_real_mpd(
    mpd_server, connect_person, music_folder, record_song, seed
):
    for file in FILES:
        record_song(music_folder / file)
    connect_person(mpd_server.socket).read_library()
    library = Library.of([Song(file=file) for file in FILES])
    server = RealMpd(mpd_server, connect_person)
    life = long_life(random.Random(seed), 30)
    calm = [
        deed
        for deed in life
        if deed[0] not in {"crash", "kill", "restart paused", "repeat", "consume"}
    ]
    asyncio.run(House(server, library).live(calm))
    server.close()
