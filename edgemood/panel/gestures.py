"""What a finger means: edges of a button's contact in, gestures out. Pure: no pins, no clock."""

from __future__ import annotations

from enum import StrEnum

BOUNCE_S = 0.03
"""A contact has settled when it has not changed for this long. Of 18 switches in Ganssle, "A Guide
to Debouncing" (2004), all but two poor ones bounced for at most 6 ms; he advises 20 to 50 ms."""


class Gesture(StrEnum):
    """One thing a person asks for with the button."""

    SHORT = "short"
    """pressed and let go"""
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

    @property
    def look_at_s(self) -> float | None:
        """When to call `look` unless an edge comes first; None when only an edge can tell more."""
        if self._contact != self._down:
            return self._changed_s + BOUNCE_S
        if self._down and not self._told:
            return self._down_since_s + self._hold_s
        return None

    def feed(self, at_s: float, *, pressed: bool) -> Gesture | None:
        """The contact is closed (`pressed`) or open since `at_s`, in monotonic seconds."""
        gesture = self.look(at_s)
        if pressed != self._contact:
            self._contact = pressed
            self._changed_s = at_s
        return gesture or self.look(at_s)

    def look(self, at_s: float) -> Gesture | None:
        """Nothing changed until `at_s`."""
        if self._contact != self._down and at_s >= self._changed_s + BOUNCE_S:
            return self._settle(at_s)
        return self._hold(at_s)

    def _settle(self, at_s: float) -> Gesture | None:
        self._down = self._contact
        if self._down:
            self._down_since_s = self._changed_s
            self._told = False
            return self._hold(at_s)
        return None if self._told else Gesture.SHORT

    def _hold(self, at_s: float) -> Gesture | None:
        surely_down = self._down and self._contact
        if surely_down and not self._told and at_s >= self._down_since_s + self._hold_s:
            self._told = True
            return Gesture.HOLD
        return None
