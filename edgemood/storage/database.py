"""An SQLite file that a store keeps what it knows in: opened whole or not at all, never believed.

Whatever lies in the file's place, and whatever a bad card makes of its bytes, ends in one of two
errors: it is damaged (set it aside and begin anew), or it cannot be used now (try again later).
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from edgemood.errors import EdgemoodError

_COMPANIONS: Final = ("-wal", "-shm", "-journal")
_MOST_ASIDE: Final = 9

_PASSING: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_MISUSE,
    }
)
"""what says nothing against the file; all the rest is not to be had from a sound one"""
_UNREADABLE: Final = (
    TypeError,
    ValueError,
    LookupError,
    OverflowError,
    AttributeError,
    MemoryError,
    struct.error,
)
"""what comes of a value that is not of the kind that was written"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of store."""

    name: str
    """what it is to an owner, such as ``the song index``"""
    steps: tuple[str, ...]
    """Step n takes a database from version n to n + 1; what was released is never edited."""
    synchronous: Literal["NORMAL", "FULL"]
    """NORMAL: a power cut may cost the last moments' work, never the file"""
    trouble: type[EdgemoodError]
    """raised when the file cannot be used now"""
    damage: type[EdgemoodError]
    """raised when the file is none of this kind, or no whole one"""

    def error(self, path: Path, error: sqlite3.Error) -> EdgemoodError:
        """What SQLite's error means to an owner."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and not isinstance(error, sqlite3.ProgrammingError):
            return self.damage(f"{path}: {self.name} is damaged ({error})")  # text that is none
        if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return self.trouble(
                f"{path}: {self.name} cannot be used ({error}); another program is writing to it"
            )
        if code is None or code & 0xFF in _PASSING:
            return self.trouble(
                f"{path}: {self.name} cannot be used ({error}); is the disk full or read-only, "
                "or does the folder belong to somebody else?"
            )
        return self.damage(f"{path}: {self.name} is damaged ({error})")

    @contextmanager
    def explained(self, path: Path) -> Iterator[None]:
        """Say in the owner's words what goes wrong with the database in `path`."""
        try:
            yield
        except sqlite3.Error as error:
            raise self.error(path, error) from error

    @contextmanager
    def decoded(self, path: Path) -> Iterator[None]:
        """The same, for what only reads: a value that cannot be understood is damage, too."""
        try:
            with self.explained(path):
                yield
        except EdgemoodError:
            raise
        except _UNREADABLE as error:
            what = f"{type(error).__name__}: {error}"
            raise self.damage(f"{path}: {self.name} is damaged ({what})") from error

    def open(self, path: Path, *, busy_s: float) -> sqlite3.Connection:
        """A connection to the database in `path`, made or brought up to date where needed.

        While another process writes, it waits up to `busy_s`. Raises `damage` and `trouble`.
        """
        for part in parts(path):
            if part.exists() and not part.is_file():
                raise self.damage(f"{path}: {self.name} is damaged ({part.name} is no file)")
        with self.decoded(path):
            database = sqlite3.connect(
                path, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(f"PRAGMA synchronous = {self.synchronous}")
                database.execute("PRAGMA foreign_keys = ON")
                self._bring_up_to_date(database, path)
            except BaseException:
                database.close()
                raise
        return database

    def _bring_up_to_date(self, database: sqlite3.Connection, path: Path) -> None:
        """Take the missing steps, all or none."""
        if self._version(database, path) == len(self.steps):
            return
        with writing(database):
            version = self._version(database, path)  # another process may have been first
            for step in self.steps[version:]:
                for statement in step.split(";\n"):
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {len(self.steps)}")

    def _version(self, database: sqlite3.Connection, path: Path) -> int:
        """How many steps the database has taken, by what is in it."""
        found = _tables(database)
        written = database.execute("PRAGMA user_version").fetchone()[0]
        if written <= len(self.steps):
            for version in range(len(self.steps), -1, -1):
                if found == _tables_after(self.steps[:version]):
                    return version
        raise self.damage(f"{path}: {self.name} is another program's, or another version's")


@cache
def _tables_after(steps: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        for step in steps:
            database.executescript(step)
        return _tables(database)


def _tables(database: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """The names of all tables, and of their columns."""
    rows = database.execute(
        "SELECT tables.name, group_concat(columns.name) FROM sqlite_master AS tables"
        " JOIN pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' GROUP BY tables.name"
    )
    return frozenset((str(name), str(columns)) for name, columns in rows)


@contextmanager
def writing(database: sqlite3.Connection) -> Iterator[None]:
    """A transaction: all of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def is_whole(path: Path) -> bool:
    """Whether every page of the database is sound; reads all of it."""
    try:
        with closing(sqlite3.connect(path, timeout=1.0)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def left_open(path: Path) -> bool:
    """Whether the last one to write did not get to close the file, or somebody has it open."""
    return any(part.is_file() and part.stat().st_size > 0 for part in parts(path)[1:])


def is_cut_short(path: Path) -> bool:
    """Whether the file is shorter than its own first page says."""
    if not path.is_file():  # to open a pipe would wait for whoever writes into it
        return False
    try:
        with path.open("rb") as file:
            page_bytes, pages = struct.unpack(">16xH10xI", file.read(32))
        whole_bytes: int = (page_bytes if page_bytes > 1 else 1 << 16) * pages
        return path.stat().st_size < whole_bytes
    except (OSError, struct.error):  # opening it will tell
        return False


def is_ours(path: Path) -> bool:
    """Whether this process may read and write the file, if there is one."""
    return not path.exists() or os.access(path, os.R_OK | os.W_OK)


def parts(path: Path) -> list[Path]:
    """The file of a database, and those that SQLite keeps beside it."""
    return [path, *(path.with_name(path.name + ending) for ending in _COMPANIONS)]


def move_aside(path: Path) -> Path:
    """Put a damaged database where it does no harm, for whoever wants to look into it.

    The one set aside before gives way. Raises OSError.
    """
    for number in range(_MOST_ASIDE + 1):
        aside = path.with_name(f"{path.name}.damaged{number or ''}")
        if all(not other.exists() or other.is_file() for other in parts(aside)):
            break
    for old, new in zip(parts(path), parts(aside), strict=True):
        new.unlink(missing_ok=True)
        if old.exists() or old.is_symlink():
            old.replace(new)
    return aside
