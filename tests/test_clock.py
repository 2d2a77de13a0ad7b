import asyncio
import threading
import time

import pytest

from edgemood.clock import ManualClock, SystemClock


def test_the_system_clock_is_the_one_all_processes_of_a_boot_share():
    before_s = time.clock_gettime(time.CLOCK_MONOTONIC)
    now_s = SystemClock().now_s()
    assert before_s <= now_s <= time.clock_gettime(time.CLOCK_MONOTONIC)


async def test_sleeping_on_the_system_clock_takes_that_long():
    clock = SystemClock()
    before_s = clock.now_s()
    await clock.sleep(0.01)
    assert clock.now_s() - before_s >= 0.009


async def test_a_manual_clock_moves_only_when_told_to():
    clock = ManualClock(5.0)
    assert clock.now_s() == 5.0
    await clock.advance(2.5)
    assert clock.now_s() == 7.5


async def test_sleepers_wake_in_order_each_at_its_own_instant():
    clock = ManualClock()
    woken = []

    async def sleeper(name, duration_s):
        await clock.sleep(duration_s)
        woken.append((name, clock.now_s()))

    tasks = [asyncio.create_task(sleeper(*each)) for each in [("b", 2), ("a", 1), ("c", 9)]]
    await clock.advance(5)
    assert woken == [("a", 1), ("b", 2)]
    tasks[2].cancel()
    await clock.advance(5)
    assert len(woken) == 2
    assert clock.now_s() == 10


async def test_a_loop_runs_once_per_pause_while_the_clock_advances():
    clock = ManualClock()
    rounds = []

    async def loop():
        while True:
            await clock.sleep(0.5)
            rounds.append(clock.now_s())

    task = asyncio.create_task(loop())
    await clock.advance(2)
    assert rounds == pytest.approx([0.5, 1.0, 1.5, 2.0])
    task.cancel()


async def test_a_clock_lets_a_chain_of_any_length_run_to_its_end():
    clock = ManualClock()
    rounds = []

    async def link(length):
        rounds.append(length)
        if length:
            await asyncio.create_task(link(length - 1))

    task = asyncio.create_task(link(100))
    await clock.advance(1)
    assert rounds[-1] == 0
    await task


async def test_a_clock_does_not_run_ahead_of_threads():
    clock = ManualClock()
    go_on = threading.Event()
    done_s = []

    async def sleeper():
        await clock.sleep(1)
        await asyncio.to_thread(go_on.wait)
        done_s.append(clock.now_s())

    async def watcher():
        await clock.sleep(2)
        done_s.append(clock.now_s())

    tasks = [asyncio.create_task(sleeper()), asyncio.create_task(watcher())]
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    await clock.advance(5)
    assert done_s == [1, 2]
    await asyncio.gather(*tasks)


async def test_those_who_wait_for_the_same_instant_wake_in_the_order_they_came():
    clock = ManualClock()
    woken = []

    async def sleeper(name):
        await clock.sleep(1)
        woken.append(name)

    tasks = [asyncio.create_task(sleeper(name)) for name in "abc"]
    await clock.advance(1)
    await asyncio.gather(*tasks)
    assert woken == ["a", "b", "c"]
