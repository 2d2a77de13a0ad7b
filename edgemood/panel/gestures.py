"""What a finger means: edges of a button's contact in, gestures out. Pure: no pins, no clock."""

from __future__ import annotations

from enum import StrEnum

BOUNCE_S = 0.03
"""A contact has settled when it has not changed for this long. Of 18 switches in Ganssle, "A Guide
to Debouncing" (2004), all but two poor ones bounced for at most 6 ms; he advises 20 to 50 ms."""

DOUBLE_S = 0.35
"""A second press this soon after the first was let go makes a double press. Desktops give a mouse
0.4 s (GTK) to 0.5 s (Windows) from press to press; a single press is told when this has passed."""


class Gesture(StrEnum):
    """One thing a person asks for with the button."""

    SHORT = "short"
    """pressed and let go, and not again at once"""
    DOUBLE = "double"
    """pressed twice in a row; told as soon as the second press is over"""
    HOLD = "hold"
    """held down; told while it is still down, and once, however long it stays so"""


class GestureReader:
    """Reads gestures from the edges of one button and from time passing without edges.

    Feed it every edge, and look again at `look_at_s`. What it answers depends on the edges alone:
    looking more often, or too late, changes when a gesture is told and never which.
    """

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._contact = False
        self._changed_s = 0.0
        self._down = False
        self._down_since_s = 0.0
        self._told = False
        self._first_until_s: float | None = None  # when a first press turns out to be the only one

    @property
    def down(self) -> bool:
        """Whether the button is pressed, bounces aside."""
        return self._down

    @property
    def look_at_s(self) -> float | None:
        """When to call `look` unless an edge comes first; None when only an edge can tell more."""
        if self._contact != self._down:
            return self._changed_s + BOUNCE_S
        if self._down:
            return None if self._told else self._down_since_s + self._hold_s
        return self._first_until_s

    def feed(self, at_s: float, *, pressed: bool) -> list[Gesture]:
        """The contact is closed (`pressed`) or open since `at_s`, in monotonic seconds."""
        gestures = self.look(at_s)
        if pressed != self._contact:
            self._contact = pressed
            self._changed_s = at_s
        return gestures

    def look(self, at_s: float) -> list[Gesture]:
        """Nothing changed until `at_s`."""
        gestures = []
        while (due_s := self.look_at_s) is not None and due_s <= at_s:
            gestures += self._settle() if self._contact != self._down else self._wait_over()
        return gestures

    def _settle(self) -> list[Gesture]:
        """A bounce is over: the button went down, or up, when the contact last changed."""
        self._down = self._contact
        if self._down:
            self._down_since_s = self._changed_s
            self._told = False
        elif self._told:
            pass
        elif self._first_until_s is None:
            self._first_until_s = self._changed_s + DOUBLE_S
        else:
            self._first_until_s = None
            return [Gesture.DOUBLE]
        return []

    def _wait_over(self) -> list[Gesture]:
        """The button was held long enough, or no second press came."""
        self._first_until_s = None
        if not self._down:
            return [Gesture.SHORT]
        self._told = True
        return [Gesture.HOLD]
