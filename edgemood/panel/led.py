"""What the LED says. The table of the README is printed from the table here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class LedState(StrEnum):
    """What the box has to say, the most urgent first."""

    FAULT = "fault"
    MPD_UNREACHABLE = "mpd unreachable"
    STARTING = "starting"
    NOT_THIS_ONE = "not this one"
    SENSING_OFF = "sensing off"
    LOOKING_AGAIN = "looking again"
    ONE_SENSE = "one sense"
    LOW_LIGHT = "low light"
    SENSING = "sensing"


@dataclass(frozen=True, slots=True)
class Blink:
    """One flash and the darkness after it."""

    on_s: float
    off_s: float


@dataclass(frozen=True, slots=True)
class Signal:
    """How one state looks, and what it tells the owner."""

    looks: str
    means: str
    rhythm: tuple[Blink, ...]
    """repeated for as long as the state holds"""


SIGNALS: dict[LedState, Signal] = {
    LedState.FAULT: Signal(
        looks="three flashes, pause",
        means="something needs you: `edgemood status` says what",
        rhythm=(Blink(0.15, 0.25), Blink(0.15, 0.25), Blink(0.15, 1.25)),
    ),
    LedState.MPD_UNREACHABLE: Signal(
        looks="two flashes, pause",
        means="the music server does not answer; the box keeps trying",
        rhythm=(Blink(0.15, 0.25), Blink(0.15, 1.25)),
    ),
    LedState.STARTING: Signal(
        looks="short flash every second",
        means="starting",
        rhythm=(Blink(0.15, 0.85),),
    ),
    LedState.NOT_THIS_ONE: Signal(
        looks="lit, two winks a second",
        means="your double press was heard: this song goes, and the box learns",
        rhythm=(Blink(0.4, 0.1),),
    ),
    LedState.SENSING_OFF: Signal(
        looks="dark, a short flash every five seconds",
        means="camera and microphone are closed; hold the button to open them",
        rhythm=(Blink(0.1, 4.9),),
    ),
    LedState.LOOKING_AGAIN: Signal(
        looks="quick even blinking",
        means="your press was heard: looking at the room anew",
        rhythm=(Blink(0.2, 0.2),),
    ),
    LedState.ONE_SENSE: Signal(
        looks="lit, two winks every five seconds",
        means="camera or microphone is missing, the other works: `edgemood status` says which",
        rhythm=(Blink(0.4, 0.2), Blink(4.2, 0.2)),
    ),
    LedState.LOW_LIGHT: Signal(
        looks="slow even blinking",
        means="too dark to judge faces; listening goes on",
        rhythm=(Blink(1.5, 1.5),),
    ),
    LedState.SENSING: Signal(
        looks="lit, a wink every five seconds",
        means="camera and microphone work, as far as they are switched on",
        rhythm=(Blink(4.8, 0.2),),
    ),
}
"""At most three flashes in any second, the limit of WCAG 2.2, success criterion 2.3.1."""

_URGENCY = {state: urgency for urgency, state in enumerate(LedState)}


def most_urgent(states: Iterable[LedState]) -> LedState:
    """The one to show of all that hold; raises ValueError when none does."""
    return min(states, key=_URGENCY.__getitem__)


def led_table() -> str:
    """The README's table, in Markdown, the most urgent state first."""
    lines = ["| state | what you see | what it means | on–off, in seconds |", "| --- " * 4 + "|"]
    lines += [
        f"| {state} | {signal.looks} | {signal.means} | {_in_seconds(signal.rhythm)} |"
        for state, signal in SIGNALS.items()
    ]
    return "\n".join(lines)


def _in_seconds(rhythm: tuple[Blink, ...]) -> str:
    return ", ".join(f"{blink.on_s:g}–{blink.off_s:g}" for blink in rhythm)
