"""Where taste survives a power cut: one SQLite file."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import ProfileError
from edgemood.music.choice.evidence import Evidence
from edgemood.trouble import Trouble

TASTE = "taste.db"
"""the file's name in the folder that the daemon keeps"""
HOUSEHOLD = "household"
"""the profile of everybody together, which always exists"""

_NOWHERE = ":memory:"
_BUSY_S = 2.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS profile (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    deeds INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS deed (
    profile INTEGER NOT NULL REFERENCES profile(id) ON DELETE CASCADE,
    song INTEGER NOT NULL, emotion TEXT NOT NULL, good REAL NOT NULL, bad REAL NOT NULL,
    PRIMARY KEY (profile, song, emotion)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opinion (
    profile INTEGER NOT NULL REFERENCES profile(id) ON DELETE CASCADE,
    song INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (profile, song)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS song (id INTEGER PRIMARY KEY, file INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS heard (song INTEGER PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS part (
    name TEXT PRIMARY KEY, good REAL NOT NULL, bad REAL NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO profile (name) VALUES ('household');
"""

_NUMBERED = (("song", "id"), ("deed", "song"), ("opinion", "song"), ("heard", "song"))

log = logging.getLogger(__name__)


class TasteStore:
    """Profiles, what their listeners did, and when songs were last heard.

    What is told is on the disk when the call returns. A disk that cannot be written costs the
    memory, never the music: it is logged once, and what is told lives on until the process ends.
    Other processes may add and remove profiles meanwhile. Without a path, nothing is kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._place = _NOWHERE if path is None else str(path)
        if path is not None:
            with suppress(OSError):  # opening will tell
                path.parent.mkdir(parents=True, exist_ok=True)
        self._trouble = Trouble(log)
        self._evidence: dict[str, Evidence] = {}
        self._seen: object = None
        self.remembers = path is not None
        """whether there is a file"""
        try:
            self._database = _opened(self._place)
        except sqlite3.OperationalError as error:
            log.warning("%s: cannot be opened (%s); taste is not remembered", self._place, error)
            self._database = _opened(_NOWHERE)
            self.remembers = False
        except sqlite3.DatabaseError as error:
            self._database = self._begun_anew(error)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def profiles(self) -> tuple[str, ...]:
        """The names of all profiles, the household first."""
        return tuple(name for (name,) in self._read("SELECT name FROM profile ORDER BY id"))

    def add_profile(self, name: str) -> None:
        """Begin a profile. Raises ProfileError when there is one of that name, or on a bad disk."""
        try:
            with self._database:
                self._database.execute("INSERT INTO profile (name) VALUES (?)", (name,))
        except sqlite3.IntegrityError:
            raise ProfileError(f"{name}: there is such a profile already") from None
        except sqlite3.Error as error:
            raise ProfileError(f"{self._place}: cannot be written ({error})") from error

    def remove_profile(self, name: str) -> None:
        """Forget a profile and all its taste. Raises ProfileError when there is none."""
        if name.casefold() == HOUSEHOLD:
            raise ProfileError(f"{HOUSEHOLD}: stands for everybody together and stays")
        try:
            with self._database:
                gone = self._database.execute("DELETE FROM profile WHERE name = ?", (name,))
        except sqlite3.Error as error:
            raise ProfileError(f"{self._place}: cannot be written ({error})") from error
        if not gone.rowcount:
            known = ", ".join(self.profiles()[1:]) or "none"
            raise ProfileError(f"{name}: there is no such profile; there are: {known}")

    def evidence(self, name: str) -> Evidence:
        """What is known of a profile; of one that does not exist, nothing."""
        version = self._read("PRAGMA data_version")
        if version != self._seen:  # another process wrote
            self._seen = version
            self._evidence.clear()
        if name not in self._evidence:
            self._evidence[name] = self._restored(name)
        return self._evidence[name]

    def tell_deed(
        self, name: str, song: int, emotion: Emotion, *, good: float = 0, bad: float = 0
    ) -> None:
        """Count what a profile's listener did with a song."""
        evidence = self.evidence(name)
        evidence.deed(song, emotion, good=good, bad=bad)
        with self._writing() as write:
            write.execute("UPDATE profile SET deeds = ? WHERE name = ?", (evidence.at, name))
            write.execute(
                "INSERT OR REPLACE INTO deed SELECT id, ?, ?, ?, ? FROM profile WHERE name = ?",
                (song, emotion.value, *evidence.stored(song, emotion), name),
            )

    def tell_opinion(self, name: str, song: int, opinion: float) -> None:
        """Replace a profile's opinion of a song, from -1 to 1."""
        self.evidence(name).opine(song, opinion)
        with self._writing() as write:
            write.execute(
                "INSERT OR REPLACE INTO opinion SELECT id, ?, ? FROM profile WHERE name = ?",
                (song, opinion, name),
            )

    def heard(self) -> dict[int, float]:
        """When each song last began, in seconds since 1970, as far as they were known."""
        return dict(self._read("SELECT song, at FROM heard"))

    def tell_heard(self, song: int, at: float) -> None:
        """Note that a song began."""
        with self._writing() as write:
            write.execute("INSERT OR REPLACE INTO heard VALUES (?, ?)", (song, at))

    def parts(self) -> dict[str, tuple[float, float]]:
        """How often each part of the choice was right and wrong."""
        rows = self._read("SELECT name, good, bad FROM part")
        return {name: (good, bad) for name, good, bad in rows}

    def tell_parts(self, parts: dict[str, tuple[float, float]]) -> None:
        """Replace what `parts` gives."""
        with self._writing() as write:
            rows = [(name, *counts) for name, counts in parts.items()]
            write.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", rows)

    def songs(self) -> dict[int, int]:
        """The `file_key` under which each song was last seen, by the song's number."""
        return dict(self._read("SELECT id, file FROM song"))

    def tell_songs(self, files: Mapping[int, int]) -> None:
        """Note under which `file_key` songs are seen."""
        with self._writing() as write:
            write.executemany("INSERT OR REPLACE INTO song VALUES (?, ?)", files.items())

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Songs have other numbers now, as after the index was built anew."""
        with self._writing() as write:
            for table, column in _NUMBERED:  # by way of negative numbers: some may change places
                aside = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - names of our own
                back = f"UPDATE OR REPLACE {table} SET {column} = -{column} WHERE {column} < 0"  # noqa: S608 - likewise
                write.executemany(aside, [(-new, old) for old, new in numbers.items()])
                write.execute(back)
        self._evidence.clear()

    def _restored(self, name: str) -> Evidence:
        evidence = Evidence()
        for id_, deeds in self._read("SELECT id, deeds FROM profile WHERE name = ?", name):
            evidence.at = deeds
            deeds_of = "SELECT song, emotion, good, bad FROM deed WHERE profile = ? ORDER BY song"
            for song, emotion, good, bad in self._read(deeds_of, id_):
                if emotion in EMOTIONS:
                    evidence.restore(song, Emotion(emotion), good, bad)
            opinions = "SELECT song, value FROM opinion WHERE profile = ?"
            for song, value in self._read(opinions, id_):
                evidence.opine(song, value)
        return evidence

    def _read(self, question: str, *values: object) -> list[Any]:
        """The rows; none from a damaged file, which is set aside."""
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.OperationalError as error:  # such as a file that another process locks
            self._trouble.starts(f"{self._place}: cannot be read ({error})")
        except sqlite3.DatabaseError as error:
            self._database.close()
            self._evidence.clear()
            self._database = self._begun_anew(error)
        return []

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            self._trouble.starts(f"{self._place}: cannot be written ({error}); not remembered")
        else:
            self._trouble.ends(f"{self._place}: can be written again")

    def _begun_anew(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """A fresh file in place of a damaged one, which is set aside for whoever can mend it."""
        aside = Path(f"{self._place}.damaged")
        try:
            Path(self._place).replace(aside)
            for companion in ("-wal", "-shm"):
                Path(self._place + companion).unlink(missing_ok=True)
            database = _opened(self._place)
        except (OSError, sqlite3.DatabaseError):
            log.warning("%s: is damaged (%s); taste is not remembered", self._place, error)
            self.remembers = False
            return _opened(_NOWHERE)
        log.warning("%s: is damaged (%s); set aside as %s", self._place, error, aside.name)
        return database


def _opened(place: str) -> sqlite3.Connection:
    database = sqlite3.connect(place, timeout=_BUSY_S)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")  # the default, but it is what we promise
        database.execute("PRAGMA foreign_keys = ON")
        with closing(database.cursor()) as cursor:
            cursor.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
