"""Keeps the control socket open: one that is lost or cannot be had costs itself only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.daemon.control.conversation import Handle
from edgemood.daemon.control.server import ControlServer
from edgemood.errors import AlreadyRunningError, ControlError
from edgemood.incident import Faults, Trouble

CHECK_S: Final = 5.0
"""how often the socket is looked after"""
_LONGEST_PAUSE_S: Final = 60.0
"""between tries to open it"""

log = logging.getLogger(__name__)


class Reachable:
    """A control server, on whatever path the configuration has now."""

    def __init__(self, path: Path, handle: Handle, clock: Clock, faults: Faults) -> None:
        self._handle = handle
        self._clock = clock
        self._faults = faults
        self._server = self._server_at(path)
        self._lost = Trouble(log, faults)

    @property
    def failing(self) -> tuple[str, ...]:
        """The path at which nobody is answered; empty when somebody is."""
        return (str(self._server.path),) if self._lost.lasts else ()

    async def open(self) -> None:
        """Begin to answer, unless that was tried. Raises AlreadyRunningError."""
        if self._server.reachable or self._lost.lasts:
            return
        try:
            await self._server.start()
        except ControlError as error:
            self._lost.starts(str(error))

    async def move(self, path: Path) -> None:
        """Answer there. Raises ControlError or AlreadyRunningError, and stays where it is then."""
        if path == self._server.path:
            return
        moved = self._server_at(path)
        await moved.start()
        before, self._server = self._server, moved
        await before.close()
        self._lost.ends(f"{path}: requests are answered there")

    async def keep_open(self) -> None:
        """Open the socket again when it is lost, as when somebody deletes its file."""
        backoff = Backoff(CHECK_S, _LONGEST_PAUSE_S)
        while True:
            await self._clock.sleep(backoff.pause_s())
            if self._server.reachable:
                backoff.reset()
                continue
            await self._server.close()
            try:
                await self._server.start()
            except (ControlError, AlreadyRunningError) as error:
                self._lost.starts(str(error))
            else:
                self._lost.ends(f"{self._server.path}: requests are answered there again")

    async def close(self) -> None:
        """Hang up on everybody and remove the socket's file."""
        await self._server.close()

    def _server_at(self, path: Path) -> ControlServer:
        return ControlServer(path, self._handle, self._clock, self._faults)
