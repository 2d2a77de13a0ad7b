"""The state folder: what the daemon remembers through restarts and power cuts."""

from __future__ import annotations

import asyncio
import errno
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.incident import Faults, Trouble
from edgemood.state import D, Document, UnreadableError
from edgemood.storage.atomic_write import make_folder, remove_durably, write_durably
from edgemood.storage.plain_file import read_plain_file

MOST_BYTES = 32 * 2**20
"""of a document; opinions on 100,000 songs are a third of it"""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
"""between tries to write what could not be written, or what has vanished from the folder"""
_NAMES_ASIDE = (".unreadable", *(f".unreadable-{number}" for number in range(2, 10)))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is on the disk under a name."""

    document: Document | None
    stamp: tuple[int, int] | None


class Memory:
    """Documents in a folder; each is whole or absent, never half-written.

    A file that cannot be read as its document is set aside, with a warning. A folder that cannot be
    written (full or read-only card) costs the memory, never the music: that is a fault for as
    long as it lasts, what is to be kept lives on in this process, and `keep_trying` tries again.
    Without a folder, nothing outlives the process.
    """

    def __init__(self, folder: Path | None = None, faults: Faults | None = None) -> None:
        self._folder = folder
        self._current: dict[str, Document | None] = {}
        self._durable: dict[str, _Kept] = {}
        self._lost: dict[str, str] = {}
        self._unkept: dict[str, str] = {}
        self._failed = asyncio.Event()
        self._trouble = Trouble(log, faults)

    def recall(self, kind: type[D]) -> D | None:
        """The document; None when there is none, or none that can be read."""
        if kind.name not in self._current:
            self._current[kind.name] = self._read(kind)
        document = self._current[kind.name]
        return document if isinstance(document, kind) else None

    def lost(self, kind: type[Document]) -> str:
        """Why what was there when it was recalled could not be read; empty when it could."""
        return self._lost.get(kind.name, "")

    def keep(self, document: Document) -> bool:
        """Replace the document; whether it survives a power cut now."""
        self._current[document.name] = document
        return self._write(document.name)

    def forget(self, kind: type[Document]) -> bool:
        """Have none any more; whether that survives a power cut now."""
        self._current[kind.name] = None
        return self._write(kind.name)

    def is_kept(self, kind: type[Document]) -> bool:
        """Whether what is remembered of this kind is on the disk now."""
        return self._folder is not None and self._is_durable(kind.name)

    def withdraw(self, kind: type[Document]) -> bool:
        """Remove what is on the disk of a document that cannot be replaced; whether it is gone."""
        if self._folder is None:
            return False
        try:
            remove_durably(self._path(kind.name))
        except OSError:
            return False
        return True

    def unlisted(self) -> str:
        """Why it cannot be told what the folder holds; empty when it can, or there is none yet."""
        if self._folder is None:
            return ""
        try:
            next(self._folder.iterdir(), None)
        except FileNotFoundError:
            return "a link that leads nowhere" if self._folder.is_symlink() else ""
        except OSError as error:
            return _words(error)
        return ""

    @property
    def problem(self) -> str:
        """Why something is not kept at present; empty when all is."""
        return next(iter(self._unkept.values()), "")

    async def keep_trying(self, clock: Clock) -> None:
        """Until cancelled, write what could not be written as soon as it can be.

        What somebody removes, as with the whole folder, is written again, too.
        """
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            if self._unkept:
                await clock.sleep(backoff.pause_s())
            else:
                backoff.reset()
                await self._failed_within(clock, LONGEST_PAUSE_S)
            for name, document in tuple(self._current.items()):
                if document is not None or name in self._unkept:
                    self._write(name)
            self._failed.clear()

    async def _failed_within(self, clock: Clock, limit_s: float) -> None:
        """Wait until something cannot be written, or the time is over."""
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self._failed.wait()),
            asyncio.ensure_future(clock.sleep(limit_s)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _write(self, name: str) -> bool:
        document = self._current[name]
        if self._folder is not None and not self._is_durable(name):
            try:
                make_folder(self._folder)
                if document is None:
                    remove_durably(self._path(name))
                else:
                    write_durably(self._path(name), document.to_json())
            except OSError as error:
                self._durable.pop(name, None)  # which of the two is there is not known
                self._unkept[name] = _words(error)
                self._trouble.starts(
                    f"{self._folder}: cannot be written ({_words(error)}); what is said and done "
                    "is not remembered through a restart"
                )
                self._failed.set()
                return False
            self._durable[name] = _Kept(document, self._stamp(name))
        self._unkept.pop(name, None)
        if not self._unkept:
            self._trouble.ends(f"{self._folder}: can be written again")
        return True

    def _read(self, kind: type[D]) -> D | None:
        if self._folder is None:
            return None
        path = self._path(kind.name)
        try:
            document = kind.from_json(read_plain_file(path, MOST_BYTES))
        except FileNotFoundError:
            if path.is_symlink():
                self._lose(kind, path, "a link that leads nowhere")
            else:
                self._durable[kind.name] = _Kept(None, None)
            return None
        except UnreadableError as error:
            self._lose(kind, path, str(error))
            return None
        except OSError as error:
            self._lose(kind, path, _words(error))
            return None
        self._durable[kind.name] = _Kept(document, self._stamp(kind.name))
        return document

    def _is_durable(self, name: str) -> bool:
        kept = self._durable.get(name)
        return (
            kept is not None
            and kept.document == self._current.get(name)
            and kept.stamp == self._stamp(name)
        )

    def _stamp(self, name: str) -> tuple[int, int] | None:
        """What tells the file from every other one; None when there is none."""
        try:
            found = self._path(name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _lose(self, kind: type[Document], path: Path, problem: str) -> None:
        """Set a file aside that is no document; where there is one already, that one goes."""
        self._lost[kind.name] = problem
        for ending in _NAMES_ASIDE:
            aside = path.with_name(path.name + ending)
            try:
                path.replace(aside)
            except (IsADirectoryError, NotADirectoryError):
                continue
            except OSError as error:
                if error.errno == errno.ENOTEMPTY:
                    continue
                log.warning("%s: %s; going on without it", path, problem)
                return
            self._durable[kind.name] = _Kept(None, None)
            log.warning("%s: %s; set aside as %s, going on without", path, problem, aside.name)
            return
        log.warning("%s: %s; going on without it", path, problem)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}.json"


def _words(error: OSError) -> str:
    return error.strerror or str(error)
