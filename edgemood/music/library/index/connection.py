"""One process's hold on the index's file: turns for threads, errors in the owner's words."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import RLock, get_ident
from typing import Final

from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.index.schema import INDEX
from edgemood.storage.database import (
    is_cut_short,
    is_ours,
    is_whole,
    left_open,
    move_aside,
    writing,
)

IN_MEMORY = Path(":memory:")
"""an index that lives as long as the process"""
UNCHECKED = "unchecked"
"""``yes`` after a power cut, until somebody has looked at every page of a large file"""
CHECKED_AT_ONCE_BYTES: Final = 32 << 20
"""a smaller file is looked at when it is opened after a power cut: some seconds' work at most"""
_CHECKED_ALWAYS_BYTES: Final = 8 << 20
"""a smaller one always is: damage on a page that nobody reads today is found all the same"""
PATIENCE_S: Final = 5.0
"""how long a thread waits while another process of the box writes"""
_SOON_S: Final = 0.2
"""how long one that others wait for does"""
_SONGS_A_SECOND_BITS = 20
"""more than could be written; the numbers stay below 2⁵³, which JSON's readers tell apart"""

log = logging.getLogger(__name__)


class Store:
    """The database: one connection that writes, and one that reads and never waits for it.

    Both context managers raise IndexDamagedError when the file turns out to be damaged, and
    LibraryError when it cannot be used for another reason.
    """

    def __init__(self, path: Path, *, mend: bool = True) -> None:
        """Open the file; with `mend`, whatever is there, something that can be used is opened.

        A damaged file is moved aside. One that cannot be used now is replaced by memory, and
        `problem` says why; `reopen` tries again. Only one process may mend; the others leave it to
        that one, and get IndexDamagedError or LibraryError.
        """
        self.path = path
        self.problem = ""
        """why the file is not used, in the owner's words; empty when it is"""
        self.generation = 0
        """grows whenever another file, or none, is used from now on"""
        self.mends = mend
        """whether this process may move a damaged file aside"""
        self._turn, self._readers_turn = RLock(), RLock()
        self._writing_thread: int | None = None
        self._own_writes = 0
        self._seen: tuple[int, int] | None = None
        self._inode: int | None = None
        try:
            self._open()
        except LibraryError as error:
            if not mend:
                raise
            self._live_in_memory(error)

    @property
    def in_memory(self) -> bool:
        """Whether what is kept is gone with the process."""
        return self.path == IN_MEMORY or bool(self.problem)

    @property
    def replaced(self) -> bool:
        """Whether there is another file, or none, in this one's place."""
        return not self.in_memory and _inode(self.path) != self._inode

    def close(self) -> None:
        """Let go of the file."""
        with self._turn, self._readers_turn:
            self._database.close()
            self._reader.close()

    def rebuild(self, problem: str) -> None:
        """Move the file aside, for a problem found in it, and begin anew."""
        with self._turn, self._readers_turn:
            self.close()
            try:
                self._begin_anew(problem)
            except LibraryError as error:
                self._live_in_memory(error)
            self._moved_on()

    def reopen(self) -> bool:
        """Use the file that is there now, when it could not be used before, or was another.

        False when it cannot be used still.
        """
        with self._turn, self._readers_turn:
            self.close()
            self._moved_on()
            try:
                self._open()
            except LibraryError as error:
                self._live_in_memory(error)
                return False
            self.problem = ""
            return True

    def set_apart(self, error: LibraryError) -> None:
        """Leave the file alone until `reopen`, for a reason that may pass."""
        with self._turn, self._readers_turn:
            self.close()
            self._live_in_memory(error)
            self._moved_on()

    def be_patient(self) -> None:
        """Wait for other processes' writes from now on: not to be written to where others wait."""
        self._database.execute(f"PRAGMA busy_timeout = {round(1000 * PATIENCE_S)}")

    def _open(self) -> None:
        if self.mends:
            with suppress(OSError):  # SQLite says what is wrong with it
                self.path.parent.mkdir(parents=True, exist_ok=True)
        unclean = self.mends and (left_open(self.path) or is_cut_short(self.path))
        at_once_bytes = CHECKED_AT_ONCE_BYTES if unclean else _CHECKED_ALWAYS_BYTES
        try:
            self._connect()
            if self.mends and 0 < _size(self.path) <= at_once_bytes:
                self._check()
                unclean = False
        except IndexDamagedError as error:
            if not self.mends:
                raise
            self._begin_anew(str(error))
        if unclean:
            with suppress(LibraryError):
                self.keep(UNCHECKED, "yes")

    def _connect(self) -> None:
        if self.mends and not is_ours(self.path):
            raise IndexDamagedError(f"{self.path}: the song index is somebody else's")
        database = INDEX.open(self.path, busy_s=_SOON_S)
        if self.path == IN_MEMORY:
            self._database = self._reader = database
            return
        try:
            self._reader = INDEX.open(self.path, busy_s=_SOON_S)
        except LibraryError:
            database.close()
            raise
        self._database = database
        self._inode = _inode(self.path)

    def _check(self) -> None:
        if not is_whole(self.path):
            self.close()
            raise IndexDamagedError(f"{self.path}: the song index is damaged")

    def _moved_on(self) -> None:
        self._own_writes += 1
        self.generation += 1

    def _live_in_memory(self, error: LibraryError) -> None:
        self.problem = f"{error}; until it can be used, songs are not remembered"
        self._database = self._reader = INDEX.open(IN_MEMORY, busy_s=_SOON_S)
        self._number_anew()

    def _begin_anew(self, problem: str) -> None:
        try:
            aside = move_aside(self.path)
        except OSError as error:
            raise LibraryError(f"{problem}, and cannot be moved away ({error.strerror})") from error
        log.warning("%s; kept as %s, building a new one", problem, aside)
        self._connect()
        self.problem = ""
        self._number_anew()

    def _number_anew(self) -> None:
        """Numbers of the lost index may be remembered elsewhere, as in what somebody likes."""
        first = int(time.time()) << _SONGS_A_SECOND_BITS
        with INDEX.explained(self.path):
            self._database.execute("INSERT INTO sqlite_sequence VALUES ('song', ?)", (first,))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to be read; within `writing`, with what was written so far.

        Whatever is not understood in the block counts as damage.
        """
        if self.in_memory or self._writing_thread == get_ident():
            with self._turn, INDEX.decoded(self.path):
                yield self._database
        else:
            with self._readers_turn, INDEX.decoded(self.path):
                yield self._reader

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The database at one instant, for whoever takes long: others read meanwhile."""
        if self.in_memory:
            with self.reading() as database:
                yield database
            return
        with (
            INDEX.decoded(self.path),
            closing(sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)) as mine,
        ):
            mine.execute("BEGIN")
            yield mine

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database within a transaction: all of the block is kept, or nothing."""
        with self._turn, INDEX.explained(self.path):
            if self._database.in_transaction:  # part of a larger one
                yield self._database
                return
            with writing(self._database):
                self._writing_thread = get_ident()
                try:
                    yield self._database
                finally:
                    self._writing_thread = None
            self._own_writes += 1

    def changed(self) -> bool:
        """Whether this or another process has written since the last call."""
        with self.reading() as database:
            others = database.execute("PRAGMA data_version").fetchone()[0]
        before, self._seen = self._seen, (others, self._own_writes)
        return before != self._seen

    def recall(self, name: str) -> str | None:
        """A word kept under a name."""
        with self.reading() as database:
            row = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, name: str, value: str) -> None:
        """Keep a word under a name."""
        if self.recall(name) == value:
            return
        with self.writing() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
