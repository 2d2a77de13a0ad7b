"""Time, passed in: monotonic seconds for durations, and sleeping in them."""

from __future__ import annotations

import heapq
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the processes of the senses never sleep in a loop: 3 MB less for each
    import asyncio

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
    """A clock that only moves when told to; sleepers wake in order as it passes them."""

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
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            self._now_s, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
            await _settle()
        self._now_s = end_s


async def _settle() -> None:
    """Let tasks that can run do so until they wait again."""
    import asyncio

    for _ in range(20):
        await asyncio.sleep(0)
