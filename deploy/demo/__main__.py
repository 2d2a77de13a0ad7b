"""`make demo`: the real daemon on real input, in about forty seconds, leaving nothing behind.

LIVE=1 takes this machine's webcam and microphone, DEMO_SOUND=1 its loudspeaker.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.demo.screen import Screen, as_table
from deploy.demo.stage import Stage
from deploy.demo.story import Event, NotSeenError, Story
from edgemood.clock import SystemClock
from edgemood.daemon import Daemon
from edgemood.memory import Memory

INTERRUPTED = 130
PICTURE_COLUMNS = 100
LOG_LINES = 30
_FONTS_FROM_THE_NET = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> int:
    """Play the demo; the exit status for the shell."""
    parser = argparse.ArgumentParser(description=__doc__, prog="make demo")
    parser.add_argument("--picture", type=Path, help="write what is shown as an SVG file")
    picture = parser.parse_args().picture
    console = Console(
        record=picture is not None, width=PICTURE_COLUMNS if picture else None, highlight=False
    )
    with tempfile.TemporaryDirectory(prefix="edgemood-demo-") as folder:
        log = Path(folder) / "log"
        with _errors_into(log):
            logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
            try:
                events = asyncio.run(_perform(Path(folder), Screen(console)))
            except asyncio.CancelledError:
                events = None
        logged = log.read_text(errors="replace").splitlines()
    if events is None:
        console.print("Interrupted; everything is stopped and tidied up.")
        return INTERRUPTED
    _summarise(console, events)
    if not all(event.happened for event in events):
        console.print(f"The last {LOG_LINES} lines of the log:")
        console.print("\n".join(logged[-LOG_LINES:]), markup=False, soft_wrap=True)
        return 1
    if picture is not None:
        picture.parent.mkdir(exist_ok=True)
        svg = console.export_svg(title="make demo")
        picture.write_text(_FONTS_FROM_THE_NET.sub("", svg), encoding="utf-8")
    return 0


async def _perform(folder: Path, screen: Screen) -> Sequence[Event]:
    """Set the stage, start the daemon, play the story, and take everything down again."""
    loop = asyncio.get_running_loop()
    myself = asyncio.current_task()
    assert myself is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, myself.cancel)
    screen.console.print("Composing the songs and setting the stage …")
    stage = Stage(folder, live=_asked("LIVE"), aloud=_asked("DEMO_SOUND"))
    with contextlib.closing(stage), screen:
        daemon = Daemon(stage.config(), SystemClock(), Memory(folder / "memory"))
        story = Story(stage, daemon, screen)
        living = asyncio.create_task(daemon.run())
        playing = asyncio.create_task(story.play())
        try:
            await asyncio.wait({living, playing}, return_when=asyncio.FIRST_COMPLETED)
            if living.done():
                living.result()
            with contextlib.suppress(NotSeenError):
                await playing
        finally:
            for task in (playing, living):
                task.cancel()
            await asyncio.gather(playing, living, return_exceptions=True)
    return story.events


def _asked(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


@contextlib.contextmanager
def _errors_into(log: Path) -> Iterator[None]:
    """Send standard error, of this process and its senses, to a file and not into the picture."""
    sys.stderr.flush()
    before = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, 2)
        os.close(before)


def _summarise(console: Console, events: Sequence[Event]) -> None:
    table = Table(title="What happened", title_justify="left", box=None, padding=(0, 1))
    for heading in ("", "", "at", "took", "bound"):
        table.add_column(heading, justify="left" if not heading else "right")
    for event in events:
        table.add_row(
            "[green]✓[/]" if event.happened else "[red]✗[/]",
            event.what,
            f"{event.seen.at_s:.1f} s" if event.happened else "never",
            f"{event.took_s:.1f} s",
            f"{event.within_s:.0f} s",
        )
    console.print(table)
    missing = [event for event in events if not event.happened]
    for event in missing:
        console.print(f"[red]Not within {event.within_s:.0f} s: {event.what}.[/] The box then:")
        console.print(as_table(event.seen))
    if not missing:
        console.print("All of it happened in time; no process and no file is left behind.")


if __name__ == "__main__":
    sys.exit(main())
