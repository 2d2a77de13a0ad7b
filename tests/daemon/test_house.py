"""The rooms joined, with a finger on the (mock) button and no MPD anywhere."""

import asyncio
import contextlib

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from edgemood.clock import ManualClock
from edgemood.config import Config
from edgemood.daemon.house import Daemon
from edgemood.daemon.memory import Memory
from edgemood.errors import EdgemoodError


@pytest.fixture
def pins():
    factory = Device.pin_factory = MockFactory()
    yield factory
    factory.close()
    Device.pin_factory = None


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def config(tmp_path):
    return Config.model_validate(
        {
            "camera": {"source": "none"},
            "microphone": {"source": "none"},
            "mpd": {"host": str(tmp_path / "no-mpd")},
            "panel": {"enabled": "yes"},
            "daemon": {"socket": tmp_path / "control.sock"},
        }
    )


@pytest.fixture
async def daemon(config, clock, pins, tmp_path):
    daemon = Daemon(config, clock, Memory(tmp_path / "state"))
    living = asyncio.create_task(daemon.run())
    async with asyncio.timeout(30):
        while daemon.status()["music"]["detail"] == "":
            await asyncio.sleep(0.005)
    await clock.advance(1)
    yield daemon
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def press(pins, config, clock, duration_s):
    button = pins.pin(f"GPIO{config.panel.button_pin}")
    button.drive_low()
    await clock.advance(duration_s)
    button.drive_high()
    await clock.advance(1)


async def test_a_held_button_switches_sensing_off_and_on(daemon, pins, config, clock):
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert not daemon.sensing
    await press(pins, config, clock, config.panel.hold_s + 0.5)
    assert daemon.sensing


async def test_a_short_press_looks_again_for_some_seconds(daemon, pins, config, clock):
    await press(pins, config, clock, 0.2)
    assert daemon.status()["looking"]
    await clock.advance(10)
    assert not daemon.status()["looking"]


async def test_with_sensing_off_a_press_cannot_look(daemon, pins, config, clock):
    daemon.set_sensing(on=False)
    await press(pins, config, clock, 0.2)
    assert not daemon.status()["looking"]
    with pytest.raises(EdgemoodError, match="edgemood resume"):
        daemon.look_again()


async def test_the_led_is_dark_when_the_daemon_has_ended(config, clock, pins, tmp_path):
    led = pins.pin(f"GPIO{config.panel.led_pin}")
    daemon = Daemon(config, clock, Memory(tmp_path))
    living = asyncio.create_task(daemon.run())
    await clock.advance(20)
    assert any(state for _, state in led.states)
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living
    assert not led.state
    assert not config.daemon.socket.exists()


async def test_a_verb_that_does_not_exist_is_answered_with_those_that_do(daemon):
    with pytest.raises(EdgemoodError, match="dance: unknown; say one of status"):
        await daemon.obey("dance")
