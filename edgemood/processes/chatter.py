"""What children print: each line once while it keeps coming, and how often it came at its end."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final

from edgemood.clock import Clock
from edgemood.processes.parent import PRIORITIES

QUIET_S: Final = 600.0
"""a line that did not come for so long has come to its end"""
MOST_LINES: Final = 40
"""different lines that are told while none of them has come to its end"""
MOST_LETTERS: Final = 500

_PRIORITY = re.compile(r"<([0-7])>")
_LEVELS = {priority: level for level, priority in PRIORITIES.items()}
_CHANGING = re.compile(r"0x[0-9a-fA-F]+|[0-9]+")
_GREETINGS = re.compile(
    r"Created TensorFlow Lite XNNPACK delegate|All log messages before absl::InitializeLog"
    r"|oneDNN custom operations|XNNPACK delegate"
)
"""what TensorFlow Lite and its successor say each time that a model is loaded"""


@dataclass(slots=True)
class _Line:
    text: str
    level: int
    last_s: float
    more: int = 0
    """times that it came since it was told"""


class Chatter:
    """Takes the bytes of one child's standard error, and logs what is news."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._logger = logging.getLogger(f"edgemood.{name}")
        self._rest = b""
        self._lines: dict[str, _Line] = {}
        self._more = 0

    def take(self, piece: bytes) -> None:
        """The next bytes; empty when the child has ended."""
        *lines, self._rest = (self._rest + (piece or b"\n")).split(b"\n")
        for line in lines:
            self._hear(line[: 4 * MOST_LETTERS].decode("utf-8", "replace"))
        self._rest = self._rest[: 4 * MOST_LETTERS]

    def sweep(self) -> None:
        """Tell of lines that have come to their end."""
        oldest_s = self._clock.now_s() - QUIET_S
        for key in [key for key, line in self._lines.items() if line.last_s < oldest_s]:
            line = self._lines.pop(key)
            if line.more:
                self._log(line.level, f"{line.text} (came {line.more} times more, and is over)")
        if not self._lines and self._more:
            self._log(logging.INFO, f"{self._more} lines more were not told")
            self._more = 0

    def _hear(self, text: str) -> None:
        level, changing = logging.INFO, True
        if (priority := _PRIORITY.match(text)) is not None:  # a record of our own
            level, changing = _LEVELS.get(int(priority[1]), logging.INFO), False
            text = text[priority.end() :]
        text = "".join(letter if letter.isprintable() else " " for letter in text).rstrip()
        text = text[:MOST_LETTERS]
        if not text.strip():
            return
        if _GREETINGS.search(text):
            self._log(logging.DEBUG, text)
            return
        key = _CHANGING.sub("#", text) if changing else text
        now_s = self._clock.now_s()
        self.sweep()
        if (line := self._lines.get(key)) is not None:
            line.last_s, line.more = now_s, line.more + 1
        elif len(self._lines) < MOST_LINES:
            self._lines[key] = _Line(text, level, now_s)
            self._log(level, text)
        else:
            if not self._more:
                self._log(logging.INFO, "says much; the rest is not told")
            self._more += 1

    def _log(self, level: int, text: str) -> None:
        named = text if text.startswith(f"{self._name}: ") else f"{self._name}: {text}"
        self._logger.log(level, "%s", named)
