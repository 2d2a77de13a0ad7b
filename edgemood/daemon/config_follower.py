"""Puts in force what the owner writes, and goes back from what the box does not run on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgemood.clock import Clock
from edgemood.config import Config, ConfigWatch, LastGood
from edgemood.daemon import log_setup as journal
from edgemood.daemon.daemon import Daemon
from edgemood.daemon.overview import ConfigSource
from edgemood.errors import EdgemoodError

FILE_CHECK_S: Final = 2.0
"""how soon an edit of config.yaml is noticed"""
PROVEN_S: Final = 10.0
"""a configuration on which everything ran for so long is a good one"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """The owner's text, while it is not known yet whether the box runs on it."""

    text: str
    since_s: float


class ConfigFollower:
    """Keeps a daemon on the newest configuration that it runs on."""

    def __init__(
        self,
        file: Path,
        daemon: Daemon,
        clock: Clock,
        *,
        watch: ConfigWatch,
        last_good: LastGood,
        config: Config,
        trial: Trial | None,
    ) -> None:
        """`config` is in force; with a `trial`, it has yet to prove itself."""
        self._file = file
        self._watch = watch
        self._last_good = last_good
        self._clock = clock
        self._daemon = daemon
        self._config = config
        self._trial = trial

    async def run(self) -> None:
        """Look at the file until cancelled."""
        while True:
            await self._clock.sleep(FILE_CHECK_S)
            await self._judge()
            if self._watch.changed():
                await self._take()

    async def _take(self) -> None:
        """The file holds another text."""
        choice = self._last_good.choose()
        complain(choice.problems)
        self._daemon.source = ConfigSource(self._file, choice.problems)
        if choice.text is None:
            return
        if choice.config != self._config:
            try:
                await self._go_over(choice.config)
            except Exception as error:  # noqa: BLE001 - whatever a value does, the music goes on
                self._daemon.source = ConfigSource(self._file, (refused(self._file, error),))
                return
            log.info("%s: the new configuration is in force", self._file)
        self._trial = Trial(choice.text, self._clock.now_s())

    async def _go_over(self, config: Config) -> None:
        """Raises what keeps the daemon from it; it goes on with what it had, then."""
        try:
            await self._daemon.reconfigure(config)
        except Exception:
            await self._daemon.reconfigure(self._config)
            raise
        self._config = config
        journal.set_up(config.daemon.log)

    async def _judge(self) -> None:
        """Keep a configuration that has run for a while; go back from one that does not."""
        trial = self._trial
        if trial is None or self._clock.now_s() - trial.since_s < PROVEN_S:
            return
        self._trial = None
        if not self._daemon.failing:
            self._last_good.keep(trial.text)
            return
        last_good = self._last_good.last_good()
        if last_good is None or last_good == self._config:
            return
        problem = refused(self._file, "; ".join(self._daemon.failing))
        await self._go_over(last_good)
        self._daemon.source = ConfigSource(self._file, (problem,))


def refused(file: Path, error: Exception | str) -> str:
    """Note that the owner's configuration does not work, and why."""
    problem = (
        f"{file}: the box does not run on this ({error}); "
        "the last configuration that was good stays in force"
    )
    if isinstance(error, str | EdgemoodError):
        log.error("%s", problem)
    else:
        log.error("%s", problem, exc_info=error)
    return problem


def complain(problems: Iterable[str]) -> None:
    """Note what is wrong with a configuration."""
    for problem in problems:
        log.error("%s", problem)
