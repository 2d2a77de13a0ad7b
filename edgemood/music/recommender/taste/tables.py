"""The file that taste is looked up in: its tables, what deeds do to them, and all of it as deeds.

A deed is one record of the journal; `HOUSEHOLD` and everybody else have profiles by name.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from edgemood.emotion import EMOTIONS, Emotion
from edgemood.errors import TasteDamagedError, TasteError
from edgemood.music.recommender.taste.interactions import HALF_LIFE, Evidence
from edgemood.storage.append_log import Record
from edgemood.storage.database import Kind

HOUSEHOLD: Final = "household"
"""the profile of everybody together, which always exists"""

_TABLES = """
CREATE TABLE profile (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    deeds INTEGER NOT NULL DEFAULT 0);
CREATE TABLE deed (
    profile INTEGER NOT NULL REFERENCES profile(id) ON DELETE CASCADE,
    song INTEGER NOT NULL, emotion TEXT NOT NULL, good REAL NOT NULL, bad REAL NOT NULL,
    PRIMARY KEY (profile, song, emotion)) WITHOUT ROWID;
CREATE TABLE opinion (
    profile INTEGER NOT NULL REFERENCES profile(id) ON DELETE CASCADE,
    song INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (profile, song)) WITHOUT ROWID;
CREATE TABLE song (id INTEGER PRIMARY KEY, file INTEGER NOT NULL);
CREATE TABLE heard (song INTEGER PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE part (
    name TEXT PRIMARY KEY, good REAL NOT NULL, bad REAL NOT NULL) WITHOUT ROWID;
"""
_META = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE INDEX file ON song (file);
"""

FILE: Final = Kind(
    name="the memory of taste",
    steps=(_TABLES, _META),
    synchronous="NORMAL",
    trouble=TasteError,
    damage=TasteDamagedError,
)
"""A power cut may cost what the journal still has."""

JOURNALLED: Final = frozenset(
    {
        *("profile", "no profile", "opinion", "deed", "moved", "heeded"),
        *("identity", "known", "count"),  # sums of such
    }
)
"""kinds of deeds that a person, or what a person did, is behind"""
_NUMBERED = (("song", "id"), ("deed", "song"), ("opinion", "song"), ("heard", "song"))
_LARGEST = 2**62
_MOST_DEEDS = 500 * HALF_LIFE
"""beyond it, a count is no number any more; a hundred years' worth"""
_LONGEST_NAME = 200
_HEEDED = "heeded "


@dataclass(slots=True, eq=False)
class Known:
    """All that is known, as it is computed with."""

    profiles: dict[str, Evidence] = field(default_factory=dict)
    """by name, the household first"""
    songs: dict[int, int] = field(default_factory=dict)
    """the `file_key` of songs by number"""
    heard: dict[int, float] = field(default_factory=dict)
    """when songs last began, in seconds since 1970"""
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)
    heeded: set[str] = field(default_factory=set)
    """what of others' opinions has been taken over"""

    def of(self, name: str) -> Evidence | None:
        """What is known of a profile, in whichever case of letters."""
        if name in self.profiles:
            return self.profiles[name]
        found = (known for other, known in self.profiles.items() if _same(other, name))
        return next(found, None)

    def heed(self, deed: Record) -> None:
        """Take a deed to heart."""
        match deed["kind"]:
            case "profile":
                self.profiles.setdefault(deed["name"], Evidence())
            case "no profile":
                for name in [name for name in self.profiles if _same(name, deed["name"])]:
                    del self.profiles[name]
            case "opinion" if (evidence := self.of(deed["name"])) is not None:
                evidence.opine(deed["song"], deed["value"])
            case "deed" if (evidence := self.of(deed["name"])) is not None:
                emotion = Emotion(deed["emotion"])
                evidence.deed(deed["song"], emotion, good=deed["good"], bad=deed["bad"])
            case "heeded":
                self.heeded.add(deed["name"])
            case _:
                self._note(deed)

    def _note(self, deed: Record) -> None:
        """What no person is behind."""
        match deed["kind"]:
            case "songs":
                self.songs.update(deed["files"])
            case "heard":
                self.heard[deed["song"]] = deed["at"]
            case "parts":
                self.parts.update(deed["parts"])
            case "renumber":
                self._renumber(deed["numbers"])

    def _renumber(self, numbers: Mapping[int, int]) -> None:
        for evidence in self.profiles.values():
            evidence.renumber(numbers)
        self.songs = _renumbered(self.songs, numbers)
        self.heard = _renumbered(self.heard, numbers)


def understood(record: Record) -> bool:
    """Whether a record of the journal is a deed that this version knows."""
    try:
        kind, numbers = record["kind"], [record.get("song", 0), record.get("file") or 0]
        sound = kind in JOURNALLED and all(type(n) is int and abs(n) < 2**63 for n in numbers)
        match kind:
            case "profile" | "no profile" | "opinion" | "deed" | "count" | "known" | "heeded":
                sound &= 0 < len(record["name"].encode()) <= _LONGEST_NAME
            case "moved":
                sound &= type(record["to"]) is int and abs(record["to"]) < 2**63
            case "identity":
                sound &= isinstance(record["value"], str) and type(record["fold"]) is int
        if kind in ("deed", "count"):
            sound &= record["emotion"] in EMOTIONS
            sound &= _is_amount(record["good"]) and _is_amount(record["bad"])
        if kind == "opinion":
            sound &= abs(record["value"]) <= 1
        if kind == "known":
            sound &= type(record["deeds"]) is int and 0 <= record["deeds"] < _MOST_DEEDS
    except (TypeError, KeyError, AttributeError, UnicodeError):
        return False
    return sound


def apply(database: sqlite3.Connection, deed: Record) -> None:
    """Write down what a deed changes. Songs go by the numbers that they have now."""
    run = database.execute
    match deed["kind"]:
        case "profile":
            run("INSERT OR IGNORE INTO profile (name) VALUES (?)", (deed["name"],))
        case "no profile":
            run("DELETE FROM profile WHERE name = ?", (deed["name"],))
        case "opinion":
            run(
                "INSERT OR REPLACE INTO opinion SELECT id, ?, ? FROM profile WHERE name = ?",
                (deed["song"], deed["value"], deed["name"]),
            )
        case "deed":
            _count(database, deed)
        case "known":
            run("UPDATE profile SET deeds = ? WHERE name = ?", (deed["deeds"], deed["name"]))
        case "count":
            run(
                "INSERT OR REPLACE INTO deed SELECT id, ?, ?, ?, ? FROM profile WHERE name = ?",
                (deed["song"], deed["emotion"], deed["good"], deed["bad"], deed["name"]),
            )
        case "moved":
            run("UPDATE song SET file = ? WHERE file = ?", (deed["to"], deed["file"]))
        case "heeded":
            run("INSERT OR REPLACE INTO meta VALUES (?, 'yes')", (_HEEDED + deed["name"],))
        case "identity":
            run("INSERT OR REPLACE INTO meta VALUES ('identity', ?)", (deed["value"],))
            run("INSERT OR REPLACE INTO meta VALUES ('fold', ?)", (deed["fold"],))
        case _:
            _note(database, deed)


def _note(database: sqlite3.Connection, deed: Record) -> None:
    """Write down what no person is behind."""
    run = database.execute
    match deed["kind"]:
        case "songs":
            database.executemany("INSERT OR REPLACE INTO song VALUES (?, ?)", deed["files"].items())
        case "heard":
            run("INSERT OR REPLACE INTO heard VALUES (?, ?)", (deed["song"], deed["at"]))
        case "parts":
            rows = [(name, good, bad) for name, (good, bad) in deed["parts"].items()]
            database.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", rows)
        case "renumber":
            _renumber(database, deed["numbers"])


def replay(database: sqlite3.Connection, deed: Record) -> None:
    """Write down a deed out of the journal: its song goes by its file, which has a number now."""
    key = deed.get("file")
    if key is not None and deed["kind"] != "moved":
        row = database.execute("SELECT id FROM song WHERE file = ?", (key,)).fetchone()
        # until a library tells, a number that no index gives
        number = _LARGEST | (key % _LARGEST) if row is None else row[0]
        if row is None:
            database.execute("INSERT OR REPLACE INTO song VALUES (?, ?)", (number, key))
        deed = deed | {"song": number}
    apply(database, deed)


def forget(database: sqlite3.Connection) -> None:
    """Forget all that the journal tells."""
    for table in ("opinion", "deed", "profile"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    apply(database, {"kind": "profile", "name": HOUSEHOLD})


def load(database: sqlite3.Connection) -> Known:
    """All that the file knows. Raises ValueError and its like for what nobody has written."""
    known = Known(profiles={HOUSEHOLD: Evidence()})
    names: dict[int, Evidence] = {}
    for id_, name, deeds in database.execute("SELECT id, name, deeds FROM profile ORDER BY id"):
        evidence = names[id_] = known.profiles.setdefault(name + "", Evidence())
        evidence.at = deeds + 0
        if not 0 <= deeds < _MOST_DEEDS:
            raise ValueError(f"{deeds} deeds")
    rows = database.execute("SELECT profile, song, emotion, good, bad FROM deed ORDER BY song")
    for profile, song, emotion, good, bad in rows:
        if not (_is_amount(good) and _is_amount(bad)):
            raise ValueError(f"{good} and {bad} are no counts")
        names[profile].restore(song, Emotion(emotion), good, bad)
    for profile, song, value in database.execute("SELECT profile, song, value FROM opinion"):
        if not abs(value) <= 1:
            raise ValueError(f"{value} is no opinion")
        names[profile].opine(song, value)
    known.songs = {id_ + 0: file + 0 for id_, file in database.execute("SELECT * FROM song")}
    known.heard = {song + 0: at + 0.0 for song, at in database.execute("SELECT * FROM heard")}
    meta = database.execute("SELECT name FROM meta WHERE name LIKE ?", (f"{_HEEDED}%",))
    known.heeded = {name.removeprefix(_HEEDED) for (name,) in meta}
    for name, good, bad in database.execute("SELECT * FROM part"):
        known.parts[name + ""] = (good + 0.0, bad + 0.0)
    return known


def deeds_of(identity: str, fold: int, known: Known) -> Iterator[Record]:
    """All that the journal has to tell, in as few deeds as it takes.

    `fold` grows every time that a journal is begun anew with such.
    """
    yield {"kind": "identity", "value": identity, "fold": fold}
    for what in sorted(known.heeded):
        yield {"kind": "heeded", "name": what}
    for name, evidence in known.profiles.items():
        yield {"kind": "profile", "name": name}
        yield {"kind": "known", "name": name, "deeds": evidence.at}
        for song in evidence.songs.tolist():
            about = {"name": name, "song": song, "file": known.songs.get(song)}
            if opinion := evidence.opinion(song):
                yield {"kind": "opinion", **about, "value": opinion}
            for emotion in EMOTIONS:
                good, bad = evidence.stored(song, emotion)
                if good or bad:
                    amounts = {"good": good, "bad": bad}
                    yield {"kind": "count", **about, "emotion": emotion.value, **amounts}


def _count(database: sqlite3.Connection, deed: Record) -> None:
    """As `Evidence.deed` counts it."""
    found = database.execute("SELECT id, deeds FROM profile WHERE name = ?", (deed["name"],))
    if (row := found.fetchone()) is None:
        return
    profile, at = row[0], row[1] + 1
    scale = 2 ** (at / HALF_LIFE)
    database.execute("UPDATE profile SET deeds = ? WHERE id = ?", (at, profile))
    database.execute(
        "INSERT INTO deed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET good = good + excluded.good, bad = bad + excluded.bad",
        (profile, deed["song"], deed["emotion"], deed["good"] * scale, deed["bad"] * scale),
    )


def _renumber(database: sqlite3.Connection, numbers: Mapping[int, int]) -> None:
    for table, column in _NUMBERED:  # by way of negative numbers: some may change places
        aside = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - names of our own
        back = f"UPDATE OR REPLACE {table} SET {column} = -{column} WHERE {column} < 0"  # noqa: S608 - likewise
        database.executemany(aside, [(-new, old) for old, new in numbers.items()])
        database.execute(back)


def _renumbered(of: dict[int, Any], numbers: Mapping[int, int]) -> dict[int, Any]:
    stay = {number: value for number, value in of.items() if number not in numbers}
    return stay | {new: of[old] for old, new in numbers.items() if old in of}


def _is_amount(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0 and math.isfinite(value)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
