import asyncio
import os
import subprocess
import sys

import pytest

from edgemood.clock import ManualClock
from edgemood.errors import LibraryError
from edgemood.music.library.scan.pending import Worklist
from edgemood.music.library.scan.result import Findings
from edgemood.music.library.scan.scan import KEEP_EVERY_SONGS, Scan
from edgemood.music.library.scan.throttle import Heat

SONGS = 40


class Crew:
    """Finds out nothing, song by song, until told to stop."""

    def __init__(self, most=SONGS, absent=()):
        self.most = most
        self.absent = absent
        self.done = []

    async def work(self, subjects, on_result):
        async for subject in subjects:
            if len(self.done) == self.most:
                raise LibraryError("power cut")
            await asyncio.sleep(0)
            self.done.append(subject.file)
            gone = subject.file in self.absent
            on_result(subject, Findings(problem="not there" if gone else "", absent=gone))


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def cool(tmp_path):
    return Heat(tmp_path, tmp_path / "none")


@pytest.fixture
def songs(index, take, listed):
    take(index, *(listed(f"{number:02}.mp3") for number in range(SONGS)))
    return index


async def test_every_song_on_the_list_is_analysed_once(songs, clock, cool):
    crew = Crew()
    progress = await Scan(songs, clock, cool).run(crew)
    assert crew.done == [f"{number:02}.mp3" for number in range(SONGS)]
    assert (progress.songs, progress.pending) == (SONGS, 0)


async def test_a_scan_cut_short_goes_on_where_it_was(songs, clock, cool):
    first, second = Crew(most=21), Crew()
    with pytest.raises(LibraryError, match="power cut"):
        await Scan(songs, clock, cool).run(first)
    await Scan(songs, clock, cool).run(second)
    assert first.done + second.done == [f"{number:02}.mp3" for number in range(SONGS)]


async def test_a_power_cut_costs_a_few_songs_at_most(songs, clock, cool):
    class Plug(Crew):
        async def work(self, subjects, on_result):
            await super().work(subjects, on_result)
            at_the_end.append(Worklist(songs).counts().pending)

    at_the_end = []
    await Scan(songs, clock, cool).run(Plug())
    assert at_the_end == [SONGS % KEEP_EVERY_SONGS]


async def test_it_rests_while_the_machine_is_hot(songs, clock, tmp_path):
    (tmp_path / "thermal_zone0").mkdir()
    temperature = tmp_path / "thermal_zone0" / "temp"
    temperature.write_text("80000")
    told = []
    scan = Scan(songs, clock, Heat(tmp_path, tmp_path / "none"), told.append)
    crew = Crew()
    working = asyncio.create_task(scan.run(crew))
    await clock.advance(60)
    assert crew.done == []
    assert "hot" in told[-1].pause
    temperature.write_text("50000")
    await clock.advance(60)
    await working
    assert len(crew.done) == SONGS


async def test_files_that_are_not_there_stay_on_the_list_and_are_told(songs, clock, cool):
    progress = await Scan(songs, clock, cool).run(Crew(absent=("03.mp3",)))
    assert progress.pending == 1
    assert progress.absent == "not there"


async def test_songs_that_come_during_the_scan_are_analysed_too(songs, clock, cool, take, listed):
    class Late(Crew):
        async def work(self, subjects, on_result):
            seen = 0

            async def watched():
                nonlocal seen
                async for subject in subjects:
                    seen += 1
                    if seen == SONGS - 1:
                        names = [*(f"{number:02}.mp3" for number in range(SONGS)), "late.mp3"]
                        take(songs, *map(listed, names))
                    yield subject

            await super().work(watched(), on_result)

    crew = Late(most=SONGS + 1)
    await Scan(songs, clock, cool).run(crew)
    await Scan(songs, clock, cool).run(crew)
    assert crew.done[-1] == "late.mp3"
    assert len(set(crew.done)) == SONGS + 1


STEPS_BACK = """
import os
from edgemood.music.library.scan.scan import step_back
step_back()
print(os.nice(0), os.sched_getscheduler(0), open("/proc/self/oom_score_adj").read())
"""


def test_a_scan_stands_behind_everything_else_on_the_machine():
    told = subprocess.run(
        [sys.executable, "-c", STEPS_BACK], capture_output=True, text=True, check=True
    ).stdout.split()
    assert told == ["19", str(os.SCHED_IDLE), "900"]
