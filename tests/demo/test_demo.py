"""The demo as an owner starts it: the slowest test of all, forty seconds of the whole thing."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 1800
"""for a machine that hardly gets on; the demo gives up by itself when something never happens"""


class Demo:
    """The demo as a process, with the temporary folder it works in."""

    def __init__(self, folder):
        self.folder = folder
        environment = {
            name: value for name, value in os.environ.items() if name not in ("LIVE", "DEMO_SOUND")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo"],
            cwd=ROOT,
            env=environment | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, words):
        """Read up to the line with `words` in it."""
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                return
        raise AssertionError(f"{words!r} never came:\n" + "".join(lines))

    def end(self):
        """Nothing of it survives the test."""
        self.process.kill()
        self.process.communicate()
        for left_over in processes_in(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(left_over, signal.SIGKILL)


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """Starts demos side by side, since they wait more than they work."""
    with contextlib.ExitStack() as stack:

        def start(name):
            demo = Demo(tmp_path_factory.mktemp(name))
            stack.callback(demo.end)
            return demo

        yield {name: start(name) for name in ("whole", "Composing", "plays", "MPD is killed")}


def processes_in(folder):
    """Ids of the processes that know of the folder: by command line, environment or open file."""
    needle = str(folder).encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if needle in known and int(process.name) != os.getpid():
                yield int(process.name)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("Composing", signal.SIGINT),
        ("plays", signal.SIGTERM),
        ("MPD is killed", signal.SIGINT),
    ],
)
def test_interrupted_at_any_moment_it_tidies_up(demos, moment, number):
    demo = demos[moment]
    demo.read_until(moment)
    demo.process.send_signal(number)
    shown, _ = demo.process.communicate(timeout=LIMIT_S)
    assert demo.process.returncode == 130, shown
    assert "tidied up" in shown
    assert list(demo.folder.iterdir()) == []
    assert list(processes_in(demo.folder)) == []


def test_everything_the_demo_promises_happens_and_nothing_is_left(demos):
    demo = demos["whole"]
    shown, _ = demo.process.communicate(timeout=LIMIT_S)
    assert demo.process.returncode == 0, shown
    assert "✗" not in shown
    assert shown.count("✓") == 15
    assert list(demo.folder.iterdir()) == []
    assert list(processes_in(demo.folder)) == []
