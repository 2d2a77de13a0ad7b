"""What goes wrong for hours belongs in the journal twice: when it starts and when it ends."""

from __future__ import annotations

import logging


class Trouble:
    """One thing that can go wrong and come right again, told once each time.

    A retry loop calls `starts` on every failure and `ends` on every success; only changes reach
    the log. While the trouble lasts, each different message is told once: "connection refused"
    that turns into "wrong password" is news, the same refusal a minute later is not. So keep
    counters and times out of the message.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._told: set[str] = set()

    @property
    def lasts(self) -> bool:
        """Whether it has started and not ended."""
        return bool(self._told)

    def starts(self, message: str) -> None:
        """Warn of the trouble, unless these words were told since it started."""
        if message not in self._told:
            self._told.add(message)
            self._logger.warning("%s", message)

    def ends(self, message: str) -> None:
        """Say that it is over; silent when there was none."""
        if self._told:
            self._told.clear()
            self._logger.info("%s", message)
