"""Brings the index in line with MPD's list of songs: new, changed, moved and gone ones."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import numpy as np

from edgemood.music.library.index.columns import file_key
from edgemood.music.library.index.paths import path_bytes, path_text
from edgemood.music.library.index.song_index import SongIndex
from edgemood.music.library.metadata.mpd_tags import duration_in, mood_in, song_of
from edgemood.music.mpd.answers import Tags
from edgemood.music.song import Origin

REMEMBERED_DAYS: Final = 30
"""for how long a song that is gone is remembered, with its analysis, in case it comes back; days
in which the box was on, for of others it knows nothing, and its clock may have jumped"""

_MOVES_AT_ONCE: Final = 100
_DAY_S: Final = 86_400
_SAME_DURATION_S: Final = 0.05
_MOST_GENRES: Final = 2**15 - 1


@dataclass(slots=True)
class Tally:
    """What an update found."""

    songs: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    gone: int = 0

    @property
    def news(self) -> bool:
        """Whether anything is not as it was."""
        return bool(self.new or self.changed or self.moved or self.gone)


class Update:
    """One pass over MPD's list: `take` every page of it, then `finish`.

    Each page is kept by itself, so a pass cut short loses nothing; but only `finish` knows what is
    gone.
    """

    def __init__(self, index: SongIndex, *, retell: bool = False) -> None:
        """With `retell`, tags that have not changed are read for moods again, too."""
        self._index = index
        self._retell = retell
        self._seen = array("q")
        self._new: list[int] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self.tally = Tally()

    def take(self, page: Sequence[Tags]) -> None:
        """Compare a page of songs with the index, and write down what is new or has changed."""
        listed = {file_key(tags["file"]): tags for tags in page}
        with self._index.store.writing() as database:
            known = self._known(database, listed)
            for key, tags in listed.items():
                self._take(database, key, tags, known.get(key))
        self.tally.songs += len(listed)

    def finish(self) -> Tally:
        """Find out what is gone and what has only moved; forget what is gone for long."""
        now = self._index.watched_s()
        with self._index.store.writing() as database:
            with self._index.store.reading():
                present = [row[0] for row in database.execute("SELECT song FROM row")]
                gone = np.setdiff1d(present, np.frombuffer(self._seen, np.int64)).tolist()
            database.executemany(
                "UPDATE song SET gone_at = ? WHERE id = ?", [(now, id_) for id_ in gone]
            )
            database.executemany("DELETE FROM pending WHERE song = ?", [(id_,) for id_ in gone])
            database.executemany("DELETE FROM row WHERE song = ?", [(id_,) for id_ in gone])
            # of the first release, or of an index that was mended: from now on it counts
            database.execute("UPDATE song SET gone_at = ?1 WHERE gone_at > ?1", (now,))
            self._forget(database, now - REMEMBERED_DAYS * _DAY_S)
            (missing,) = database.execute(
                "SELECT count(*) FROM song WHERE gone_at NOTNULL"
            ).fetchone()
        if missing:
            self._follow_moves()
        self.tally.gone = len(gone) - self.tally.moved
        self.tally.new -= self.tally.moved
        return self.tally

    def _follow_moves(self) -> None:
        """A few at a time: others want to write, too, and a whole library may have moved."""
        for start in range(0, len(self._new), _MOVES_AT_ONCE):
            with self._index.store.writing() as database:
                for id_ in self._new[start : start + _MOVES_AT_ONCE]:
                    self.tally.moved += self._moved(database, id_)

    def _known(
        self, database: sqlite3.Connection, keys: Iterable[int]
    ) -> dict[int, tuple[int, str, float | None, bool, bool]]:
        rows = database.execute(
            "SELECT key, id, modified, duration_s, gone_at IS NOT NULL, row.song IS NOT NULL"
            " FROM song LEFT JOIN row ON row.song = id"
            " WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {key: known for key, *known in rows}

    def _take(
        self,
        database: sqlite3.Connection,
        key: int,
        tags: Tags,
        known: tuple[int, str, float | None, bool, bool] | None,
    ) -> None:
        if known is None:
            id_ = self._insert(database, key, tags)
            self._new.append(id_)
            self.tally.new += 1
        else:
            id_, modified, duration_s, gone, has_row = known
            same = modified == _modified(tags) and duration_s == duration_in(tags)
            if gone:
                database.execute("UPDATE song SET gone_at = NULL WHERE id = ?", (id_,))
            if not same:
                self._write(database, id_, tags)
            elif self._retell:
                self._index.set_source(id_, Origin.TAG, mood_in(tags, self._index.words))
                self._index.refresh([id_])
            if gone or not same:
                self.tally.new += gone
                self.tally.changed += not gone
            if gone or not same or not has_row:
                self._index.refresh([id_])
        self._seen.append(id_)

    def _insert(self, database: sqlite3.Connection, key: int, tags: Tags) -> int:
        id_ = database.execute(
            "INSERT INTO song (key, path, title, artist, album, genres, modified)"
            " VALUES (?, ?, '', 0, 0, x'', '')",
            (key, path_bytes(tags["file"])),
        ).lastrowid
        assert id_ is not None
        self._write(database, id_, tags)
        self._index.refresh([id_])
        return id_

    def _write(self, database: sqlite3.Connection, id_: int, tags: Tags) -> None:
        """Everything MPD says of a song; what was heard in it is to be found out anew."""
        song = song_of(tags, self._index.words)
        number_of = self._number_of
        genres = [number_of("genre", name) for name in song.genres]
        start_s, end_s = _range_s(tags)
        database.execute(
            "UPDATE song SET title = ?, artist = ?, album = ?, genres = ?, year = ?,"
            " duration_s = ?, start_s = ?, end_s = ?, modified = ?, problem = '' WHERE id = ?",
            (
                _clean(song.title),
                number_of("artist", song.artist),
                number_of("album", song.album),
                np.array([genre for genre in genres if genre <= _MOST_GENRES], "<i2").tobytes(),
                song.year,
                song.duration_s,
                start_s,
                end_s,
                _modified(tags),
                id_,
            ),
        )
        self._index.set_source(id_, Origin.TAG, mood_in(tags, self._index.words))
        if "://" not in song.file:  # a stream has no file to listen to
            database.execute("INSERT OR IGNORE INTO pending VALUES (?)", (id_,))

    def _number_of(self, kind: str, name: str) -> int:
        number = self._numbers.get((kind, name))
        if number is None:
            number = self._numbers[kind, name] = self._index.number_of(kind, _clean(name))
        return number

    def _moved(self, database: sqlite3.Connection, new: int) -> bool:
        """Whether a new song is one that is gone from elsewhere, which then lives on as this."""
        twins = database.execute(
            "SELECT old.id, old.path FROM song AS old JOIN song AS new ON new.id = ?"
            " WHERE old.gone_at IS NOT NULL"
            " AND old.duration_s BETWEEN new.duration_s - ? AND new.duration_s + ?"
            " AND old.title = new.title AND old.artist = new.artist AND old.album = new.album"
            " AND (new.title != '' OR old.modified = new.modified) ORDER BY old.id",
            (new, _SAME_DURATION_S, _SAME_DURATION_S),
        ).fetchall()
        (path,) = database.execute("SELECT path FROM song WHERE id = ?", (new,)).fetchone()
        with self._index.store.reading():
            named_alike = [id_ for id_, old_path in twins if _name(old_path) == _name(path)]
        tagged = database.execute("SELECT title != '' FROM song WHERE id = ?", (new,)).fetchone()[0]
        candidates = named_alike or [id_ for id_, _ in twins if tagged]
        if not candidates:
            return False
        take_place(self._index, candidates[0], new)
        return True

    def _forget(self, database: sqlite3.Connection, before: int) -> None:
        gone = database.execute("SELECT id FROM song WHERE gone_at < ?", (before,)).fetchall()
        database.executemany("DELETE FROM source WHERE song = ?", gone)
        database.executemany("DELETE FROM song WHERE id = ?", gone)


def take_place(index: SongIndex, old: int, new: int) -> None:
    """A song that is gone has come back under another name, as the song `new`.

    Its number, labels and, unless the file has changed, what was heard in it live on.
    """
    with index.store.writing() as database:
        with index.store.reading():
            before, now = _known_of(database, old), _known_of(database, new)
        fields = database.execute(
            "SELECT key, path, title, artist, album, genres, year, duration_s, start_s, end_s,"
            " modified FROM song WHERE id = ?",
            (new,),
        ).fetchone()
        heard = database.execute(
            "SELECT language, fingerprint, features, problem FROM song WHERE id = ?", (new,)
        ).fetchone()
        database.execute("DELETE FROM song WHERE id = ?", (new,))
        database.execute("DELETE FROM pending WHERE song = ?", (new,))
        database.execute("DELETE FROM row WHERE song = ?", (new,))
        database.execute("DELETE FROM source WHERE song = ? AND origin = ?", (old, Origin.TAG))
        database.execute("UPDATE OR REPLACE source SET song = ? WHERE song = ?", (old, new))
        database.execute(
            "UPDATE song SET key = ?, path = ?, title = ?, artist = ?, album = ?, genres = ?,"
            " year = ?, duration_s = ?, start_s = ?, end_s = ?, modified = ?, gone_at = NULL"
            " WHERE id = ?",
            (*fields, old),
        )
        if now.heard:
            database.execute(
                "UPDATE song SET language = ?, fingerprint = ?, features = ?, problem = ?"
                " WHERE id = ?",
                (*heard, old),
            )
        elif not before.heard or before.modified != now.modified:
            database.execute("INSERT OR IGNORE INTO pending VALUES (?)", (old,))
        index.labels.move(before.file, now.file)
        index.refresh([old])


class _Known(NamedTuple):
    file: str
    modified: str
    heard: bool


def _known_of(database: sqlite3.Connection, id_: int) -> _Known:
    path, modified, heard = database.execute(
        "SELECT path, modified, fingerprint NOTNULL FROM song WHERE id = ?", (id_,)
    ).fetchone()
    return _Known(path_text(path), modified, bool(heard))


def _name(path: bytes) -> str:
    return PurePosixPath(path_text(path)).name


def _modified(tags: Tags) -> str:
    modified = tags.get("last-modified", "")
    return modified if isinstance(modified, str) else modified[-1]


def _range_s(tags: Tags) -> tuple[float | None, float | None]:
    """The part of a file that a song is, as of a cue sheet: ``12.345-67.890`` or ``12.345-``."""
    start, dash, end = str(tags.get("range", "")).partition("-")
    if not dash:
        return None, None
    return float(start), float(end) if end else None


def _clean(text: str) -> str:
    """Without bytes that are not UTF-8, which SQLite's text cannot hold."""
    return text.encode("utf-8", "replace").decode()
