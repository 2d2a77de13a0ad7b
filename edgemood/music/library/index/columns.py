"""All songs of the house, column by column: what the chooser computes with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS, NO_IDEA
from edgemood.errors import LibraryError
from edgemood.music.genres import first_spelling
from edgemood.music.song import Origin, Song

FEATURES = 16
"""standardised numbers that tell how a song sounds"""
GENRES = 3
"""genres kept of one song"""
LANGUAGES = 255
"""languages told apart: ISO 639-1 has 184; what lying tags name beyond counts as unknown"""

ORIGINS: tuple[Origin | None, ...] = (None, *Origin)
"""what a number in the column `origin` means"""

ROW = np.dtype(
    [
        ("ids", "<i8"),
        ("files", "<i8"),
        ("scores", "<f2", len(EMOTIONS)),
        ("affect", "<f2", 2),
        ("reliability", "<f2"),
        ("origin", "u1"),
        ("language", "u1"),
        ("artist", "<i4"),
        ("year", "<i2"),
        ("duration_s", "<f4"),
        ("genres", "<i2", GENRES),
        ("features", "<f2", FEATURES),
    ]
)
"""One song in 90 bytes, as the index keeps it."""


class Songs(Protocol):
    """Where the words about a song are: title, artist, why its mood is what it is."""

    def song(self, id_: int) -> Song | None:
        """The song with this number; None when it was forgotten. Raises LibraryError."""
        ...


@dataclass(frozen=True, eq=False)
class Library:
    """The library at one instant; row i of every column belongs to song i. Never changes.

    Half a million songs take 45 MB; no Python object exists for a song until `song` is called.
    """

    ids: NDArray[np.int64]
    """(n,) numbers in the index"""
    files: NDArray[np.int64]
    """(n,) `file_key` of each file"""
    scores: NDArray[np.float16]
    """(n, 7) over `EMOTIONS`, as far as known: `reliability` says how far; else `NO_IDEA`"""
    affect: NDArray[np.float16]
    """(n, 2) valence and arousal, in [-1, 1]; 0 where nothing is known"""
    reliability: NDArray[np.float16]
    """(n,) how far to trust scores and affect, in [0, 1]; 0 where nothing is known"""
    origin: NDArray[np.uint8]
    """(n,) into `ORIGINS`"""
    language: NDArray[np.uint8]
    """(n,) into `languages`"""
    artist: NDArray[np.int32]
    """(n,) the same number for the same artist; 0 when unknown"""
    year: NDArray[np.int16]
    """(n,) 0 when unknown"""
    duration_s: NDArray[np.float32]
    """(n,) 0 when unknown"""
    genres: NDArray[np.int16]
    """(n, 3) into `genre_names`, the same for each spelling of a genre; 0 for none"""
    features: NDArray[np.float16]
    """(n, 16) how it sounds, standardised over many songs; 0 where that was not listened to"""
    languages: tuple[str, ...]
    """ISO 639-1 codes; the first is empty, for unknown"""
    genre_names: tuple[str, ...]
    """the first is empty, for none"""
    words: Songs

    @classmethod
    def of(cls, songs: Sequence[Song]) -> Self:
        """A library of these songs, for small ones; songs without a number are given one."""
        if not all(song.id for song in songs):
            songs = [replace(song, id=row) for row, song in enumerate(songs, start=1)]
        artists, languages, genres = Numbers(), Numbers(), Numbers()
        rows = np.zeros(len(songs), ROW)
        for row, song in zip(rows, songs, strict=True):
            fill_row(row, song)
            row["artist"] = artists.of(song.artist)
            row["language"] = language_number(languages.of(song.language))
            for place, genre in enumerate(song.genres[:GENRES]):
                row["genres"][place] = genres.of(genre)
        return cls.from_rows(rows, languages.names, genres.names, _Listed(songs))

    @classmethod
    def from_rows(
        cls,
        rows: NDArray[np.void],
        languages: tuple[str, ...],
        genre_names: tuple[str, ...],
        words: Songs,
    ) -> Self:
        """A library of rows of the type `ROW`, shape (n,)."""
        columns = {name: np.ascontiguousarray(rows[name]) for name in _COLUMNS}
        columns["genres"] = np.array(first_spelling(genre_names), np.int16)[columns["genres"]]
        return cls(**columns, languages=languages, genre_names=genre_names, words=words)

    def __len__(self) -> int:
        return len(self.ids)

    def song(self, row: int) -> Song | None:
        """Everything about the song in this row; None when it cannot be had, as a forgotten one."""
        try:
            return self.words.song(int(self.ids[row]))
        except LibraryError:  # whoever looks after the index finds that out, too
            return None

    def row_of(self, file: str) -> int | None:
        """The row of MPD's name for a song."""
        rows = self.rows([file])
        return rows[0] if rows else None

    def rows(self, files: Iterable[str]) -> list[int]:
        """The rows of those files that the library has."""
        keys = np.array([file_key(file) for file in files], dtype=np.int64)
        if not len(self) or not keys.size:
            return []
        places = np.searchsorted(self._sorted_files, keys).clip(max=len(self) - 1)
        known = self._sorted_files[places] == keys
        rows: list[int] = self._by_file[places[known]].tolist()
        return rows

    def get(self, file: str) -> Song | None:
        """The song under MPD's name for it, if it can be had."""
        row = self.row_of(file)
        return None if row is None else self.song(row)

    def without(self, song: Song) -> Self:
        """All songs but one."""
        row = self.rows([song.file])
        columns: dict[str, Any] = {
            name: np.delete(getattr(self, name), row, axis=0) for name in _COLUMNS
        }
        return replace(self, **columns)

    @cached_property
    def _by_file(self) -> NDArray[np.int32]:
        return np.argsort(self.files, kind="stable").astype(np.int32)

    @cached_property
    def _sorted_files(self) -> NDArray[np.int64]:
        return self.files[self._by_file]


_COLUMNS = [field.name for field in fields(Library) if field.name in (ROW.names or ())]


class Numbers:
    """Numbers for names, from 1 on; 0 for the empty name."""

    def __init__(self) -> None:
        self._number_of: dict[str, int] = {"": 0}

    def of(self, name: str) -> int:
        """The name's number; the same one every time."""
        return self._number_of.setdefault(name, len(self._number_of))

    @property
    def names(self) -> tuple[str, ...]:
        """The names so far; the place is the number."""
        return tuple(self._number_of)


def file_key(file: str) -> int:
    """What stands for a file's name: 64 bits of its BLAKE2b hash.

    Among half a million names, the odds that two share one are 1 : 10⁸.
    """
    digest = hashlib.blake2b(file.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def language_number(number: int) -> int:
    """What the column `language` says of the language with this number."""
    return number if number <= LANGUAGES else 0


def check(
    rows: NDArray[np.void], songs: NDArray[np.int64], languages: int, genre_names: int
) -> None:
    """Raise ValueError when these cannot be the rows of these songs, with so many names."""
    sound = (
        np.array_equal(rows["ids"], songs)
        and (rows["origin"] < len(ORIGINS)).all()
        and (rows["language"] < max(languages, 1)).all()
        and (rows["genres"] >= 0).all()
        and (rows["genres"] < max(genre_names, 1)).all()
        and (rows["artist"] >= 0).all()
        and all(np.isfinite(rows[name]).all() for name in ("scores", "affect", "reliability"))
    )
    if not sound:
        raise ValueError("rows that no song has")


def fill_row(row: np.void, song: Song) -> None:
    """Write into a row of the type `ROW` what is a number by itself: all but names and features."""
    row["ids"] = song.id
    row["files"] = file_key(song.file)
    mood = song.mood
    row["scores"] = NO_IDEA if mood is None else mood.scores
    row["affect"] = (0, 0) if mood is None else mood.affect
    row["reliability"] = 0 if mood is None else mood.reliability
    row["origin"] = 0 if mood is None else ORIGINS.index(mood.origin)
    row["year"] = song.year or 0
    row["duration_s"] = song.duration_s or 0


class _Listed:
    """Songs at hand."""

    def __init__(self, songs: Iterable[Song]) -> None:
        self._songs = {song.id: song for song in songs}

    def song(self, id_: int) -> Song:
        return self._songs[id_]
