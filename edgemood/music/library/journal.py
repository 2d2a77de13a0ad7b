"""The owner's own journal of labels: outlives the index, whatever happens to that."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from edgemood.errors import LibraryError


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody labelled a song, or took its label away."""

    at: int
    """Unix time"""
    file: str
    """MPD's name for the song"""
    mood: str | None
    """an emotion or mood words; None: the label was taken away"""
    given_by: str
    """how: see `labels.GIVEN_BY`"""


class LabelJournal:
    """A file of JSON lines that only grows; what `write` returned from survives a power cut."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, entries: list[Entry]) -> None:
        """Append entries, and return when they are on the disk. Raises LibraryError."""
        lines = "".join(json.dumps(asdict(entry)) + "\n" for entry in entries)
        try:
            with self._path.open("ab") as file:
                # a line cut short by a power cut ends here, and spoils none of the new ones
                file.write(b"\n" + lines.encode() if self._is_cut_short() else lines.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise LibraryError(
                f"{self._path}: labels cannot be written ({error.strerror}); nothing was changed"
            ) from error

    def read(self) -> Iterator[Entry]:
        """All entries, oldest first; lines that are none are passed over. Raises LibraryError."""
        try:
            with self._path.open("rb") as file:
                for line in file:
                    entry = _entry(line)
                    if entry is not None:
                        yield entry
        except FileNotFoundError:
            return
        except OSError as error:
            raise LibraryError(f"{self._path}: labels cannot be read ({error.strerror})") from error

    def _is_cut_short(self) -> bool:
        with self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"


def _entry(line: bytes) -> Entry | None:
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (entry.file, entry.given_by, entry.mood or "")
    whole = isinstance(entry.at, int) and all(isinstance(text, str) for text in texts)
    return entry if whole else None
