"""The demo on a terminal: a line for whatever changes, and below them how things stand."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import NamedTuple, Self

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.scene import JUDGED, Scene
from edgemood.panel import SIGNALS

PATIENCE_S = 5.0
"""what is waited for longer than this gets a line that says so"""
STEADY_S = 1.0
"""what changes back sooner than this gets no line"""
_STYLES = {
    "mood": "bold magenta",
    "face": "cyan",
    "voice": "green",
    "music": "yellow",
    "led": "red",
    "demo": "bold",
}
_BAR_CELLS = 20


class Screen:
    """Lines with times on any output; on a terminal also a panel that keeps up to date."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._told: dict[str, object] = {}
        self._pending: dict[str, tuple[object, float]] = {}
        self._waiting: _Waiting | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, at_s: float, who: str, what: str) -> None:
        """One line of the story."""
        line = Text.assemble((f"{at_s:5.1f} s  ", "dim"), (f"{who:<6}", _STYLES[who]), what)
        self.console.print(line, soft_wrap=True)

    @contextlib.contextmanager
    def waiting_for(self, what: str, within_s: float, since_s: float) -> Iterator[None]:
        """Tell meanwhile that this is waited for, for at most `within_s`."""
        self._waiting = _Waiting(what, within_s, since_s + PATIENCE_S)
        try:
            yield
        finally:
            self._waiting = None

    def show(self, scene: Scene) -> None:
        """Tell what changed and what is waited for, and bring the panel up to date."""
        for change in _changes(scene):
            self._tell_if_new(scene.at_s, change)
        waiting = self._waiting
        if waiting is not None and scene.at_s >= waiting.tell_at_s:
            self.say(
                scene.at_s, "demo", f"waits, at most {waiting.within_s:.0f} s, for: {waiting.what}"
            )
            self._waiting = waiting._replace(tell_at_s=math.inf)
        if self._live.is_started:
            self._live.update(_panel(scene, None if waiting is None else waiting.what))

    def _tell_if_new(self, at_s: float, change: _Change) -> None:
        """Tell it once it has held for a moment."""
        if self._told.get(change.who) == change.value:
            self._pending.pop(change.who, None)
            return
        pending, since_s = self._pending.get(change.who, (None, at_s))
        if pending != change.value:
            self._pending[change.who] = change.value, at_s
        elif at_s - since_s >= STEADY_S:
            self._told[change.who] = change.value
            del self._pending[change.who]
            self.say(since_s, change.who, change.sentence)


class _Waiting(NamedTuple):
    """What has to happen next."""

    what: str
    within_s: float
    tell_at_s: float


class _Change(NamedTuple):
    """What may be told of a scene."""

    who: str
    value: object
    """told again only when this changes"""
    sentence: str


def _changes(scene: Scene) -> Iterator[_Change]:
    for sense, said in scene.senses.items():
        yield _Change(sense, said, f"a {sense} is judged" if said == JUDGED else said)
    mood = f"the room is {scene.mood}" if scene.mood else "unknown"
    yield _Change("mood", scene.mood, f"{mood} ({scene.because.removeprefix('unknown: ')})")
    queue = scene.queue
    if queue.playing:
        ahead = ", ".join(map(str, queue.ahead)) or "nothing"
        yield _Change("music", queue, f"{queue.playing} plays, then {ahead}")
    elif not scene.connected:
        yield _Change("music", queue, "MPD is gone")
    yield _Change("led", scene.led, f"{scene.led}: {SIGNALS[scene.led].looks}")


def _panel(scene: Scene, waiting_for: str | None) -> Panel:
    table = as_table(scene)
    table.add_row("waits for", waiting_for or "–")
    return Panel(table, title=f"edgemood, {scene.at_s:.0f} s", expand=False)


def as_table(scene: Scene) -> Table:
    """How things stand, a row for each."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    filled = round(scene.confidence * _BAR_CELLS)
    bar = "█" * filled + "░" * (_BAR_CELLS - filled)
    table.add_row("room mood", Text(f"{scene.mood or 'unknown':<10}{bar}", _STYLES["mood"]))
    table.add_row("because", scene.because)
    for sense, said in scene.senses.items():
        table.add_row(sense, Text(said, _STYLES[sense]))
    table.add_row("plays", str(scene.queue.playing or "–"))
    table.add_row("next", "\n".join(map(str, scene.queue.ahead)) or "–")
    lamp = Text("● " if scene.lit else "○ ", _STYLES["led"])
    table.add_row("LED", lamp + Text(scene.led))
    for fault in scene.faults:
        table.add_row("wrong", fault)
    return table
