"""One process's hold on the index's file: turns for threads, errors in the owner's words."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, get_ident

from edgemood.errors import IndexDamagedError
from edgemood.music.library.tables import explained, move_aside, open_database, writing

IN_MEMORY = Path(":memory:")
"""an index that lives as long as the process"""
UNCHECKED = "unchecked"
"""``yes`` after a power cut, until somebody has looked at every page of the file"""
_SONGS_A_SECOND_BITS = 20
"""more than could be written; the numbers stay below 2⁵³, which JSON's readers tell apart"""

log = logging.getLogger(__name__)


class Store:
    """The database: one connection that writes, and one that reads and never waits for it.

    Both context managers raise IndexDamagedError when the file turns out to be damaged, and
    LibraryError when it cannot be used for another reason.
    """

    def __init__(self, path: Path, *, mend: bool = True) -> None:
        """Open the file. A damaged one is moved aside, and `fresh` tells that it began anew.

        Only one process may do so; the others leave it to that one, and get IndexDamagedError.
        """
        self.path = path
        self.fresh = path == IN_MEMORY or not path.exists()
        unclean = mend and _left_open(path)
        self._turn, self._readers_turn = RLock(), RLock()
        self._writing_thread: int | None = None
        try:
            self._connect()
        except IndexDamagedError as error:
            if not mend:
                raise
            self._begin_anew(str(error))
        self._inode = _inode(path)
        self._own_writes = 0
        self._seen: tuple[int, int] | None = None
        if unclean:
            self.keep(UNCHECKED, "yes")

    @property
    def replaced(self) -> bool:
        """Whether another process has begun a new file in this one's place."""
        return _inode(self.path) != self._inode

    def close(self) -> None:
        """Let go of the file."""
        with self._turn, self._readers_turn:
            self._database.close()
            self._reader.close()

    def rebuild(self, problem: str) -> None:
        """Move the file aside, for a problem found in it, and begin anew."""
        with self._turn, self._readers_turn:
            self.close()
            self._begin_anew(problem)
            self._own_writes += 1

    def _connect(self) -> None:
        self._database = self._reader = open_database(self.path)
        if self.path != IN_MEMORY:
            self._reader = open_database(self.path)

    def _begin_anew(self, problem: str) -> None:
        log.warning("%s; kept as %s, building a new one", problem, move_aside(self.path))
        self._connect()
        # numbers of the lost index may be remembered elsewhere, as in what somebody likes
        first = int(time.time()) << _SONGS_A_SECOND_BITS
        self._database.execute("INSERT INTO sqlite_sequence VALUES ('song', ?)", (first,))
        self._inode = _inode(self.path)
        self.fresh = True

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to be read; within `writing`, with what was written so far."""
        if self.path == IN_MEMORY or self._writing_thread == get_ident():
            with self._turn, explained(self.path):
                yield self._database
        else:
            with self._readers_turn, explained(self.path):
                yield self._reader

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database within a transaction: all of the block is kept, or nothing."""
        with self._turn, explained(self.path):
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


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _left_open(path: Path) -> bool:
    """Whether the last one to write did not get to close the file."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False
