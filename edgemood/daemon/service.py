"""The daemon as a process: configuration, signals, reload, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Any

from edgemood.clock import Clock, SystemClock
from edgemood.config import Config, ConfigWatch, load_or_last_good
from edgemood.daemon import journal, notify
from edgemood.daemon.house import Daemon
from edgemood.daemon.lock import only_daemon_in
from edgemood.daemon.memory import Memory
from edgemood.daemon.status import ConfigSource
from edgemood.trouble import Faults

FILE_CHECK_S = 2.0
"""how soon an edit of config.yaml is noticed"""

log = logging.getLogger(__name__)


def run(config_file: Path, state: Path) -> None:
    """Run until SIGTERM, SIGINT, or the end of the terminal.

    `state` is the folder for what outlives the process. An edit of the file puts a new
    configuration in force; a bad file never does. Raises AlreadyRunningError and ControlError.
    """
    with only_daemon_in(state):
        asyncio.run(_Service(config_file, state, SystemClock()).run())


class _Service:
    """One daemon after another, each with the configuration in force at its start."""

    def __init__(self, config_file: Path, state: Path, clock: Clock) -> None:
        self._file = config_file
        self._state = state
        self._clock = clock
        self._faults = Faults()
        self._memory = Memory(state, self._faults)
        self._watch = ConfigWatch(config_file)
        self._ending = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._ending.set)
        config, problems = load_or_last_good(self._file, self._state)
        while not self._ending.is_set():
            journal.set_up(config.daemon.log)
            _complain(problems)
            source = ConfigSource(self._file, tuple(problems))
            daemon = Daemon(
                config, self._clock, self._memory, source, self._state, faults=self._faults
            )
            living = asyncio.create_task(daemon.run())
            changing = asyncio.create_task(self._next_config(daemon, config))
            await _first_of(living, changing, asyncio.create_task(self._ending.wait()))
            if changing.done() and not changing.cancelled():
                config, problems = changing.result(), []
                log.info("%s: the new configuration is in force", self._file)
        notify.stopping()

    async def _next_config(self, daemon: Daemon, current: Config) -> Config:
        """Wait until the file holds another valid configuration, and return that."""
        while True:
            await self._clock.sleep(FILE_CHECK_S)
            if not self._watch.changed():
                continue
            config, problems = load_or_last_good(self._file, self._state)
            _complain(problems)
            if not problems and config != current:
                return config
            daemon.source = ConfigSource(self._file, tuple(problems))


async def _first_of(*tasks: asyncio.Task[Any]) -> None:
    """Wait for one of the tasks; end the others tidily; raise what one of them raised."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
    for ending in endings:
        if isinstance(ending, Exception):
            raise ending


def _complain(problems: list[str]) -> None:
    for problem in problems:
        log.error("%s", problem)
