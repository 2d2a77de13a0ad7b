"""The front of the box: what its button does, and what its LED and systemd's line say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from edgemood.clock import Clock
from edgemood.config.schema import PanelConfig
from edgemood.daemon import sd_notify
from edgemood.daemon.box import Box
from edgemood.daemon.overview import Overview
from edgemood.daemon.tasks import Tasks
from edgemood.errors import EdgemoodError
from edgemood.panel import Gesture, Panel, open_panel

SHOW_EVERY_S: Final = 0.5

log = logging.getLogger(__name__)


class Front:
    """Button, LED and the line for ``systemctl status``."""

    def __init__(
        self, box: Box, clock: Clock, tasks: Tasks, overview: Callable[[], Overview]
    ) -> None:
        self._box = box
        self._clock = clock
        self._tasks = tasks
        self._overview = overview
        self._panel: Panel | None = None
        self._ready = False
        self._told = ""

    def open(self, config: PanelConfig) -> None:
        """Take the pins, where there are any."""
        gestures = {
            Gesture.SHORT: self._pressed,
            Gesture.DOUBLE: self._pressed_twice,
            Gesture.HOLD: self._held,
        }
        start = partial(self._tasks.soon, "panel")
        self._panel = open_panel(config, self._clock, gestures, start)

    def reconfigure(self, config: PanelConfig) -> None:
        """Go over to other pins. Raises EdgemoodError when that costs the panel."""
        had_one = self._panel is not None
        self.close()
        self.open(config)
        if had_one and self._panel is None and config.enabled != "no":
            raise EdgemoodError("panel: button and LED cannot be had on these pins")

    def close(self) -> None:
        """Give the pins back; what is wrong with them keeps nothing else open."""
        if self._panel is None:
            return
        try:
            self._panel.close()
        except Exception:
            log.exception("panel: could not be closed in order")
        self._panel = None

    async def show_for_ever(self) -> None:
        """Tell LED and systemd how things stand; ends by being cancelled."""
        while True:
            self._show(self._overview())
            await self._clock.sleep(SHOW_EVERY_S)

    def _show(self, now: Overview) -> None:
        if self._panel is not None:
            self._panel.show(now.led())
        if not self._ready and now.started():
            self._ready = True
            sd_notify.ready()
        if (line := now.line()) != self._told:
            self._told = line
            sd_notify.status(line)

    def _pressed(self) -> None:
        if self._box.can_look:
            self._box.look_again()
        else:
            log.info("button pressed while sensing is off: only the music moves on")
            self._tasks.soon("button", self._box.move_on())

    def _pressed_twice(self) -> None:
        async def skip() -> None:
            log.info("button pressed twice: %s", await self._box.not_this())

        self._tasks.soon("button pressed twice", skip())

    def _held(self) -> None:
        self._box.toggle_sensing()
