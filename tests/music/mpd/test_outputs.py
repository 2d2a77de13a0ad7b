"""Whether what MPD plays can be heard."""

import pytest

from edgemood.incident import Faults
from edgemood.music.mpd.outputs import Output, SoundWatch, has_sound_server, in_use, switched_off
from edgemood.music.mpd.snapshot import QueuedSong, Snapshot, State

SPEAKER, FIFO = Output("speaker", "alsa", enabled=True), Output("ear", "fifo", enabled=True)
SPEAKER_OFF = Output("speaker", "alsa", enabled=False)
FIFO_OFF = Output("ear", "fifo", enabled=False)
SONG = QueuedSong(1, "a.flac")


class Server:
    address = "here"
    is_local = True

    def __init__(self, *outputs: Output) -> None:
        self.listed = list(outputs)

    async def outputs(self) -> list[Output]:
        return self.listed


def playing(elapsed_s: float = 30.0, **values) -> Snapshot:
    return Snapshot(
        **{"state": State.PLAY, "songs": (SONG,), "current": 0} | values | {"elapsed_s": elapsed_s}
    )


@pytest.mark.parametrize(
    ("outputs", "is_told"),
    [
        ([], False),
        ([SPEAKER, FIFO], False),
        ([FIFO], False),
        ([SPEAKER_OFF, FIFO], True),
        ([SPEAKER_OFF, SPEAKER], False),
        ([FIFO_OFF], True),
    ],
)
def test_switched_off_loudspeakers_are_told_where_there_are_some(outputs, is_told):
    assert bool(switched_off(outputs)) == is_told


def card(folder, status: str) -> None:
    place = folder / "card0" / "pcm0p" / "sub0"
    place.mkdir(parents=True, exist_ok=True)
    (place / "status").write_text(status)


def test_a_card_is_in_use_while_something_plays_on_it(tmp_path):
    assert not in_use(tmp_path)
    card(tmp_path, "closed\n")
    assert not in_use(tmp_path)
    card(tmp_path, "state: RUNNING\nowner_pid   : 7\n")
    assert in_use(tmp_path)


def test_a_sound_server_may_play_elsewhere(tmp_path):
    assert not has_sound_server(tmp_path)
    (tmp_path / "user" / "1000" / "pulse").mkdir(parents=True)
    (tmp_path / "user" / "1000" / "pulse" / "native").touch()
    assert has_sound_server(tmp_path)


@pytest.fixture
def silence(monkeypatch):
    monkeypatch.setattr("edgemood.music.mpd.outputs.in_use", lambda: False)
    monkeypatch.setattr("edgemood.music.mpd.outputs.has_sound_server", lambda: False)


async def test_a_card_that_is_not_in_use_is_told_until_it_is(silence, monkeypatch):
    faults = Faults()
    watch = SoundWatch(Server(SPEAKER, FIFO), faults)
    await watch.tend(playing())
    await watch.tend(playing(elapsed_s=0.1))
    assert not [*faults]
    await watch.tend(playing())
    assert "no sound card is in use" in next(iter(faults))
    monkeypatch.setattr("edgemood.music.mpd.outputs.in_use", lambda: True)
    await watch.tend(playing())
    assert not [*faults]


@pytest.mark.parametrize("outputs", [[FIFO], [Output("pulse", "pulse", enabled=True), FIFO]])
async def test_what_does_not_end_at_a_card_is_not_looked_for_there(silence, outputs):
    faults = Faults()
    watch = SoundWatch(Server(*outputs), faults)
    for _ in range(5):
        await watch.tend(playing())
    assert not [*faults]


async def test_an_error_lasts_until_mpd_plays_surely():
    faults = Faults()
    watch = SoundWatch(Server(FIFO), faults)
    await watch.tend(playing(state=State.STOP, error="Failed to open audio output"))
    assert "loudspeaker" in next(iter(faults))
    await watch.tend(playing(elapsed_s=0.2))
    assert len([*faults]) == 1
    await watch.tend(playing())
    assert not [*faults]
