"""Looking (again): from the start, or a press, until there is an answer. Pure."""

from __future__ import annotations

LOOK_S = 6.0
"""After this long without a decision the box has looked, and the answer is unknown. A voice that
speaks at once gives the third record, without which nothing is decided, 3.9 s after a press at the
latest; the rest is for confirming."""


class Looking:
    """Whether the box still looks, and whether somebody waits for what it finds.

    A look ends when a mood is decided, or `LOOK_S` after it began: then the answer is unknown. One
    that begins while another lasts takes its place, so that each press has one answer at most.
    """

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._asked = False
        self._answered = False

    @property
    def lasts(self) -> bool:
        """Whether there is no answer yet."""
        return self._since_s is not None

    @property
    def again(self) -> bool:
        """Whether somebody who pressed the button waits for the answer."""
        return self.lasts and self._asked

    def begin(self, now_s: float, *, asked: bool) -> None:
        """Look, because somebody `asked` for it or because all that was seen is forgotten."""
        self._since_s, self._asked, self._answered = now_s, asked, False

    def follow(self, now_s: float, *, decided: bool) -> None:
        """Take note of time going by, and of whether a mood is decided now."""
        if self._since_s is not None and (decided or now_s - self._since_s >= LOOK_S):
            self._since_s, self._answered = None, self._asked

    def take_answer(self) -> bool:
        """Whether a look that somebody asked for has ended; tells it once."""
        answered, self._answered = self._answered, False
        return answered
