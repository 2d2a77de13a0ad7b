import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from edgemood.clock import ManualClock
from edgemood.config.schema import PanelConfig
from edgemood.panel.gestures import Gesture
from edgemood.panel.led import SIGNALS, LedState
from edgemood.panel.panel import Panel, open_panel

CONFIG = PanelConfig(hold_s=2.0)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


@pytest.fixture
def button(pins: MockFactory) -> MockPin:
    return pins.pin(CONFIG.button_pin)


@pytest.fixture
def led(pins: MockFactory) -> MockPin:
    return pins.pin(CONFIG.led_pin)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def gestures() -> list[str]:
    return []


def told_to(gestures: list[str]) -> dict[Gesture, Callable[[], None]]:
    return {gesture: partial(gestures.append, gesture.value) for gesture in Gesture}


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)


@pytest.fixture
async def panel(pins: MockFactory, clock: ManualClock, gestures: list[str]) -> AsyncIterator[Panel]:
    panel = open_panel(CONFIG, clock, told_to(gestures), start)
    assert panel is not None
    yield panel
    panel.close()


@pytest.mark.parametrize("state", LedState)
async def test_the_led_blinks_the_rhythm_of_each_state(
    panel: Panel, clock: ManualClock, led: MockPin, state: LedState
) -> None:
    led.clear_states()
    panel.show(state)
    rhythm = SIGNALS[state].rhythm
    for blink in rhythm * 3:
        await clock.advance(0.04)
        assert led.state is True
        await clock.advance(blink.on_s - 0.08)
        assert led.state is True
        await clock.advance(0.08)
        assert led.state is False
        await clock.advance(blink.off_s - 0.08)
        assert led.state is False
        await clock.advance(0.04)
    history = [entry.state for entry in led.states[: 1 + 2 * 3 * len(rhythm)]]
    assert history == [False] + [True, False] * len(rhythm) * 3


async def test_showing_the_same_state_again_does_not_disturb_its_rhythm(
    panel: Panel, clock: ManualClock, led: MockPin
) -> None:
    panel.show(LedState.LOW_LIGHT)
    await clock.advance(1.0)
    led.clear_states()
    panel.show(LedState.LOW_LIGHT)
    await clock.advance(1.0)
    assert [entry.state for entry in led.states] == [True, False]


async def test_a_new_state_replaces_the_old_one_at_once(
    panel: Panel, clock: ManualClock, led: MockPin
) -> None:
    panel.show(LedState.SENSING)
    await clock.advance(1.0)
    panel.show(LedState.LOOKING_AGAIN)
    await clock.advance(0.3)
    assert led.state is False
    await clock.advance(0.2)
    assert led.state is True


async def test_a_short_press_is_told(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    button.drive_low()
    await clock.advance(0.2)
    button.drive_high()
    await clock.advance(1.0)
    assert gestures == ["short"]


async def test_a_double_press_is_told_once_and_no_short_one(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    for edge in (button.drive_low, button.drive_high) * 2:
        edge()
        await clock.advance(0.1)
    await clock.advance(1.0)
    assert gestures == ["double"]


async def test_the_led_answers_a_finger_at_once_and_then_goes_on(
    panel: Panel, clock: ManualClock, button: MockPin, led: MockPin
) -> None:
    panel.show(LedState.SENSING)
    await clock.advance(1.0)
    assert led.state is True
    button.drive_low()
    await clock.advance(0.05)
    assert led.state is False
    panel.show(LedState.SENSING_OFF)
    await clock.advance(0.3)
    assert led.state is False
    button.drive_high()
    await clock.advance(0.05)
    assert led.state is True


async def test_a_hold_is_told_before_the_button_is_let_go(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    button.drive_low()
    await clock.advance(1.99)
    assert gestures == []
    await clock.advance(0.02)
    assert gestures == ["hold"]
    button.drive_high()
    await clock.advance(10)
    assert gestures == ["hold"]


async def test_a_stuck_button_is_held_once(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    button.drive_low()
    await clock.advance(600)
    assert gestures == ["hold"]


async def test_a_bouncing_button_is_pressed_once(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    for _ in range(5):
        button.drive_low()
        await clock.advance(0.002)
        button.drive_high()
        await clock.advance(0.002)
    button.drive_low()
    await clock.advance(0.3)
    for _ in range(5):
        button.drive_high()
        await clock.advance(0.002)
        button.drive_low()
        await clock.advance(0.002)
    button.drive_high()
    await clock.advance(1.0)
    assert gestures == ["short"]


async def test_edges_from_another_thread_reach_the_loop(
    panel: Panel, clock: ManualClock, button: MockPin, gestures: list[str]
) -> None:
    for edge in (button.drive_low, button.drive_high):
        thread = threading.Thread(target=edge)
        thread.start()
        await asyncio.to_thread(thread.join)
        await clock.advance(0.5)
    assert gestures == ["short"]


async def test_closing_leaves_the_led_dark_and_gives_the_pins_back(
    pins: MockFactory, clock: ManualClock, led: MockPin, button: MockPin, gestures: list[str]
) -> None:
    panel = Panel(CONFIG, clock, told_to(gestures), start)
    panel.show(LedState.SENSING)
    await clock.advance(1.0)
    button.drive_low()
    await clock.advance(0.2)
    panel.close()
    await clock.advance(10.0)
    button.drive_high()
    await clock.advance(10.0)
    assert led.states[-1].state is False
    assert gestures == []
    Panel(CONFIG, clock, {}, start).close()


async def test_a_button_and_an_led_on_one_pin_are_refused_and_the_pin_is_given_back(
    pins: MockFactory, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    config = PanelConfig(enabled="yes", button_pin=17, led_pin=17)
    assert open_panel(config, clock, {}, start) is None
    assert "GPIO17" in caplog.text
    gpiozero.LED(17).close()


async def test_without_gpio_there_is_no_panel_and_one_line_says_why(
    clock: ManualClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "absent")
    caplog.set_level(logging.INFO)
    assert open_panel(CONFIG, clock, {}, start) is None
    assert caplog.messages == [
        "no button and LED: no usable GPIO pins here (Unable to find pin factory 'absent')"
    ]


async def test_a_panel_asked_for_but_not_to_be_had_is_a_warning(
    clock: ManualClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "absent")
    asked = PanelConfig(enabled="yes")
    assert open_panel(asked, clock, {}, start) is None
    (record,) = caplog.records
    assert record.levelno == logging.WARNING


async def test_a_panel_switched_off_touches_no_pins(pins: MockFactory, clock: ManualClock) -> None:
    off = PanelConfig(enabled="no")
    assert open_panel(off, clock, {}, start) is None
    assert pins.pins == {}


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the process works and where it may leave temporary files; still empty afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


async def test_opening_keeps_the_working_directory_and_leaves_nothing_behind(
    empty_folder: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    open_panel(CONFIG, clock, {}, start)
    assert Path.cwd() == empty_folder
    assert "LG_WD" not in os.environ


async def test_a_led_that_fails_is_told_once_and_tried_again_and_the_button_goes_on(
    *,
    panel: Panel,
    clock: ManualClock,
    button: MockPin,
    led: MockPin,
    gestures: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    def fail(*_: object) -> None:
        raise gpiozero.GPIOZeroError("the chip is gone")

    with monkeypatch.context() as broken:
        for name in ("on", "off", "toggle"):
            broken.setattr(panel._led, name, fail)
        panel.show(LedState.SENSING)
        button.drive_low()
        await clock.advance(0.2)
        button.drive_high()
        await clock.advance(200)
        assert gestures == ["short"]
        assert caplog.text.count("the LED cannot be driven (the chip is gone)") == 1
    led.clear_states()
    await clock.advance(70)
    assert led.states
    assert caplog.text.count("the LED can be driven again") == 1


async def test_a_gesture_whose_answer_fails_does_not_end_the_reading_of_gestures(
    pins: MockFactory, clock: ManualClock, button: MockPin, caplog: pytest.LogCaptureFixture
) -> None:
    told = []

    def fail() -> None:
        told.append(1)
        raise LookupError("song 4 was forgotten")

    panel = open_panel(CONFIG, clock, dict.fromkeys(Gesture, fail), start)
    assert panel is not None
    for _ in range(2):
        button.drive_low()
        await clock.advance(0.2)
        button.drive_high()
        await clock.advance(1.0)
    assert len(told) == 2
    assert "the short press could not be answered" in caplog.text
    panel.close()


async def test_every_task_of_the_panel_has_the_owner_it_was_given(
    pins: MockFactory, clock: ManualClock, button: MockPin
) -> None:
    owned: set[asyncio.Task[None]] = set()

    def own(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        owned.add(task := start(work))
        return task

    before = asyncio.all_tasks()
    panel = open_panel(CONFIG, clock, dict.fromkeys(Gesture, lambda: None), own)
    assert panel is not None
    panel.show(LedState.SENSING)
    button.drive_low()
    await clock.advance(0.2)
    assert any(not task.done() for task in owned)
    assert asyncio.all_tasks() - before <= owned
    panel.close()
    await asyncio.wait(owned)
    assert asyncio.all_tasks() == before
