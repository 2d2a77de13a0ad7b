"""Tasks with an owner: whatever one of them does, the others live."""

import asyncio
import contextlib
import logging
import sqlite3

import pytest

from edgemood.clock import ManualClock
from edgemood.daemon.tasks import STEADY_S, Tasks
from edgemood.errors import LibraryError
from edgemood.incident import Faults

ERRORS = [
    LibraryError("library.db: disk I/O error"),
    LookupError("song 4 was forgotten"),
    sqlite3.OperationalError("database is locked"),
    ZeroDivisionError(),
    asyncio.CancelledError(),
    ExceptionGroup("two", [TypeError("a list"), KeyError("row")]),
    RecursionError("deep"),
    MemoryError(),
]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
async def tasks(clock, faults):
    async def hold():
        async with Tasks(clock, faults) as entered:
            made.set_result(entered)
            await asyncio.Event().wait()

    made = asyncio.get_running_loop().create_future()
    holding = asyncio.create_task(hold())
    yield await made
    holding.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await holding


@pytest.mark.parametrize("error", ERRORS, ids=repr)
async def test_a_loop_that_fails_is_told_once_and_started_again_and_disturbs_no_other(
    *, error, tasks, clock, faults, caplog
):
    begun, beats = [], []

    async def fail():
        begun.append(clock.now_s())
        raise error

    async def beat():
        while True:
            beats.append(clock.now_s())
            await clock.sleep(1)

    tasks.keep_alive("failing", fail)
    tasks.keep_alive("beating", beat)
    await clock.advance(100)
    assert begun == [0, 1, 3, 7, 15, 31, 61, 91]
    assert len(beats) == 101
    assert caplog.text.count("failing: unexpected error") == 1
    assert caplog.records[0].exc_info is not None
    assert [fault.split(" (")[0] for fault in faults] == ["failing: unexpected error"]


async def test_a_loop_that_ran_well_for_long_begins_again_at_the_shortest_pause(
    tasks, clock, faults, caplog
):
    caplog.set_level(logging.INFO)
    begun, failures = [], iter([0.0, 0.0, 0.0, STEADY_S + 1, 0.0])

    async def live():
        begun.append(clock.now_s())
        await clock.sleep(next(failures, 1e9))
        raise LookupError("gone")

    tasks.keep_alive("loop", live)
    await clock.advance(7 + STEADY_S + 0.5)
    assert begun == [0, 1, 3, 7]
    assert not list(faults)
    assert caplog.messages[-1] == "loop: works again"
    await clock.advance(0.6)
    assert list(faults)
    await clock.advance(1)
    assert begun[-1] == 7 + STEADY_S + 1 + 1


@pytest.mark.parametrize("error", ERRORS, ids=repr)
async def test_a_deed_that_fails_costs_this_deed_only(*, error, tasks, clock, caplog):
    caplog.set_level(logging.INFO)
    done = []

    async def fail():
        raise error

    async def do():
        done.append(1)

    for _ in range(3):
        tasks.soon("button", fail())
        await clock.advance(0)
    tasks.soon("button", do())
    await clock.advance(0)
    assert done == [1]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_leaving_ends_every_loop(clock, faults):
    async with Tasks(clock, faults) as tasks:
        loop = tasks.keep_alive("loop", asyncio.Event().wait)
        tasks.soon("deed cancelled before it began", asyncio.sleep(1)).cancel()
        await clock.advance(1)
        loop.cancel()
    assert loop.cancelled()
