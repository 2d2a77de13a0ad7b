"""The model of MPD that the tests of the queue's manners use behaves as the real one does."""

import pytest

from edgemood.config.schema import MpdConfig
from edgemood.music.mpd.client import Player
from tests.music.mpd_model import ModelMpd

FILES = ["happy/0.flac", "happy/1.ogg", "sad/0.flac", "sad/1.ogg"]

SCRIPTS = {
    "stop": ["play 1", "stop", "restart", "play"],
    "pause": ["play 1", "pause", "restart", "play"],
    "the end": ["play 3", "skip", "restart", "play"],
    "delete what plays": ["play 1", "delete 1", "delete 1", "delete 1"],
    "delete what is paused": ["play 1", "pause", "delete 1"],
    "delete what is paused last": ["play 3", "pause", "delete 3"],
    "delete what was stopped": ["play 1", "stop", "delete 1"],
    "delete before and behind": ["play 1", "delete 0", "delete 2"],
    "move": ["play 1", "move 1 3", "move 0 2", "move 3 0"],
    "skip while paused": ["play 1", "pause", "skip", "pause", "skip", "skip"],
    "clear": ["play 1", "clear", "restart", "add", "restart", "play"],
    "repeat": ["repeat", "play 3", "skip", "delete 3", "delete 2", "delete 1", "delete 0"],
    "consume": ["consume", "play 0", "skip", "skip", "skip", "skip"],
    "consume with repeat": ["consume", "repeat", "play 3", "skip", "skip", "skip", "skip"],
    "single": ["single", "play 1", "skip", "skip", "skip"],
    "single with repeat": ["single", "repeat", "play 1", "skip"],
    "nothing": ["clear", "play", "stop", "pause", "restart"],
    "add before": ["play 1", "insert", "stop", "insert"],
}


def by_person(person, server, deed: str, *places: str):
    numbers = list(map(int, places))
    deeds = {
        "play": person.play,
        "stop": person.stop,
        "pause": lambda: person.pause(1),
        "skip": person.next,
        "delete": person.delete,
        "move": person.move,
        "clear": person.clear,
        "add": lambda: person.add(FILES[0]),
        "insert": lambda: person.addid(FILES[0], 0),
        "repeat": lambda: person.repeat(1),
        "single": lambda: person.single(1),
        "consume": lambda: person.consume(1),
    }
    if deed == "restart":
        server.stop()
        server.start()
    else:
        deeds[deed](*numbers)


def by_model(model: ModelMpd, deed: str, *places: str) -> None:
    numbers = list(map(int, places))
    deeds = {
        "play": model.play_at if numbers else model.play_on,
        "add": lambda: model.add(FILES[0]),
        "insert": lambda: model.add(FILES[0], 0),
    }
    if deed in {"repeat", "single", "consume"}:
        setattr(model, deed, True)
    else:
        (deeds.get(deed) or getattr(model, deed))(*numbers)


def seen(now):
    coming = None if now.coming is None else now.songs.index(now.coming)
    return now.state, now.songs, now.current, coming, now.single, now.repeat, now.consume


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_the_model_does_as_mpd_does(script, mpd_server, connect_person, short_folder):
    model, person = ModelMpd(), connect_person(mpd_server.socket)
    player = Player(MpdConfig(host=str(mpd_server.socket)))
    await player.connect()
    for file in FILES:
        person.add(file)
        model.add(file)
    for deed in script:
        version, model_version = (await player.snapshot()).version, model.look().version
        by_person(person, mpd_server, *deed.split())
        by_model(model, *deed.split())
        if deed == "restart":
            person = connect_person(mpd_server.socket)
            await player.connect()
            assert await player.played_s() <= 1
            assert await model.played_s() == 0
        now, expected = await player.snapshot(), model.look()
        assert seen(now) == seen(expected), deed
        assert (now.version < version) == (expected.version < model_version), deed
    player.close()
