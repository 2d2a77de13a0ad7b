"""The whole daemon and a real MPD: what it shows of the music, and what one that hangs costs."""

import asyncio
import contextlib
import os
import signal
from dataclasses import replace

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from edgemood.clock import SystemClock
from edgemood.daemon import Daemon
from edgemood.memory import Memory
from edgemood.mood import Sense
from edgemood.music import Player
from edgemood.panel import LedState
from edgemood.pipe import SenseState

FOR_EVER_S = 3600.0


@pytest.fixture
def _pins():
    factory = Device.pin_factory = MockFactory()
    yield
    factory.close()
    Device.pin_factory = None


@pytest.fixture
async def daemon(*, mpd_server, config, short_folder, monkeypatch, until, _pins):
    """It plays, hears nothing, and waits for MPD as long as it takes."""
    silent = ("sh", "-c", "cat > /dev/null")
    commands = "edgemood.daemon.senses.sense_process.COMMANDS"
    monkeypatch.setattr(commands, dict.fromkeys(Sense, silent))
    monkeypatch.setattr(Player.__init__, "__defaults__", (FOR_EVER_S,))
    settings = {
        "camera": {"source": "none"},
        "panel": {"enabled": "yes"},
        "daemon": {"socket": short_folder / "control.sock"},
        "music": {"analyse": "no"},
    }
    daemon = Daemon(config.model_validate(config.model_dump() | settings), SystemClock(), Memory())
    living = asyncio.create_task(daemon.run())
    await until(lambda: daemon.box.status()["music"]["playing"])
    voice = daemon._senses.processes[Sense.VOICE]
    voice._tell(replace(voice.report, state=SenseState.WORKING))
    yield daemon
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


@contextlib.contextmanager
def hung(server):
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server._process.pid, signal.SIGCONT)


async def test_while_mpd_hangs_the_mood_is_decided_and_the_led_changes(daemon, mpd_server, until):
    def shown():
        return daemon._front._panel._shown

    with hung(mpd_server):
        skipping = asyncio.create_task(daemon.obey("not-this"))
        await until(lambda: shown() is LedState.NOT_THIS_ONE)  # it waits for MPD
        for asked, emotion in (("happy", "happy"), ("sad", "sad"), ("auto", None)):
            await daemon.obey(f"mood {asked}")
            await until(lambda emotion=emotion: daemon._room.mood.emotion == emotion)
        await daemon.obey("redetect")
        await until(lambda: daemon._room._tracker.looking.again)
        await until(lambda: not daemon._room._tracker.looking.again)
        assert not skipping.done()
        assert not daemon._watchdog.stuck()
    assert (await skipping)["said"].startswith("not ")
    await until(lambda: shown() is not LedState.NOT_THIS_ONE)


async def test_what_led_and_systemd_are_told_of_the_music_is_what_is(
    daemon, mpd_server, person, until
):
    def told():
        """The status kept for LED and systemd, if it is that of now, whatever time has gone by."""
        kept, now = (
            replace(status, elapsed_s=None, yield_left_s=None)
            for status in (daemon._music.last_status, daemon._music.dj.status())
        )
        return kept if kept == now else None

    before = person.current()
    person.next()
    await until(lambda: (now := told()) and person.current() != before and now.playing)
    person.add("happy/0.flac")
    await until(lambda: (now := told()) and any(song.by == "person" for song in now.next))
    person.pause(1)
    await until(lambda: (now := told()) and now.state == "paused" and now.hint)
    await daemon.obey("lift")
    await until(lambda: (now := told()) and now.strategy == "lift")
    mpd_server.kill()
    await until(lambda: (now := told()) and not now.connected and now.detail)
