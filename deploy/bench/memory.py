"""What the box's processes hold of the machine's memory, side by side at their work."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.bench.figure import Figure
from deploy.demo import people, songs, voice
from deploy.demo.mpd_server import PrivateMpd

WATCHED_S = 45.0
"""Long enough for the demo's fourteen songs to be analysed and for all that is loaded late."""
LOOK_EVERY_S = 0.25
TALKING_S = 30.0
PROCESSES = {
    "edgemood": ("daemon", "the daemon: mood, music, panel"),
    "edgemood.vision": ("vision", "sight"),
    "edgemood.hearing": ("hearing", "hearing, with the echo reference"),
    "edgemood.music.library": ("library", "looking for songs to analyse"),
    "edgemood.music.library.scan.worker": (
        "analyst",
        "analysis of songs, while there are new ones",
    ),
}
"""by the module that each runs"""


@dataclass(frozen=True, slots=True)
class _Size:
    """Of one process."""

    mb: float = 0.0
    """proportional"""
    peak_mb: float = 0.0
    """since its beginning, with all that it shares"""


def measure() -> Iterator[Figure]:
    """What each process holds, at most, in 45 s of the real daemon with a replayed room.

    Proportional set sizes: what two processes share counts half for each. They are looked at four
    times a second; the kernel's own record of the peak counts shared memory in full.
    """
    most: defaultdict[str, _Size] = defaultdict(_Size)
    with tempfile.TemporaryDirectory(prefix="edgemood-bench-") as folder:
        for sizes in _watched(Path(folder)):
            together = sum(size.mb for size in sizes.values())
            for name, size in (sizes | {"together": _Size(together)}).items():
                mb, peak_mb = most[name].mb, most[name].peak_mb
                most[name] = _Size(max(size.mb, mb), max(size.peak_mb, peak_mb))
    for name, what in PROCESSES.values():
        yield Figure(f"memory_{name}_mb", most[name].mb, "MB", what)
        yield Figure(f"memory_{name}_peak_mb", most[name].peak_mb, "MB", "  peak, shared and all")
    yield Figure("memory_together_mb", most["together"].mb, "MB", "all of them at one time")


def _watched(folder: Path) -> Iterator[dict[str, _Size]]:
    """The sizes, again and again, of the daemon's processes by name."""
    music, photographs, speech = folder / "music", folder / "people", folder / "voice.wav"
    for made in (music, photographs):
        made.mkdir()
    songs.record(music)
    people.photograph(photographs)
    voice.record(speech, quiet_s=2, talking_s=TALKING_S)
    fifo = folder / "mpd.pcm"
    output = f'audio_output {{\ntype "fifo"\nname "fifo"\npath "{fifo}"\nformat "16000:16:1"\n}}'
    with PrivateMpd(folder / "mpd", music, more_config=output) as mpd:
        owners = {
            "camera": {"source": "replay", "path": str(photographs)},
            "microphone": {"source": "replay", "path": str(speech), "echo_reference": str(fifo)},
            "mpd": {"host": str(mpd.socket)},
            "daemon": {"socket": str(folder / "control.sock")},
        }
        config = folder / "config.yaml"
        config.write_text(json.dumps(owners), encoding="utf-8")  # YAML's older brother
        options = ["--config", str(config), "--state", str(folder)]
        command = [sys.executable, "-m", "edgemood", "run", *options]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as daemon:
            try:
                ends_s = time.monotonic() + WATCHED_S
                while time.monotonic() < ends_s:
                    yield _sizes(daemon.pid)
                    time.sleep(LOOK_EVERY_S)
            finally:
                daemon.terminate()


def _sizes(daemon: int) -> dict[str, _Size]:
    sizes = {}
    for process in _family(daemon):
        with contextlib.suppress(OSError):  # it has ended by now
            words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
            name = next((PROCESSES[word][0] for word in words if word in PROCESSES), None)
            if name is not None:
                sizes[name] = _Size(
                    _megabytes(Path(f"/proc/{process}/smaps_rollup"), "Pss"),
                    _megabytes(Path(f"/proc/{process}/status"), "VmHWM"),
                )
    return sizes


def _megabytes(table: Path, field: str) -> float:
    """A field of one of the kernel's tables; 0 for a process that is just being born."""
    found = re.search(rf"^{field}:\s+(\d+) kB", table.read_text(encoding="ascii"), re.MULTILINE)
    return 0.0 if found is None else int(found[1]) / 1000


def _family(process: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield process
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))
