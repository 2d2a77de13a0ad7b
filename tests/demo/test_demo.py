"""The demo as an owner starts it: the slowest test of all, forty seconds of the whole thing."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 150


@pytest.fixture
def demo(tmp_path):
    """The running demo, with the temporary folder it works in; nothing of it survives the test."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("LIVE", "DEMO_SOUND")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.demo"],
        cwd=ROOT,
        env=environment | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    for left_over in processes_in(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(left_over, signal.SIGKILL)


def processes_in(folder):
    """Ids of the processes that know of the folder: by command line, environment or open file."""
    needle = str(folder).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if needle in known and int(process.name) != os.getpid():
                yield int(process.name)


def read_until(demo, words):
    """The lines up to the one with `words` in it."""
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError(f"{words!r} never came:\n" + "".join(lines))


def test_everything_the_demo_promises_happens_in_time_and_nothing_is_left(demo, tmp_path):
    shown, _ = demo.communicate(timeout=LIMIT_S)
    assert demo.returncode == 0, shown
    assert "✗" not in shown
    assert shown.count("✓") == 15
    ended_s = float(re.findall(r"(\d+\.\d) s", shown.split("What happened")[0])[-1])
    assert ended_s < 60
    assert list(tmp_path.iterdir()) == []
    assert list(processes_in(tmp_path)) == []


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("Composing", signal.SIGINT),
        ("plays", signal.SIGTERM),
        ("MPD is killed", signal.SIGINT),
    ],
)
def test_interrupted_at_any_moment_it_tidies_up(demo, tmp_path, moment, number):
    read_until(demo, moment)
    demo.send_signal(number)
    shown, _ = demo.communicate(timeout=LIMIT_S)
    assert demo.returncode == 130, shown
    assert "tidied up" in shown
    assert list(tmp_path.iterdir()) == []
    assert list(processes_in(tmp_path)) == []
