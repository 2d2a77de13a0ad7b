"""Time, passed in: monotonic seconds for durations, and sleeping in them."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

if TYPE_CHECKING:  # the processes of the senses never sleep in a loop: 3 MB less for each
    import asyncio

_CALM_TURNS: Final = 2
"""an idle loop asks the system once more whether something has come"""
_MOST_TURNS: Final = 1000
"""of a loop in which something never waits"""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """What tells this boot from every other: monotonic seconds of another one mean nothing."""
    return _BOOT_ID.read_text().strip()


class Clock(Protocol):
    """What every loop takes instead of the `time` module."""

    def now_s(self) -> float:
        """Monotonic seconds; comparable between processes of one boot (CLOCK_MONOTONIC)."""
        ...

    async def sleep(self, duration_s: float) -> None:
        """Return once the clock has moved on by `duration_s`."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_s(self) -> float:
        return time.monotonic()

    async def sleep(self, duration_s: float) -> None:
        import asyncio

        await asyncio.sleep(duration_s)


class ManualClock:
    """A clock that only moves when told to; sleepers wake in order as it passes them.

    Between two of them it lets the loop run until everything in it waits, and the threads finish
    that work for it: see `stands_still`.
    """

    _elsewhere: ClassVar[set[asyncio.Future[None]]] = set()

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now_s(self) -> float:
        return self._now_s

    async def sleep(self, duration_s: float) -> None:
        import asyncio

        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + duration_s, next(self._order), waking))
        await waking

    async def advance(self, duration_s: float) -> None:
        """Move on by `duration_s`, letting each sleeper run at the instant it asked for."""
        end_s = self._now_s + duration_s
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            self._now_s, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
            await self._settle()
        self._now_s = end_s

    @classmethod
    @contextmanager
    def stands_still(cls) -> Iterator[None]:
        """Have every such clock wait for the end of the block before it moves on.

        Around what real threads do for the loop, so that no clock runs ahead of them.
        """
        import asyncio

        done = asyncio.get_running_loop().create_future()
        cls._elsewhere.add(done)
        try:
            yield
        finally:
            cls._elsewhere.discard(done)
            if not done.done():
                done.set_result(None)

    async def _settle(self) -> None:
        """Let tasks and threads that can get on do so, until everything waits."""
        import asyncio

        loop = asyncio.get_running_loop()
        await _until_idle(loop)
        while work := {done for done in self._elsewhere if done.get_loop() is loop}:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            await _until_idle(loop)


async def _until_idle(loop: asyncio.AbstractEventLoop) -> None:
    import asyncio

    calm = 0
    for _ in range(_MOST_TURNS):
        await asyncio.sleep(0)
        ready = loop._ready  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells
        calm = 0 if ready else calm + 1
        if calm == _CALM_TURNS:
            return
