"""Feeds systemd's watchdog for as long as every loop that should be alive reports progress."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edgemood.clock import Clock

log = logging.getLogger(__name__)


class Watchdog:
    """Knows the loops that should be alive and when each last got anywhere."""

    def __init__(self, clock: Clock, patience_s: float) -> None:
        """A loop that reports nothing for `patience_s` counts as stuck."""
        self._clock = clock
        self._patience_s = patience_s
        self._progress_s: dict[str, float] = {}
        self._stuck: frozenset[str] = frozenset()

    def expect(self, loop: str) -> None:
        """From now on `loop` has to report progress."""
        self.progress(loop)

    def progress(self, loop: str) -> None:
        """`loop` got somewhere."""
        self._progress_s[loop] = self._clock.now_s()

    def stuck(self) -> frozenset[str]:
        """The loops that have been silent for too long."""
        oldest_s = self._clock.now_s() - self._patience_s
        return frozenset(loop for loop, at_s in self._progress_s.items() if at_s < oldest_s)

    async def run(self, feed: Callable[[], None], every_s: float) -> None:
        """Call `feed` every `every_s` seconds while nothing is stuck; until cancelled."""
        while True:
            stuck = self.stuck()
            if stuck and stuck != self._stuck:
                log.error("no progress from %s; systemd will restart us", ", ".join(sorted(stuck)))
            self._stuck = stuck
            if not stuck:
                feed()
            await self._clock.sleep(every_s)
