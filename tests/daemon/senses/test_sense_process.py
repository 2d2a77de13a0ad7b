"""A sense's process, with real processes: the real vision on no camera, and small scripts that
do what a camera stack does on a bad day."""

import asyncio
import contextlib
import math
import os
import signal
import sys

import pytest

from edgemood.clock import ManualClock, SystemClock
from edgemood.config.schema import Config
from edgemood.daemon.senses.sense_process import HABITS, SenseProcess
from edgemood.mood import Sense
from edgemood.pipe import SenseState
from edgemood.processes.child_side import LookAgain

NO_CAMERA = Config.model_validate({"camera": {"source": "none"}})

REPORT = (
    '{"record": "SenseReport", "sense": "face", "at_s": 1.0, "state": "working",'
    ' "device": "a script", "detail": ""}'
)
TALKS_ONCE_THEN_HANGS = f"print('{REPORT}', flush=True); import time; time.sleep(600)"
HANGS_AT_ONCE = "import time; time.sleep(600)"
TALKS_NONSENSE = "print('Traceback (most recent call last):', flush=True); input(); input()"
ENDS_AT_ONCE = "raise SystemExit(7)"
ECHOES_TWO_LINES_OF_INPUT = (
    "import sys; line = sys.stdin.readline(); open(sys.argv[1], 'w').write(line);"
    f"print('{REPORT}', flush=True); sys.stdin.read()"
)


def script(text, *arguments):
    return (sys.executable, "-c", text, *arguments)


async def eventually(condition):
    """Give real processes time, on the machine's clock, until the condition holds."""
    async with asyncio.timeout(600):
        while not condition():
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(sense_process):
    task = asyncio.create_task(sense_process.run())
    try:
        yield sense_process
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def is_alive(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_the_real_vision_process_reports_and_ends_with_its_task():
    face = SenseProcess(Sense.FACE, NO_CAMERA, SystemClock(), lambda _: None)
    async with running(face):
        await eventually(lambda: face.report.state is SenseState.MISSING)
        pid = face.pid
        assert is_alive(pid)
    assert not is_alive(pid)


async def test_a_killed_sense_is_noticed_and_back(caplog):
    face = SenseProcess(Sense.FACE, NO_CAMERA, SystemClock(), lambda _: None)
    async with running(face):
        await eventually(lambda: face.report.state is SenseState.MISSING)
        os.kill(face.pid, signal.SIGKILL)
        await eventually(lambda: face.restarts == 1)
        assert "the face process ended (signal 9)" in caplog.text
        await eventually(lambda: face.report.state is SenseState.MISSING)


@pytest.mark.parametrize(
    ("text", "patience_s"),
    [(HANGS_AT_ONCE, HABITS.startup_limit_s), (TALKS_ONCE_THEN_HANGS, HABITS.silence_limit_s)],
)
async def test_a_sense_that_hangs_is_killed_and_started_again(text, patience_s):
    clock = ManualClock()
    face = SenseProcess(Sense.FACE, Config(), clock, lambda _: None, script(text))
    async with running(face):
        await eventually(lambda: face.pid is not None)
        if text is TALKS_ONCE_THEN_HANGS:
            await eventually(lambda: face.report.state is SenseState.WORKING)
        first = face.pid
        await clock.advance(patience_s - 1)
        assert is_alive(first)
        await clock.advance(HABITS.startup_limit_s)
        await eventually(lambda: not is_alive(first))
        await eventually(lambda: "hangs" in face.report.detail)
        await clock.advance(1)
        await eventually(lambda: face.pid not in (None, first))


async def test_a_sense_that_ends_at_once_is_tried_again_with_pauses():
    clock = ManualClock()
    face = SenseProcess(Sense.FACE, Config(), clock, lambda _: None, script(ENDS_AT_ONCE))
    async with running(face):
        last = None
        for restarts in range(3):
            await eventually(lambda last=last: face.report.detail and face.report is not last)
            assert "exit status 7" in face.report.detail
            assert face.restarts == restarts
            last = face.report
            await clock.advance(HABITS.first_pause_s * 2**restarts)
            assert face.restarts == restarts + 1


async def test_what_is_no_record_is_a_fault_and_not_believed():
    face = SenseProcess(Sense.FACE, Config(), ManualClock(), lambda _: None, script(TALKS_NONSENSE))
    async with running(face):
        await eventually(lambda: face.report.state is SenseState.FAULT)
        assert "not a record" in face.report.detail


async def test_the_password_never_reaches_a_sense(tmp_path):
    config = Config.model_validate({"mpd": {"password": "open sesame"}})
    seen = tmp_path / "config"
    command = script(ECHOES_TWO_LINES_OF_INPUT, str(seen))
    face = SenseProcess(Sense.FACE, config, SystemClock(), lambda _: None, command)
    async with running(face):
        await eventually(lambda: face.report.state is SenseState.WORKING)
    assert "sesame" not in seen.read_text()
    assert '"camera"' in seen.read_text()


async def test_off_and_on_again_at_once_leaves_one_process():
    face = SenseProcess(Sense.FACE, NO_CAMERA, SystemClock(), lambda _: None)
    first = asyncio.create_task(face.run())
    await eventually(lambda: face.report.state is SenseState.MISSING)
    before = face.pid
    first.cancel()
    async with running(face):
        await eventually(lambda: face.pid not in (None, before))
        assert not is_alive(before)
        await eventually(lambda: face.report.state is SenseState.MISSING)


async def test_a_press_reaches_the_process_and_none_that_is_not_there(tmp_path):
    heard = tmp_path / "heard"
    program = (
        "import sys; sys.stdin.readline();"
        f"print('{REPORT}', flush=True); line = sys.stdin.readline();"
        "open(sys.argv[1], 'w').write(line); sys.stdin.read()"
    )
    command = script(program, str(heard))
    face = SenseProcess(Sense.FACE, NO_CAMERA, SystemClock(), lambda _: None, command)
    face.look_again(1.0)
    async with running(face):
        await eventually(lambda: face.report.state is SenseState.WORKING)
        face.look_again(12345.678901234)
        await eventually(lambda: heard.exists() and heard.read_text())
    face.look_again(2.0)
    look_again = LookAgain()
    assert look_again.asked_s == -math.inf
    look_again.heed(heard.read_bytes().rstrip())
    assert look_again.asked_s == 12345.678901234
    look_again.heed(b"nonsense")
    assert look_again.asked_s == 12345.678901234
