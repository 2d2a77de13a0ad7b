"""A child of the daemon's: what `test_senses.py` and `test_background.py` do not show of it."""

import asyncio
import contextlib
import os
import signal
import sys

from edgemood.clock import ManualClock, SystemClock
from edgemood.daemon.child import ORDERLY, Child, Habits

HABITS = Habits(first_pause_s=1.0, longest_pause_s=60.0, steady_s=100.0)
REPEATS_ITS_ORDER = "print(input(), flush=True)"
WAITS_FOR_THE_END = "print('here', flush=True); import sys; sys.stdin.read(); print('bye')"


def child(text, clock, take=lambda _: None, habits=HABITS):
    return Child((sys.executable, "-c", text), b"an order\n", take, habits, clock)


async def eventually(condition):
    async with asyncio.timeout(600):
        while not condition():
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def living(process, ended=lambda _: None):
    task = asyncio.create_task(process.run(ended))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_hears_its_order_and_ends_in_good_order_when_it_has_done_it():
    lines, ends = [], []
    process = child(REPEATS_ITS_ORDER, ManualClock(), lines.append)
    async with living(process, ends.append):
        await eventually(lambda: ends)
    assert lines == [b"an order\n"]
    assert ends == [ORDERLY]
    assert process.pid is None


async def test_pauses_double_until_one_has_lived_long():
    clock, lines, ends = ManualClock(), [], []
    process = child(WAITS_FOR_THE_END, clock, lines.append)
    async with living(process, ends.append):
        for life, (lived_s, pause_s) in enumerate([(0, 1.0), (0, 2.0), (HABITS.steady_s, 1.0)]):
            await eventually(lambda life=life: len(lines) > life)
            await clock.advance(lived_s)
            os.kill(process.pid, signal.SIGKILL)
            await eventually(lambda life=life: len(ends) > life)
            await clock.advance(pause_s - 0.1)
            assert process.restarts == life
            await clock.advance(0.2)
            assert process.restarts == life + 1
    assert set(ends) == {"ended (signal 9)"}


async def test_one_that_speaks_nonsense_is_ended():
    def refuse(line):
        raise ValueError(f"not a word: {line!r}")

    ends = []
    async with living(child(WAITS_FOR_THE_END, ManualClock(), refuse), ends.append):
        await eventually(lambda: ends)
    assert ends == ["speaks nonsense: not a word: b'here\\n'"]


async def test_one_without_limits_may_be_silent():
    clock, lines = ManualClock(), []
    process = child(WAITS_FOR_THE_END, clock, lines.append)
    async with living(process):
        await eventually(lambda: lines)
        pid = process.pid
        await clock.advance(1e6)
        assert process.pid == pid


async def test_the_machines_own_clock_waits_for_one_without_limits_as_well():
    lines = []
    process = child(WAITS_FOR_THE_END, SystemClock(), lines.append)
    async with living(process):
        await eventually(lambda: lines)
        assert process.pid is not None
