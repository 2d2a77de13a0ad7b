"""The index's file: its tables, and how older ones are brought up to date."""

from __future__ import annotations

from typing import Final

from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.storage.database import Kind

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
    gone_at INTEGER,                       -- SongIndex.watched_s; NULL: there
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

INDEX: Final = Kind(
    name="the song index",
    steps=(_TABLES,),
    synchronous="NORMAL",
    trouble=LibraryError,
    damage=IndexDamagedError,
)
"""A power cut may cost the last moments' work, which is done again; labels have a journal."""
