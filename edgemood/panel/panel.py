"""The button and the LED on the pins of a Raspberry Pi."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import gpiozero

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import PanelConfig
from edgemood.incident import Trouble
from edgemood.panel.gestures import Gesture, GestureReader
from edgemood.panel.led import SIGNALS, Blink, LedState

log = logging.getLogger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
"""before an LED that could not be driven is tried again"""

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""makes a task that belongs to somebody"""


class Panel:
    """One button and one LED. Make it inside a running event loop; everything happens on that loop.

    The button connects its pin to ground, the LED hangs between its pin and ground. As long as the
    button is down the LED stands still, lit where it was dark and dark where it was lit: a finger
    is answered at once, though what it means shows only afterwards.
    """

    def __init__(
        self,
        config: PanelConfig,
        clock: Clock,
        on_gesture: Mapping[Gesture, Callable[[], None]],
        start: Start,
    ) -> None:
        """`start` makes the panel's tasks, and owns them: what one raises is for it to tell."""
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._start = start
        self._on_gesture = on_gesture
        self._led_trouble = Trouble(log)
        self._gestures = GestureReader(config.hold_s)
        self._look: asyncio.Task[None] | None = None
        self._shown: LedState | None = None
        self._touched = False
        self._blinking: asyncio.Task[None] | None = None
        with contextlib.ExitStack() as undo:
            # not gpiozero.Button: it starts a thread of its own to time how long it is held
            self._button = undo.enter_context(
                gpiozero.DigitalInputDevice(config.button_pin, pull_up=True)
            )
            self._led = undo.enter_context(gpiozero.LED(config.led_pin))
            self._button.when_activated = self._press_in_pin_thread
            self._button.when_deactivated = self._release_in_pin_thread
            undo.pop_all()

    def show(self, state: LedState) -> None:
        """Blink the rhythm of `state` until told otherwise."""
        if state is self._shown:
            return
        self._shown = state
        if not self._touched:
            self._start_blinking()

    def close(self) -> None:
        """Give the pins back, the LED dark."""
        self._button.when_activated = None
        self._button.when_deactivated = None
        for task in (self._look, self._blinking):
            if task is not None:
                task.cancel()
        with contextlib.ExitStack() as closing:  # each, whatever becomes of the others
            closing.callback(self._button.close)
            closing.callback(self._led.close)
            closing.callback(self._led.off)

    def _start_blinking(self) -> None:
        if self._blinking is not None:
            self._blinking.cancel()
        if self._shown is not None:
            self._blinking = self._start(self._blink(SIGNALS[self._shown].rhythm))

    def _answer_finger(self) -> None:
        if self._gestures.down == self._touched:
            return
        self._touched = self._gestures.down
        if not self._touched:
            self._start_blinking()
        elif self._blinking is not None:
            self._blinking.cancel()
            with self._led_may_fail():
                self._led.toggle()

    async def _blink(self, rhythm: tuple[Blink, ...]) -> None:
        backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        while True:
            with self._led_may_fail():
                for blink in rhythm:
                    self._led.on()
                    await self._clock.sleep(blink.on_s)
                    self._led.off()
                    await self._clock.sleep(blink.off_s)
                self._led_trouble.ends("the LED can be driven again")
                backoff.reset()
                continue
            await self._clock.sleep(backoff.pause_s())

    @contextlib.contextmanager
    def _led_may_fail(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - every pin library raises errors of its own
            self._led_trouble.starts(f"the LED cannot be driven ({error})")

    def _press_in_pin_thread(self) -> None:
        self._edge_soon(pressed=True)

    def _release_in_pin_thread(self) -> None:
        self._edge_soon(pressed=False)

    def _edge_soon(self, *, pressed: bool) -> None:
        edge = partial(self._edge, self._clock.now_s(), pressed=pressed)
        self._loop.call_soon_threadsafe(edge)

    def _edge(self, at_s: float, *, pressed: bool) -> None:
        self._act(self._gestures.feed(at_s, pressed=pressed))
        if self._look is not None:
            self._look.cancel()
        self._look = self._start(self._look_when_due())

    async def _look_when_due(self) -> None:
        while (due_s := self._gestures.look_at_s) is not None:
            await self._clock.sleep(max(0.0, due_s - self._clock.now_s()))
            # a sleep may end a rounding error early
            self._act(self._gestures.look(max(due_s, self._clock.now_s())))

    def _act(self, gestures: Iterable[Gesture]) -> None:
        self._answer_finger()
        for gesture in gestures:
            log.info("button: %s press", gesture)
            try:
                self._on_gesture[gesture]()
            except Exception:
                log.exception("button: the %s press could not be answered", gesture)


def open_panel(
    config: PanelConfig,
    clock: Clock,
    on_gesture: Mapping[Gesture, Callable[[], None]],
    start: Start,
) -> Panel | None:
    """The panel, or None where it is switched off or cannot be had; the log says why, once."""
    if config.enabled == "no":
        return None
    with warnings.catch_warnings(record=True) as fallbacks, _folder_for_lgpio():
        warnings.simplefilter("always", gpiozero.PinFactoryFallback)
        try:
            return Panel(config, clock, on_gesture, start)
        except Exception as error:  # noqa: BLE001 - every pin library raises errors of its own
            causes = [*(str(fallback.message) for fallback in fallbacks), str(error)]
            cause = causes[0].removeprefix("Falling back from ")
    if config.enabled == "yes":
        log.warning(
            "no button and LED, though panel.enabled is yes (%s): going on without them. "
            "On a Raspberry Pi install python3-lgpio and let edgemood's user join the group gpio",
            cause,
        )
    else:
        log.info("no button and LED: no usable GPIO pins here (%s)", cause)
    return None


@contextlib.contextmanager
def _folder_for_lgpio() -> Iterator[None]:
    """Somewhere for lgpio to leave its FIFO.

    On import it changes to the folder named by LG_WD, else stays in the working directory, makes
    a FIFO there, and never removes it. Once opened the FIFO is not needed by name.
    """
    here = os.getcwd()  # noqa: PTH109 - goes back to it as text
    with tempfile.TemporaryDirectory(prefix="edgemood-") as folder:
        os.environ["LG_WD"] = folder
        try:
            yield
        finally:
            os.chdir(here)
            del os.environ["LG_WD"]
