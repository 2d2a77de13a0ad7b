import asyncio
import os
import sys

import pytest

from edgemood.clock import ManualClock, SystemClock
from edgemood.config.schema import MODELS
from edgemood.errors import LibraryError
from edgemood.music.library.scan.result import Subject
from edgemood.music.library.scan.workers import LONGEST_S, Folders, LocalCrew

BREAKS_ON_WHAT_IT_IS_TOLD = """
import json, os, sys, time
sys.stdin.readline()
print("ready", flush=True)
for line in sys.stdin:
    file = json.loads(line)["file"]
    if file == "crash": os.abort()
    if file == "exit": sys.exit(3)
    if file == "hang": time.sleep(3600)
    if file == "nonsense": print("[", flush=True); continue
    if file == "flood": print("x" * 3_000_000, flush=True); continue
    print(json.dumps({"language": file}), flush=True)
"""


def crew_of(workers=1, clock=None, script=BREAKS_ON_WHAT_IT_IS_TOLD, music="/"):
    command = (sys.executable, "-c", script)
    return LocalCrew(Folders(music, MODELS), clock or SystemClock(), workers, command)


async def outcome(crew, *files, found=None):
    """What is found of the files, in the end and, in `found`, meanwhile."""

    async def subjects():
        for number, file in enumerate(files):
            yield Subject(number, file)

    found = {} if found is None else found
    await crew.work(subjects(), lambda subject, findings: found.update({subject.file: findings}))
    return found


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("crash", "the decoder crashed on it (signal 6)"),
        ("exit", "the decoder crashed on it (exit status 3)"),
        ("nonsense", "the decoder answered nonsense"),
        ("flood", "the decoder answered nonsense"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_file_that_breaks_the_decoder_is_set_aside_and_stops_nothing(
    file, problem, workers
):
    found = await outcome(crew_of(workers), "before", file, "after", "later")
    assert found[file].problem.startswith(problem)
    assert [found[name].language for name in ("before", "after", "later")] == [
        "before",
        "after",
        "later",
    ]


async def test_a_file_that_hangs_the_decoder_is_set_aside():
    clock, found = ManualClock(), {}
    working = asyncio.create_task(outcome(crew_of(clock=clock), "hang", "after", found=found))
    async with asyncio.timeout(600):
        while not found:
            await asyncio.sleep(0.02)
            await clock.advance(LONGEST_S / 50)
    await working
    assert found["hang"].problem == "it took longer than 180 s"
    assert found["after"].problem == ""


async def test_an_analysis_that_cannot_start_is_told_and_not_blamed_on_a_song():
    with pytest.raises(LibraryError, match=r"the analysis cannot start \(exit status 1\)"):
        await outcome(crew_of(script="raise SystemExit(1)"), "a", "b")


async def test_a_cancelled_scan_leaves_no_process(tmp_path):
    tells_its_pid = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))"
    script = BREAKS_ON_WHAT_IT_IS_TOLD.replace("sys, time\n", f"sys, time\n{tells_its_pid}\n", 1)
    working = asyncio.create_task(outcome(crew_of(script=script), "hang"))
    pid = tmp_path / "pid"
    async with asyncio.timeout(600):
        while not (pid.exists() and pid.read_text()):
            await asyncio.sleep(0.02)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_the_real_analyst_reads_and_listens(song_wav):
    crew = LocalCrew(Folders(song_wav.parent, MODELS), SystemClock())
    found = await outcome(crew, song_wav.name, "gone.mp3")
    assert found[song_wav.name].problem == ""
    assert len(found[song_wav.name].fingerprint) == 32
    assert found["gone.mp3"].absent
