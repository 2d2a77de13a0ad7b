"""What goes wrong for hours: twice in the journal, and on the status for as long as it lasts."""

from __future__ import annotations

import logging
from collections.abc import Iterator

MOST_TOLD = 50
"""different messages of one trouble: whoever says something else each time fills no journal"""


class Faults:
    """What is wrong with the box right now and needs somebody: shown by `status` and the LED.

    Each `Trouble` that is given this board stands on it, with its latest words, while it lasts.
    """

    def __init__(self) -> None:
        self._lasting: dict[Trouble, str] = {}

    def __iter__(self) -> Iterator[str]:
        """What is wrong and what to do, the oldest first."""
        return iter(tuple(self._lasting.values()))

    def put(self, trouble: Trouble, message: str) -> None:
        """Show a trouble, or its new words."""
        self._lasting[trouble] = message

    def take_off(self, trouble: Trouble) -> None:
        """Show it no longer."""
        self._lasting.pop(trouble, None)


class Trouble:
    """One thing that can go wrong and come right again, told once each time.

    A retry loop calls `starts` on every failure and `ends` on every success; only changes reach
    the log. While the trouble lasts, each different message is told once: "connection refused"
    that turns into "wrong password" is news, the same refusal a minute later is not. So keep
    counters and times out of the message. With `faults`, the owner sees it for as long as it lasts.
    """

    def __init__(self, logger: logging.Logger, faults: Faults | None = None) -> None:
        self._logger = logger
        self._faults = faults
        self._told: set[str] = set()

    @property
    def lasts(self) -> bool:
        """Whether it has started and not ended."""
        return bool(self._told)

    def starts(self, message: str, error: BaseException | None = None) -> None:
        """Warn of the trouble, unless these words were told since it started.

        An `error` that nobody foresaw is told with its traceback.
        """
        if self._faults is not None:
            self._faults.put(self, message)
        if message not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(message)
            self._logger.warning("%s", message, exc_info=error)

    def ends(self, message: str) -> None:
        """Say that it is over; silent when there was none."""
        if self._faults is not None:
            self._faults.take_off(self)
        if self._told:
            self._told.clear()
            self._logger.info("%s", message)
