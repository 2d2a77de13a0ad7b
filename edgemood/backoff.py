"""Pauses between tries: short at first, doubling, bounded, for ever."""

from __future__ import annotations


class Backoff:
    """Gives the pause before the next try."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """How long to wait now; twice as long each time, up to the longest pause."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, self._longest_s)
        return pause_s

    def reset(self) -> None:
        """It worked: begin again at the shortest pause."""
        self._next_s = self._first_s
