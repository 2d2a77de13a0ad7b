"""The index's file: an SQLite database, its tables, and how older ones are brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from edgemood.errors import IndexDamagedError, LibraryError

BUSY_S: Final = 30.0
"""how long to wait while another process of the box writes"""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
-- artists, albums, genres, languages: small numbers for each kind
CREATE TABLE name (
    kind TEXT, id INTEGER, name TEXT NOT NULL, PRIMARY KEY (kind, id), UNIQUE (kind, name)
) WITHOUT ROWID;
CREATE TABLE song (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- a number is never given twice
    key INTEGER NOT NULL UNIQUE,           -- file_key(path)
    path BLOB NOT NULL,                    -- MPD's name; need not be UTF-8
    title TEXT NOT NULL,
    artist INTEGER NOT NULL,
    album INTEGER NOT NULL,
    genres BLOB NOT NULL,                  -- numbers of genres, int16
    year INTEGER,
    language INTEGER NOT NULL DEFAULT 0,
    duration_s REAL,
    start_s REAL,                          -- a part of a file, as of a cue sheet
    end_s REAL,
    modified TEXT NOT NULL,                -- Last-Modified, as MPD says it
    gone_at INTEGER,                       -- Unix time; NULL: it is there
    problem TEXT NOT NULL DEFAULT '',      -- why it could not be analysed
    fingerprint BLOB,                      -- fingerprint.py; NULL: not listened to
    features BLOB                          -- 16 float16: how it sounds
);
CREATE INDEX gone ON song (duration_s) WHERE gone_at IS NOT NULL;
CREATE INDEX problem ON song (id) WHERE problem != '';
-- what tag, lyrics and sound say: ten float16 of scores, affect and reliability
CREATE TABLE source (
    song INTEGER, origin TEXT, mood BLOB NOT NULL, because TEXT NOT NULL,
    PRIMARY KEY (song, origin)
) WITHOUT ROWID;
-- the owner's words, under file_key, whether the file is there or not
CREATE TABLE label (
    key INTEGER, given_by TEXT, word TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (key, given_by)
) WITHOUT ROWID;
-- songs to be analysed
CREATE TABLE pending (song INTEGER PRIMARY KEY);
-- columns.ROW of every song that is there
CREATE TABLE row (song INTEGER PRIMARY KEY, packed BLOB NOT NULL);
"""

_STEPS: Final = (_TABLES,)
"""Step n takes a database from version n to n + 1; what was released is never edited."""

VERSION: Final = len(_STEPS)

_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_database(path: Path) -> sqlite3.Connection:
    """A connection to the database in `path`, made or brought up to date where needed.

    Raises IndexDamagedError when the file is no whole database, LibraryError when it cannot be
    used for another reason.
    """
    with explained(path):
        database = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA journal_mode = WAL")
            # a power cut may cost the last moments' work, which is done again, never the file
            database.execute("PRAGMA synchronous = NORMAL")
            _bring_up_to_date(database, path)
        except BaseException:
            database.close()
            raise
    return database


def _bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    """Take the missing steps, all or none; a newer edgemood's file is left alone."""
    if _version(database) == VERSION:
        return
    with writing(database):
        version = _version(database)  # another process may have been first
        if version > VERSION:
            raise LibraryError(
                f"{path}: made by a newer edgemood (version {version}, this one knows {VERSION}); "
                "update edgemood, or move the file away to have the index built anew"
            )
        for step in _STEPS[version:]:
            for statement in step.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def writing(database: sqlite3.Connection) -> Iterator[None]:
    """A transaction: all of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say in the owner's words what goes wrong with the database in `path`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
            raise IndexDamagedError(f"{path}: the song index is damaged ({error})") from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise LibraryError(
            f"{path}: the song index cannot be used ({error}); is the disk full or read-only, or "
            "does the folder belong to somebody else?"
        ) from error


def is_whole(path: Path) -> bool:
    """Whether every page of the database is sound; reads all of it."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def move_aside(path: Path) -> Path:
    """Put a damaged database where it does no harm, for whoever wants to look into it."""
    aside = path.with_name(f"{path.name}.damaged")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside
