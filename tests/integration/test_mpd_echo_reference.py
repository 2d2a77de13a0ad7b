"""What a real MPD tells of its music, with the shipped snippet of configuration."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from deploy.demo.mpd_server import PrivateMpd
from edgemood.hearing.cleaning.reference import EchoReference

SNIPPET = Path(__file__).parents[2] / "deploy" / "mpd-edgemood.conf"
SHIPPED_PATH = "/run/mpd/edgemood.pcm"


@pytest.fixture
def fifo(short_folder) -> Path:
    return short_folder / "edgemood.pcm"


@pytest.fixture
def server(short_folder, fifo):
    music = short_folder / "songs"
    music.mkdir()
    times = np.arange(44_100 * 20) / 44_100
    soundfile.write(music / "tone.flac", 0.5 * np.sin(2 * np.pi * 440 * times), 44_100)
    snippet = SNIPPET.read_text()
    assert SHIPPED_PATH in snippet
    more = snippet.replace(SHIPPED_PATH, str(fifo))
    with PrivateMpd(short_folder / "mpd", music, more_config=more) as server:
        yield server


@pytest.fixture
def person(server, connect_person):
    person = connect_person(server.socket)
    person.read_library()
    person.add("tone.flac")
    return person


def heard(reference: EchoReference, seconds_of_sound: float) -> np.ndarray:
    """As much of the song as that, however long MPD takes."""
    pieces: list[np.ndarray] = []
    deadline_s = time.monotonic() + 600
    while sum(map(len, pieces)) < seconds_of_sound * 16_000:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
        pieces.append(reference.read(time.monotonic()))
    return np.concatenate(pieces)


def test_mpd_tells_the_song_as_it_is_whatever_the_volume(fifo, person) -> None:
    reference = EchoReference(fifo)
    person.setvol(10)
    person.play()
    sound = heard(reference, 1.0)[8_000:]
    assert np.argmax(np.abs(np.fft.rfft(sound, 16_000))) == 440
    assert sound.std() == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    reference.close()


def test_an_mpd_that_was_killed_and_started_again_is_heard_again(
    fifo, server, person, connect_person
) -> None:
    reference = EchoReference(fifo)
    person.play()
    heard(reference, 0.2)
    server.kill()
    while len(reference.read(time.monotonic())):
        pass
    server.start()
    again = connect_person(server.socket)
    again.clear()
    again.add("tone.flac")
    again.play()
    assert np.abs(heard(reference, 0.3)).max() > 0.4
    reference.close()
