"""The last configuration that was good, kept so that a bad edit never stops the music."""

from __future__ import annotations

import logging
from pathlib import Path

from edgemood.config.loader import parse, read
from edgemood.config.schema import Config
from edgemood.durable import make_folder, write_durably
from edgemood.errors import ConfigError

LAST_GOOD = "last-good-config.yaml"
"""name of the copy; readable by its owner alone, for it may hold MPD's password"""

log = logging.getLogger(__name__)


def load_or_last_good(path: Path, state: Path) -> tuple[Config, list[str]]:
    """The configuration to run on, and what is wrong with the file; never raises.

    A good file is copied to the folder `state`. A bad one gives the last good one, or the defaults
    where there is none.
    """
    try:
        text = read(path)
        config = parse(text, path)
    except ConfigError as error:
        return _last_good(path, state), error.problems
    try:
        _keep(text, state)
    except OSError as error:
        log.warning("%s: no copy of the configuration could be kept there (%s)", state, error)
    return config, []


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


def _last_good(path: Path, state: Path) -> Config:
    try:
        return parse(read(state / LAST_GOOD), path)
    except ConfigError:
        return Config()


def _keep(text: str, state: Path) -> None:
    copy = state / LAST_GOOD
    content = text.encode()
    if copy.is_file() and copy.read_bytes() == content:
        return  # spare the SD card
    make_folder(state)
    write_durably(copy, content)
