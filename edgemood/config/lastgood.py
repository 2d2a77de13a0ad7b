"""The last configuration the box ran on, kept so that a bad edit never stops the music."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from edgemood.config.loader import parse, read
from edgemood.config.schema import Config
from edgemood.errors import ConfigError
from edgemood.incident import Trouble
from edgemood.storage.atomic_write import make_folder, write_durably

LAST_GOOD = "last-good-config.yaml"
"""name of the copy; readable by its owner alone, for it may hold MPD's password"""

_ON_TRIAL = "config-on-trial"
"""name of the file that counts starts on a configuration that is not known to be good"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """A configuration to run on."""

    config: Config
    text: str | None = None
    """what stands in the owner's file; None where this is another configuration"""
    problems: tuple[str, ...] = ()
    """what is wrong with the owner's file"""


class LastGood:
    """The owner's file, and the copy of what the box last ran on."""

    def __init__(self, path: Path, state: Path) -> None:
        """`path` is the owner's file; the copy lies in the folder `state`."""
        self._path = path
        self._state = state
        self._trouble = Trouble(log)

    def choose(self) -> Choice:
        """The owner's configuration; where it is bad, the last good one. Never raises."""
        try:
            text = read(self._path)
            return Choice(parse(text, self._path), text)
        except ConfigError as error:
            return Choice(self.last_good() or Config(), problems=tuple(error.problems))

    def last_good(self) -> Config | None:
        """What the box last ran on; None where that is not known."""
        try:
            return parse(read(self._state / LAST_GOOD), self._path)
        except ConfigError:
            return None

    @property
    def known(self) -> bool:
        """Whether there is a copy that can be used."""
        return self.last_good() is not None

    def starts(self, text: str) -> int:
        """How often in a row the box has begun on this text, this time included.

        Until it `keep`s the text, or has `survived`: one that dies hard cannot say so.
        """
        try:
            last, _, count = read(self._state / _ON_TRIAL).partition(" ")
            number = int(count) if last == _digest(text) and count.isdecimal() else 0
        except (ConfigError, ValueError):
            number = 0
        self._write(_ON_TRIAL, f"{_digest(text)} {number + 1}".encode())
        return number + 1

    def survived(self) -> None:
        """Whatever the box ran on, it ended in good order."""
        with contextlib.suppress(OSError):
            (self._state / _ON_TRIAL).unlink(missing_ok=True)

    def keep(self, text: str) -> None:
        """The box ran on this text."""
        self.survived()
        self._write(LAST_GOOD, text.encode())

    def _write(self, name: str, content: bytes) -> None:
        copy = self._state / name
        try:
            if copy.is_file() and copy.read_bytes() == content:
                return  # spare the SD card
            make_folder(self._state)
            write_durably(copy, content)
        except OSError as error:
            self._trouble.starts(
                f"{self._state}: no copy of the configuration could be kept there ({error})"
            )
        else:
            self._trouble.ends(f"{self._state}: a copy of the configuration is kept again")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class ConfigWatch:
    """Notices that the content of the file is another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._read()

    def changed(self) -> bool:
        """Whether the content is not that of the last call; it need not be valid."""
        before, self._seen = self._seen, self._read()
        return self._seen != before

    def _read(self) -> str | None:
        try:
            return read(self._path)
        except ConfigError as error:
            return str(error)
