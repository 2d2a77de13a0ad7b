"""The daemon as a process: configuration, signals, reload, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Any

from edgemood.clock import Clock, SystemClock
from edgemood.config import Choice, Config, ConfigWatch, LastGood
from edgemood.daemon import log_setup as journal
from edgemood.daemon import sd_notify as notify
from edgemood.daemon.config_follower import ConfigFollower, Trial, complain, refused
from edgemood.daemon.daemon import Daemon
from edgemood.daemon.overview import ConfigSource
from edgemood.daemon.tasks import Tasks
from edgemood.errors import AlreadyRunningError
from edgemood.incident import Faults
from edgemood.memory import Memory
from edgemood.storage.folder_lock import only_daemon_in

MOST_STARTS = 3
"""starts in a row that a configuration may not survive before another is taken"""

log = logging.getLogger(__name__)


def run(config_file: Path, state: Path) -> None:
    """Run until SIGTERM, SIGINT, or the end of the terminal.

    `state` is the folder for what outlives the process. An edit of the file puts a new
    configuration in force; one on which the box cannot run never stays so. Raises
    AlreadyRunningError.
    """
    with only_daemon_in(state):
        asyncio.run(_Service(config_file, state, SystemClock()).run())


class _Service:
    """One daemon, and the configuration it is to go by."""

    def __init__(self, config_file: Path, state: Path, clock: Clock) -> None:
        self._file = config_file
        self._state = state
        self._clock = clock
        self._faults = Faults()
        self._memory = Memory(state, self._faults)
        self._last_good = LastGood(config_file, state)
        self._watch = ConfigWatch(config_file)
        self._config = Config()
        self._trial: Trial | None = None
        self._ending = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._ending.set)
        choice = self._last_good.choose()
        journal.set_up(choice.config.daemon.log)
        complain(choice.problems)
        daemon = await self._begin(choice)
        living = asyncio.create_task(daemon.run())
        following = asyncio.create_task(self._follow(daemon))
        await _first_of(living, following, asyncio.create_task(self._ending.wait()))
        self._last_good.survived()
        notify.stopping()

    async def _begin(self, choice: Choice) -> Daemon:
        """A daemon on the first configuration on which one can begin.

        Raises what keeps one from beginning on any.
        """
        problems, first_error = list(choice.problems), None
        candidates = self._candidates(choice, problems)
        for number, config in enumerate(candidates):
            daemon = None
            try:
                daemon = Daemon(
                    config, self._clock, self._memory, None, self._state, faults=self._faults
                )
                await daemon.open()
            except Exception as error:  # noqa: BLE001 - whatever a value does, the music goes on
                if daemon is not None:
                    await daemon.close()
                another_box = isinstance(error, AlreadyRunningError)
                if number + 1 == len(candidates) or (another_box and not self._last_good.known):
                    raise first_error or error from None
                first_error = first_error or error
                problems.append(refused(self._file, error))
                continue
            if choice.text is not None and config == choice.config:
                self._trial = Trial(choice.text, self._clock.now_s())
            daemon.source = ConfigSource(self._file, tuple(problems))
            self._config = config
            return daemon
        raise AssertionError

    def _candidates(self, choice: Choice, problems: list[str]) -> list[Config]:
        """What to begin on, the owner's wish first."""
        last_good = self._last_good.last_good() or Config()
        if choice.text is None or last_good == choice.config:
            return [choice.config]
        if self._last_good.starts(choice.text) > MOST_STARTS:
            problems.append(
                f"{self._file}: the box ended each time that it was started on this; it runs on "
                "the last configuration that was good"
            )
            complain(problems[-1:])
            return [last_good]
        return [choice.config, last_good]

    async def _follow(self, daemon: Daemon) -> None:
        follower = ConfigFollower(
            self._file,
            daemon,
            self._clock,
            watch=self._watch,
            last_good=self._last_good,
            config=self._config,
            trial=self._trial,
        )
        async with Tasks(self._clock, self._faults) as tasks:
            tasks.keep_alive("configuration", follower.run)


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
