"""A child of the daemon's: what `test_senses.py` and `test_background.py` do not show of it."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from edgemood.clock import ManualClock, SystemClock
from edgemood.processes.chatter import Chatter
from edgemood.processes.supervised import ORDERLY, Child, Habits

HABITS = Habits(first_pause_s=1.0, longest_pause_s=60.0, steady_s=100.0)
REPEATS_ITS_ORDER = "print(input(), flush=True)"
WAITS_FOR_THE_END = "print('here', flush=True); import sys; sys.stdin.read(); print('bye')"


def child(text, clock, take=lambda _: None, habits=HABITS):
    return Child((sys.executable, "-c", text), b"an order\n", take, habits, clock)


async def eventually(condition):
    async with asyncio.timeout(600):
        while not condition():
            await asyncio.sleep(0.01)


def commands_of_children():
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.split()]


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


TALKS_THEN_HANGS = "print('here', flush=True); import time; time.sleep(600)"
LIMITED = Habits(1.0, 60.0, 100.0, startup_limit_s=60.0, silence_limit_s=10.0)


async def test_one_that_falls_silent_in_its_first_minute_is_noticed_as_soon_as_later():
    clock, lines, ends = ManualClock(), [], []
    async with living(child(TALKS_THEN_HANGS, clock, lines.append, LIMITED), ends.append):
        await eventually(lambda: lines)
        await clock.advance(9)
        assert not ends
        await clock.advance(4)
        await eventually(lambda: ends)
    assert ends == ["hangs"]


async def test_a_program_that_is_not_there_is_tried_again(tmp_path):
    clock, ends = ManualClock(), []
    process = Child([str(tmp_path / "nothing")], b"", lambda _: None, HABITS, clock)
    async with living(process, ends.append):
        await eventually(lambda: ends)
        await clock.advance(2)
        await eventually(lambda: len(ends) == 2)
    assert set(ends) == {"cannot be started (No such file or directory)"}


async def test_what_it_prints_is_overheard_to_its_last_words(caplog):
    caplog.set_level(logging.INFO)
    clock, ends = ManualClock(), []
    program = "import os; os.write(2, b'no camera 1\\n' * 5000 + b'last words')"
    process = Child(
        (sys.executable, "-c", program),
        b"",
        lambda _: None,
        HABITS,
        clock,
        chatter=Chatter("vision", clock),
    )
    async with living(process, ends.append):
        await eventually(lambda: ends)
    assert caplog.messages == ["vision: no camera 1", "vision: last words"]


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_whoever_is_cancelled_while_it_starts_leaves_no_process_and_does_not_hang(turns):
    process = child(WAITS_FOR_THE_END, SystemClock())
    task = asyncio.create_task(process.run(lambda _: None))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(600):
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert not any(WAITS_FOR_THE_END.encode() in command for command in commands_of_children())
