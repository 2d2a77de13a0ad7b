import asyncio
import contextlib
import logging

import pytest

from edgemood.clock import ManualClock
from edgemood.daemon.watchdog import Watchdog


@pytest.fixture
def clock():
    return ManualClock()


async def test_fed_while_every_loop_gets_somewhere(clock):
    feeds = []
    async with _running(Watchdog(clock, patience_s=30), feeds, "mood", "music") as watchdog:
        for _ in range(10):
            await clock.advance(10)
            watchdog.progress("mood")
            watchdog.progress("music")
    assert len(feeds) == 11


async def test_one_stuck_loop_stops_the_feeding_and_is_named_once(clock, caplog):
    feeds = []
    async with _running(Watchdog(clock, patience_s=30), feeds, "mood", "music") as watchdog:
        for _ in range(10):
            await clock.advance(10)
            watchdog.progress("mood")
    assert len(feeds) == 4
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "music" in errors[0]
    assert "mood" not in errors[0]


@contextlib.asynccontextmanager
async def _running(watchdog, feeds, *loops):
    for loop in loops:
        watchdog.expect(loop)
    task = asyncio.create_task(watchdog.run(lambda: feeds.append(1), every_s=10))
    yield watchdog
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
