"""What systemd's watchdog is fed with: signs of life of the music loop."""

import asyncio
from itertools import pairwise

from edgemood.daemon.daemon import PATIENCE_S


async def test_a_dj_that_waits_for_mpd_still_gets_somewhere(switch_on, clock, until):
    progress_s = []
    async with switch_on(on_progress=lambda: progress_s.append(clock.now_s())):
        await _advance(clock, until, progress_s)
    assert _longest_gap_s(progress_s) < PATIENCE_S


async def test_a_dj_with_nothing_to_do_still_gets_somewhere(switch_on, clock, until, mpd_server):
    progress_s = []
    async with switch_on(on_progress=lambda: progress_s.append(clock.now_s())) as dj:
        await until(lambda: dj.status().connected)
        await _advance(clock, until, progress_s)
    assert _longest_gap_s(progress_s) < PATIENCE_S


async def _advance(clock, until, progress_s):
    """Let five minutes go by a second at a time, and the threads that talk to MPD keep up."""
    for _ in range(300):
        await clock.advance(1)
        await asyncio.sleep(0.005)
        await until(lambda: clock.now_s() - max(progress_s, default=0.0) < PATIENCE_S - 1)


def _longest_gap_s(at_s):
    return max(later - sooner for sooner, later in pairwise([0.0, *at_s, 300.0]))
