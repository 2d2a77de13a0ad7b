"""Where taste survives a power cut: a journal of what people did, and a file to look it up in."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import uuid
from collections.abc import Mapping
from contextlib import closing, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Final

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.emotion import Emotion
from edgemood.errors import ProfileError, TasteDamagedError, TasteError
from edgemood.incident import Faults, Trouble
from edgemood.music.recommender.taste import tables
from edgemood.music.recommender.taste.interactions import Evidence
from edgemood.music.recommender.taste.tables import FILE, HOUSEHOLD, JOURNALLED, Known
from edgemood.storage.append_log import AppendLog, Mark, Record
from edgemood.storage.database import is_ours, is_whole, move_aside, writing

__all__ = ["HOUSEHOLD", "TASTE", "TasteStore"]

TASTE: Final = "taste.db"
"""the file's name in the folder that the daemon keeps"""
JOURNAL: Final = "taste.jsonl"
HEEDED: Final = ("opinions", "history")
"""what other programs knew before"""
COMPACT_ABOVE_BYTES: Final = 2 << 20
"""a journal this long is rewritten, with the sums of what it tells"""
_NOWHERE = Path(":memory:")
_SOON_S, _PATIENCE_S = 0.2, 5.0
"""how long to wait while another process writes: where others wait for it, and in a thread"""
_EVERY_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0

log = logging.getLogger(__name__)


class Found(Enum):
    """How the journal was found beside the file."""

    OURS = auto()
    """alike, but for what is just being written"""
    MORE = auto()
    """with more than the file knew"""
    APART = auto()
    """not of each other: it is to be rewritten"""


class TasteStore:
    """Profiles, what their listeners did, and when songs were last heard.

    Known at once, and on the disk when `flush` returns nothing to complain about: each `tell_…`
    flushes by itself, but while `run` does so in a thread, so that nobody waits for a disk. What a
    disk would not take is kept in memory, told as a trouble, and tried again. A damaged file is set
    aside and put together again from the journal. Other processes may add and remove profiles
    meanwhile. Without a path, nothing is kept.
    """

    def __init__(self, path: Path | None = None, faults: Faults | None = None) -> None:
        self._path = path or _NOWHERE
        self._journal = None if path is None else AppendLog(path.with_name(JOURNAL))
        self._trouble = Trouble(log, faults)
        self._known = Known(profiles={HOUSEHOLD: Evidence()})
        self._pending: list[Record] = []
        """deeds that the file does not have; of those, the first `_written` are in the journal"""
        self._written = 0
        self._seen: object = None
        self._turn = threading.RLock()
        self._memory = threading.Lock()
        self._runs = False
        self._database: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._is_fresh = True
        """whether the file was opened since it was last brought up to date"""
        self._mark: str | None = None
        """how far the file knew the journal when we last wrote"""
        self._applied = 0
        """records of a journal that is to be rewritten"""
        self._knows = False
        """whether what can be read was read"""
        self._small_enough = COMPACT_ABOVE_BYTES
        self._identity = uuid.uuid4().hex
        if path is not None:
            with suppress(OSError):  # opening will tell
                path.parent.mkdir(parents=True, exist_ok=True)
            self._make_way(path.with_name(JOURNAL))
            self.flush()

    @property
    def remembers(self) -> bool:
        """Whether there is a file that can be used."""
        return self._journal is not None and self._database is not None

    def close(self) -> None:
        """Write what is left, and let go of the file."""
        with self._turn:
            self.flush()
            self._let_go()

    async def run(self, clock: Clock) -> None:
        """Write for ever, in a thread; ever less often while the disk takes nothing."""
        self._runs = True
        backoff = Backoff(_EVERY_S, _LONGEST_PAUSE_S)
        try:
            while True:
                if self._pending or self._trouble.lasts or self._is_news():
                    await asyncio.to_thread(self.flush)
                if not self._trouble.lasts:
                    backoff.reset()
                await clock.sleep(backoff.pause_s())
        finally:
            self._runs = False

    async def kept(self) -> str:
        """Return once all that was told is on the disk, or what is wrong with that in words."""
        return await asyncio.to_thread(self.flush)

    def flush(self) -> str:
        """Write down all that was told: what is wrong, when that cannot be kept; else nothing.

        What is in the journal is kept, whether the file can be brought up to date now or not.
        """
        if self._journal is None:
            self._pending.clear()
            return ""
        with self._turn:
            trouble = self._write_journal(self._journal)
            problem = ""
            for _ in range(2):
                try:
                    problem = self._write_file(self._journal)
                    break
                except TasteDamagedError as error:
                    problem = str(error)
                    self._set_aside(error)
            if trouble or problem:
                self._trouble.starts(trouble or problem)
            else:
                self._trouble.ends(f"{self._path}: can be written again")
            return trouble

    def profiles(self) -> tuple[str, ...]:
        """The names of all profiles, the household first."""
        self._look()
        return tuple(self._known.profiles)

    def add_profile(self, name: str) -> None:
        """Begin a profile. Raises ProfileError when there is one of that name, or on a bad disk."""
        self._look()
        if self._known.of(name) is not None:
            raise ProfileError(f"{name}: there is such a profile already")
        self._insist({"kind": "profile", "name": name})

    def remove_profile(self, name: str) -> None:
        """Forget a profile and all its taste. Raises ProfileError when there is none."""
        if name.casefold() == HOUSEHOLD:
            raise ProfileError(f"{HOUSEHOLD}: stands for everybody together and stays")
        self._look()
        if self._known.of(name) is None:
            known = ", ".join(self.profiles()[1:]) or "none"
            raise ProfileError(f"{name}: there is no such profile; there are: {known}")
        self._insist({"kind": "no profile", "name": name})

    def evidence(self, name: str) -> Evidence:
        """What is known of a profile; of one that does not exist, nothing."""
        self._look()
        return self._known.of(name) or Evidence()

    def tell_deed(
        self, name: str, song: int, emotion: Emotion, *, good: float = 0, bad: float = 0
    ) -> None:
        """Count what a profile's listener did with a song."""
        about = {"name": name, "song": song, "file": self._known.songs.get(song)}
        amounts = {"good": float(good), "bad": float(bad)}
        self._tell({"kind": "deed", **about, "emotion": emotion.value, **amounts})

    def tell_opinion(self, name: str, song: int, opinion: float) -> None:
        """Replace a profile's opinion of a song, from -1 to 1."""
        about = {"name": name, "song": song, "file": self._known.songs.get(song)}
        self._tell({"kind": "opinion", **about, "value": float(opinion)})

    def heard(self) -> dict[int, float]:
        """When each song last began, in seconds since 1970, as far as they were known."""
        return dict(self._known.heard)

    def tell_heard(self, song: int, at: float) -> None:
        """Note that a song began."""
        self._tell({"kind": "heard", "song": song, "at": at})

    def parts(self) -> dict[str, tuple[float, float]]:
        """How often each part of the choice was right and wrong."""
        return dict(self._known.parts)

    def tell_parts(self, parts: Mapping[str, tuple[float, float]]) -> None:
        """Replace what is known of these parts."""
        self._tell({"kind": "parts", "parts": dict(parts)})

    def songs(self) -> dict[int, int]:
        """The `file_key` of the songs that something is known of, by number, as last told."""
        return dict(self._known.songs)

    def tell_songs(self, files: Mapping[int, int]) -> None:
        """Note the `file_key` of songs, by number."""
        known = self._known.songs
        news = {number: key for number, key in files.items() if known.get(number) != key}
        for number, key in news.items():
            if number in known:
                self._tell({"kind": "moved", "file": known[number], "to": key})
        if news:
            self._tell({"kind": "songs", "files": news})

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Songs have other numbers now, as after the index was built anew."""
        self._tell({"kind": "renumber", "numbers": dict(numbers)})

    def _make_way(self, path: Path) -> None:
        """Move aside what is in the journal's place and is no file."""
        if path.exists() and not path.is_file():
            with suppress(OSError):  # the first deed tells
                log.warning("%s: is no file; set aside as %s", path, move_aside(path).name)

    def heeded(self, what: str) -> bool:
        """Whether others' opinions of this kind were taken over, and are not lost since.

        Where nothing is kept, nothing is lost.
        """
        return self._journal is None or what in self._known.heeded

    def tell_heeded(self, what: str) -> None:
        """Others' opinions of this kind were taken over."""
        if not self.heeded(what):
            self._tell({"kind": "heeded", "name": what})

    def _tell(self, deed: Record) -> None:
        with self._memory:
            self._known.heed(deed)
            self._pending.append(deed)
        if not self._runs:
            self.flush()

    def _insist(self, deed: Record) -> None:
        """Tell, or nothing has happened. Raises ProfileError."""
        with self._memory:
            self._pending.append(deed)
        problem = self.flush()
        with self._memory:
            if problem:
                self._pending.remove(deed)
                raise ProfileError(problem)
            self._known.heed(deed)

    def _is_news(self) -> bool:
        """Whether another process wrote, or something happened to the file."""
        return self._seen != self._state()

    def _look(self) -> None:
        if not self._runs and self._is_news():
            self.flush()

    def _state(self) -> object:
        try:
            journal = () if self._journal is None else self._journal.state()
        except OSError:
            journal = ()
        return journal, _inode(self._path)

    def _write_journal(self, journal: AppendLog) -> str:
        """Append what was told; what is wrong when that cannot be."""
        with self._memory:
            told = self._pending[:]
        with suppress(OSError):  # appending tells
            journal.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            journal.append(deed for deed in told[self._written :] if deed["kind"] in JOURNALLED)
        except OSError as error:
            return f"{journal.path}: cannot be written ({error.strerror}); taste is not remembered"
        self._written = len(told)
        return ""

    def _write_file(self, journal: AppendLog) -> str:
        """Bring the file up to date with the journal and the rest; what is wrong if it cannot be.

        Raises TasteDamagedError.
        """
        state = self._state()
        written = self._pending[: self._written]
        try:
            database = self._opened()
            with FILE.decoded(self._path):
                known = self._brought_up_to_date(database, journal, written)
            with self._memory:
                del self._pending[: len(written)]
                self._written = 0
                if known is not None:
                    self._take(known, self._pending)
            self._is_fresh, self._seen = False, state
            self._compact(database, journal)
        except TasteDamagedError:
            raise
        except OSError as error:
            self._know_at_least(journal)
            return str(error) if isinstance(error, TasteError) else f"{journal.path}: {error}"
        return ""

    def _brought_up_to_date(
        self, database: sqlite3.Connection, journal: AppendLog, written: list[Record]
    ) -> Known | None:
        """Write; all that is known now, where that is not what was known before."""
        with writing(database):
            if self._is_fresh and self._knows and self._are_both_lost(database, journal):
                self._write_down(database)
                self._applied = len(journal.read().records)
                self._rewrite(database, journal, self._applied)
                self._mark = _recall(database, "mark")
                return None
            ours = [] if self._is_fresh else written
            others = self._is_fresh or _recall(database, "mark") != self._mark
            found = self._catch_up(database, journal, ours)
            if self._is_fresh:  # which has taken what is in the journal from there
                tables.apply(database, {"kind": "renumber", "numbers": self._numbers(database)})
                ours = [deed for deed in written if deed["kind"] in ("songs", "heard", "parts")]
            for deed in ours:
                tables.apply(database, deed)
            if found is Found.APART:
                self._rewrite(database, journal, self._applied)
            mark = _recall(database, "mark")
            known = tables.load(database) if others or found is not Found.OURS else None
        self._mark = mark
        return known

    def _are_both_lost(self, database: sqlite3.Connection, journal: AppendLog) -> bool:
        """Whether only memory knows what was told before."""
        whole = any(record.get("kind") == "identity" for record in journal.read().records)
        return _recall(database, "mark") is None and not whole and not _holds_any(database)

    def _write_down(self, database: sqlite3.Connection) -> None:
        """Write all that memory knows."""
        with self._memory:
            known = self._known
            deeds = list(tables.deeds_of(self._identity, 0, known))
            deeds.append({"kind": "songs", "files": dict(known.songs)})
            deeds.append({"kind": "parts", "parts": dict(known.parts)})
            deeds += [{"kind": "heard", "song": song, "at": at} for song, at in known.heard.items()]
        for deed in deeds:
            tables.apply(database, deed)

    def _numbers(self, database: sqlite3.Connection) -> dict[int, int]:
        """The numbers that songs go by here, by the file's own."""
        here = {key: number for number, key in self._known.songs.items()}
        rows = database.execute("SELECT id, file FROM song").fetchall()
        return {number: here[key] for number, key in rows if here.get(key, number) != number}

    def _catch_up(
        self, database: sqlite3.Connection, journal: AppendLog, ours: list[Record]
    ) -> Found:
        """Take over what the journal has beyond our own deeds.

        Where the two do not belong together, the one that knows all is believed.
        """
        mark = _recall(database, "mark")
        reading = journal.read(Mark.parse(mark))
        deeds = [record for record in reading.records if tables.understood(record)]
        if strange := reading.passed_over + len(reading.records) - len(deeds):
            log.warning("%s: %d lines are no deeds and are passed over", journal.path, strange)
        whole = next((deed for deed in deeds if deed["kind"] == "identity"), None)
        apart = False
        if mark is not None and not reading.whole:
            deeds = _without(deeds, ours)
        elif whole is not None and (mark is None or _is_later(database, whole)):
            tables.forget(database)
        else:
            apart, deeds = True, deeds if mark is None else []
        if apart and mark is None and _holds_any(database):
            for what in HEEDED:  # by the first release, which did not write it down
                tables.apply(database, {"kind": "heeded", "name": what})
        tables.apply(database, {"kind": "profile", "name": HOUSEHOLD})
        for deed in deeds:
            tables.replay(database, deed)
        self._identity = _recall(database, "identity") or self._identity
        if apart:
            self._applied = len(reading.records)
            return Found.APART
        _keep(database, "mark", str(reading.mark))
        return Found.MORE if deeds else Found.OURS

    def _rewrite(self, database: sqlite3.Connection, journal: AppendLog, applied: int) -> None:
        """Have the journal say what the file knows, in place of its first records.

        What other processes have appended meanwhile stays. Raises OSError.
        """
        fold = int(_recall(database, "fold") or 0) + 1
        deeds = list(tables.deeds_of(self._identity, fold, tables.load(database)))
        journal.rewrite(lambda records: deeds + records[applied:])
        tables.apply(database, deeds[0])
        _keep(database, "mark", str(Mark.of(deeds)))

    def _compact(self, database: sqlite3.Connection, journal: AppendLog) -> None:
        if journal.size() <= self._small_enough:
            return
        with FILE.decoded(self._path), writing(database):
            applied = len(journal.read().records)
            self._catch_up(database, journal, [])
            self._rewrite(database, journal, applied)
        self._is_fresh = True  # so that others' deeds are known, too
        self._small_enough = max(COMPACT_ABOVE_BYTES, 2 * journal.size())

    def _know_at_least(self, journal: AppendLog) -> None:
        """Where nothing can be written, all that can be read."""
        if self._knows:
            return
        with suppress(OSError), closing(FILE.open(_NOWHERE, busy_s=_SOON_S)) as copy:
            if self._database is not None:
                with suppress(sqlite3.Error):
                    self._database.backup(copy)
            with suppress(OSError), FILE.decoded(self._path):
                self._catch_up(copy, journal, [])
            with FILE.decoded(self._path):
                known = tables.load(copy)
            with self._memory:
                self._take(known, self._pending[self._written :])

    def _take(self, known: Known, untold: list[Record]) -> None:
        for deed in untold:
            known.heed(deed)
        self._known, self._knows = known, True

    def _opened(self) -> sqlite3.Connection:
        """The file, open. Raises TasteError, TasteDamagedError."""
        if self._database is not None and _inode(self._path) != self._inode:
            self._let_go()
        if self._database is None:
            if not is_ours(self._path):
                raise TasteDamagedError(f"{self._path}: is somebody else's")
            self._database, self._is_fresh = FILE.open(self._path, busy_s=_SOON_S), True
            self._inode = _inode(self._path)
            if not is_whole(self._path):
                raise TasteDamagedError(f"{self._path}: {FILE.name} is damaged")
        patience_s = _PATIENCE_S if self._runs else _SOON_S
        self._database.execute(f"PRAGMA busy_timeout = {round(1000 * patience_s)}")
        return self._database

    def _set_aside(self, error: TasteDamagedError) -> None:
        self._let_go()
        with suppress(OSError):  # opening tells
            log.warning("%s; set aside as %s", error, move_aside(self._path).name)

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database, self._is_fresh = None, True


def _recall(database: sqlite3.Connection, name: str) -> str | None:
    row = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _keep(database: sqlite3.Connection, name: str, value: str) -> None:
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _holds_any(database: sqlite3.Connection) -> bool:
    """Whether anything is known of anybody's taste."""
    return any(len(evidence) for evidence in tables.load(database).profiles.values())


def _is_later(database: sqlite3.Connection, begins: Record) -> bool:
    """Whether a journal is not the one that the file knows, nor one of before."""
    same = begins["value"] == _recall(database, "identity")
    return not same or begins["fold"] > int(_recall(database, "fold") or 0)


def _without(deeds: list[Record], ours: list[Record]) -> list[Record]:
    left = deeds[:]
    for deed in ours:
        if deed in left:
            left.remove(deed)
    return left


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
