"""The song index: every song of the house and what is known of its mood, in one file."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from edgemood.clock import Clock, SystemClock
from edgemood.errors import IndexDamagedError, LibraryError
from edgemood.music.library.find_song import folded, without_accents
from edgemood.music.library.index.columns import (
    GENRES,
    ROW,
    Library,
    check,
    file_key,
    fill_row,
    language_number,
)
from edgemood.music.library.index.connection import IN_MEMORY, Store
from edgemood.music.library.index.label_log import LabelJournal
from edgemood.music.library.index.layout import follow_layout
from edgemood.music.library.index.owner_labels import Labels
from edgemood.music.library.index.packing import pack, song_mood, unpack, without
from edgemood.music.library.index.paths import path_text
from edgemood.music.mood_words import SHIPPED, Words
from edgemood.music.song import Origin, Song, SongMood

FILE_NAME = "library.db"
JOURNAL_NAME = "labels.jsonl"

_SONG = (
    "SELECT song.id, path, title, artist.name, album.name, genres, year, language.name, duration_s,"
    " song.artist, song.language, features"
    " FROM song LEFT JOIN name AS artist ON artist.kind = 'artist' AND artist.id = song.artist"
    " LEFT JOIN name AS album ON album.kind = 'album' AND album.id = song.album"
    " LEFT JOIN name AS language ON language.kind = 'language' AND language.id = song.language"
)

_WATCHED_S = "watched_s"
_SECONDS = re.compile(r"[0-9]{1,15}")


class SongIndex:
    """Every song of the house, kept through restarts; several processes may have it open.

    Safe to use from several threads. Every method raises LibraryError when the file cannot be used,
    and IndexDamagedError, one of those, when it is no database any more: open it anew, and what MPD
    knows and the owner said is put together again.
    """

    def __init__(
        self,
        store: Store,
        journal: LabelJournal | None = None,
        words: Words = SHIPPED,
        clock: Clock | None = None,
    ) -> None:
        self.store = store
        self.words = words
        self._clock = clock or SystemClock()
        self._counted_s = self._clock.now_s()
        self._counts = False
        self.damage = ""
        """what was found wrong with the file while one song was looked up; `rebuild` for it"""
        self.labels = Labels(store, journal, self._refresh_files, words)
        try:
            self._begin()
        except IndexDamagedError as error:
            if not store.mends:
                raise
            self.rebuild(str(error))

    @classmethod
    def open(cls, folder: Path, words: Words = SHIPPED, *, mend: bool = False) -> Self:
        """The index kept in a folder; it is made where there is none.

        With `mend`, a damaged one is moved aside and begun anew, and one that cannot be used now is
        replaced by memory (`Store.problem` says why, `reopen` ends it): the daemon's business.
        """
        with contextlib.suppress(OSError):  # SQLite says what is wrong with it
            folder.mkdir(parents=True, exist_ok=True)
        journal = LabelJournal(folder / JOURNAL_NAME)
        if mend:
            journal.make_way()
        return cls(Store(folder / FILE_NAME, mend=mend), journal, words)

    @classmethod
    def in_memory(cls, words: Words = SHIPPED) -> Self:
        """An index that is gone with the process, labels given in it too."""
        return cls(Store(IN_MEMORY), None, words)

    def rebuild(self, problem: str) -> None:
        """Begin anew with the owner's labels, because of a problem found in the file."""
        self.store.rebuild(problem)
        self.damage = ""
        self._begin()

    def reopen(self) -> bool:
        """Use the file that is there now; False when it cannot be used still."""
        return self.store.reopen() and self._begin()

    def _begin(self) -> bool:
        """Bring what was opened up to date; what cannot be done now is told and done later."""
        try:
            follow_layout(self.store)
        except IndexDamagedError:
            raise
        except LibraryError as error:
            if not self.store.mends:
                raise
            self.store.set_apart(error)
        try:
            self.labels.catch_up()
        except IndexDamagedError:
            raise
        except LibraryError:
            pass
        self.store.be_patient()
        return not self.store.problem

    def close(self) -> None:
        """Let go of the file."""
        if self._counts:
            with contextlib.suppress(LibraryError):
                self.watched_s()
        self.store.close()

    def watched_s(self) -> int:
        """For how many seconds, all in all, the songs that MPD has were followed in this index.

        Whoever asks is one who follows them. No clock that may be set has a part in it.
        """
        passed_s = int(self._clock.now_s() - self._counted_s)
        self._counted_s += passed_s
        self._counts = True
        before = self.store.recall(_WATCHED_S) or ""
        watched_s = passed_s + (int(before) if _SECONDS.fullmatch(before) else 0)
        self.store.keep(_WATCHED_S, str(watched_s))
        return watched_s

    def changed(self) -> bool:
        """Whether there may be news since the last call, from whichever process."""
        return self.store.changed()

    def library(self) -> Library:
        """All songs that are there, column by column."""
        with self.store.snapshot() as database:
            packed = bytearray()
            songs = array("q")
            for song, row in database.execute("SELECT song, packed FROM row ORDER BY song"):
                songs.append(song)
                packed += row
            rows = np.frombuffer(packed, ROW)
            languages, genres = (_names(database, kind) for kind in ("language", "genre"))
            check(rows, np.frombuffer(songs, np.int64), len(languages), len(genres))
        return Library.from_rows(rows, languages, genres, self)

    def song(self, id_: int) -> Song | None:
        """The song with this number; None when it was forgotten."""
        with self._noting_damage(), self.store.reading() as database:
            row = database.execute(f"{_SONG} WHERE song.id = ?", (id_,)).fetchone()
            return None if row is None else self._song(database, row)

    def song_named(self, file: str) -> Song | None:
        """The song under MPD's name for it, if it is there."""
        with self._noting_damage(), self.store.reading() as database:
            where = "WHERE song.key = ? AND gone_at IS NULL"
            row = database.execute(f"{_SONG} {where}", (file_key(file),)).fetchone()
            return None if row is None else self._song(database, row)

    @contextlib.contextmanager
    def _noting_damage(self) -> Iterator[None]:
        """Whoever looks up one song cannot mend the file: who looks after it finds it noted."""
        try:
            yield
        except IndexDamagedError as error:
            self.damage = str(error)
            raise

    def search(self, words: str, most: int) -> list[Song]:
        """Songs that are there whose title or file holds these words, in any order.

        In any case of letters and form of Unicode; without accents, where none is found with them.
        One whose file, title or name is just these words is the only one.
        """
        for fold in (folded, without_accents):
            wanted = fold(words.strip())
            whole, found = [], []
            for id_, title, file in self._titles():
                texts = (fold(title), fold(file))
                if wanted in (*texts, texts[1].rpartition("/")[2]):
                    whole.append(id_)
                elif wanted and all(word in " ".join(texts) for word in wanted.split()):
                    found.append(id_)
            if whole or found:
                songs = map(self.song, (whole or found)[:most])
                return [song for song in songs if song is not None]
        return []

    def _titles(self) -> Iterator[tuple[int, str, str]]:
        """Number, title and file of each song that is there, by file."""
        with self.store.reading() as database:
            rows = database.execute(
                "SELECT id, title, path FROM song WHERE gone_at ISNULL ORDER BY path"
            ).fetchall()
        for id_, title, path in rows:
            yield id_, title, path_text(path)

    def problem(self, id_: int) -> str:
        """Why a song could not be listened to; empty when it could, or was not tried."""
        with self.store.reading() as database:
            row = database.execute("SELECT problem FROM song WHERE id = ?", (id_,)).fetchone()
        return "" if row is None else str(row[0])

    def sources(self, id_: int) -> dict[Origin, SongMood]:
        """What tag, lyrics and sound of a song say, each for itself."""
        with self.store.reading() as database:
            rows = database.execute(
                "SELECT origin, mood, because FROM source WHERE song = ?", (id_,)
            )
            return {
                Origin(origin): unpack(mood, Origin(origin), because)
                for origin, mood, because in rows
            }

    def set_source(self, id_: int, origin: Origin, mood: SongMood | None) -> None:
        """Note what one source says; `refresh` afterwards."""
        with self.store.writing() as database:
            if mood is None:
                database.execute("DELETE FROM source WHERE song = ? AND origin = ?", (id_, origin))
            else:
                database.execute(
                    "INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?)",
                    (id_, origin, pack(mood), mood.because),
                )

    def number_of(self, kind: str, name: str) -> int:
        """The number of an artist, album, genre or language, for ever; 0 of the empty name."""
        if not name:
            return 0
        with self.store.writing() as database:
            database.execute(
                "INSERT OR IGNORE INTO name SELECT ?1, coalesce(max(id), 0) + 1, ?2"
                " FROM name WHERE kind = ?1",
                (kind, name),
            )
            row = database.execute(
                "SELECT id FROM name WHERE kind = ? AND name = ?", (kind, name)
            ).fetchone()
        return int(row[0])

    def refresh(self, ids: Iterable[int]) -> None:
        """Work out the rows of songs anew, from what the sources and the owner say now."""
        with self.store.writing() as database:
            for id_ in ids:
                packed = self._packed(database, id_)
                if packed is None:
                    database.execute("DELETE FROM row WHERE song = ?", (id_,))
                else:
                    database.execute("INSERT OR REPLACE INTO row VALUES (?, ?)", (id_, packed))

    def _refresh_files(self, keys: Iterable[int]) -> None:
        with self.store.reading() as database:
            found = [
                row[0]
                for key in keys
                for row in database.execute("SELECT id FROM song WHERE key = ?", (key,))
            ]
        self.refresh(found)

    def _packed(self, database: sqlite3.Connection, id_: int) -> bytes | None:
        """The row of a song, or None when it is not there."""
        with self.store.reading():
            found = database.execute(
                f"{_SONG} WHERE song.id = ? AND gone_at IS NULL", (id_,)
            ).fetchone()
            if found is None:
                return None
            artist, language, features = found[-3:]
            row = np.zeros(1, ROW)[0]
            fill_row(row, self._song(database, found))
            row["artist"], row["language"] = artist, language_number(language)
            numbers = np.frombuffer(found[5], "<i2")[:GENRES]
            row["genres"][: len(numbers)] = numbers
            if features is not None:
                row["features"] = np.frombuffer(features, "<f2")
            packed: bytes = row.tobytes()
            return packed

    def _song(self, database: sqlite3.Connection, row: tuple[Any, ...]) -> Song:
        id_, path, title, artist, album, genres, year, language, duration_s, *_ = row
        file = path_text(path)
        numbers = np.frombuffer(genres, "<i2").tolist()
        names = [
            database.execute(
                "SELECT name FROM name WHERE kind = 'genre' AND id = ?", (number,)
            ).fetchone()[0]
            for number in numbers
        ]
        return Song(
            file=file,
            title=title + "",
            artist=(artist or "") + "",
            album=(album or "") + "",
            genres=tuple(names),
            year=None if year is None else int(year),
            language=(language or "") + "",
            duration_s=None if duration_s is None else float(duration_s),
            id=id_,
            mood=self._mood(id_, file),
        )

    def _mood(self, id_: int, file: str) -> SongMood | None:
        mood = song_mood(self.labels.mood(file), self.sources(id_))
        return without(mood, self.labels.denied(file))


def _names(database: sqlite3.Connection, kind: str) -> tuple[str, ...]:
    """Names by number; the first is empty."""
    rows = database.execute(
        "SELECT id, name FROM name WHERE kind = ? ORDER BY id", (kind,)
    ).fetchall()
    if [number for number, _ in rows] != list(range(1, len(rows) + 1)):
        raise ValueError(f"numbers of kind {kind} are missing")
    return ("", *(name + "" for _, name in rows))
