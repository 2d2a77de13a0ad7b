"""What the daemon remembers through restarts and power cuts: a few small JSON documents."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from edgemood.durable import write_durably
from edgemood.trouble import Faults, Trouble

log = logging.getLogger(__name__)


class Memory:
    """Named documents in a folder; each is whole or absent, never half-written.

    A folder that cannot be written (full or read-only card) costs the memory, never the music: it
    is logged once and the documents live on until the process ends.
    """

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        self._folder = folder
        self._current: dict[str, str] = {}
        self._durable: dict[str, str] = {}
        self._trouble = Trouble(log, faults)

    def recall(self, name: str) -> Any:
        """The document kept under `name`, or None when there is none or it is damaged."""
        if name in self._current:
            return json.loads(self._current[name])
        path = self._path(name)
        try:
            return json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("%s: cannot be read (%s); beginning without it", path, error)
            return None

    def keep(self, name: str, document: Any) -> None:
        """Replace the document `name`; when this returns it survives a power cut."""
        text = json.dumps(document)
        self._current[name] = text
        if self._durable.get(name) == text:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_durably(self._path(name), text.encode())
        except OSError as error:
            self._trouble.starts(f"{self._folder}: cannot be written ({error}); not remembered")
        else:
            self._durable[name] = text
            self._trouble.ends(f"{self._folder}: can be written again")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
