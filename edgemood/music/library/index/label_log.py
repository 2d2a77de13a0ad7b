"""The owner's own journal of labels: outlives the index, whatever happens to that."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from edgemood.emotion import EMOTIONS
from edgemood.errors import LibraryError
from edgemood.storage.append_log import BEGINNING, AppendLog, Mark, Record
from edgemood.storage.database import move_aside

DENIED: Final = {f"not {emotion}": emotion for emotion in EMOTIONS}
"""ways to say that a song is not of an emotion"""
JOURNALLED: Final = ("command", "kept", *DENIED)
"""ways to label a song that the journal is for; the others are MPD's to keep"""
COMPACT_ABOVE_BYTES: Final = 1 << 20
"""a log this long is rewritten, without what was said over again since"""
_LATEST = 2**53
"""Unix time beyond which no clock is believed"""

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class News:
    """What the journal has that the index did not."""

    entries: list[Entry]
    """oldest first"""
    mark: Mark
    """up to where the index knows the journal, with these"""
    whole: bool
    """whether this is all of the journal, because it is not the one that the index knew"""
    passed_over: int
    """lines that hold no label"""


class LabelJournal:
    """A file of JSON lines; what `write` returned from survives a power cut."""

    def __init__(self, path: Path) -> None:
        self._log = AppendLog(path)
        self.path = path
        self._small_enough = COMPACT_ABOVE_BYTES

    def make_way(self) -> None:
        """Move aside what is in the file's place and is none, such as a folder."""
        if self.path.exists() and not self.path.is_file():
            with suppress(OSError):  # the first label tells
                log.warning("%s: is no file; kept as %s", self.path, move_aside(self.path))

    def write(self, entries: Iterable[Entry]) -> None:
        """Append entries, and return when they are on the disk. Raises LibraryError."""
        try:
            self._log.append(map(asdict, entries))
        except OSError as error:
            raise LibraryError(
                f"{self.path}: labels cannot be written ({error.strerror}); nothing was changed"
            ) from error

    def news(self, after: Mark = BEGINNING) -> News:
        """What was written after a mark. Raises LibraryError."""
        try:
            reading = self._log.read(after)
        except OSError as error:
            raise LibraryError(f"{self.path}: labels cannot be read ({error.strerror})") from error
        found = [_entry(record) for record in reading.records]
        entries = [entry for entry in found if entry is not None]
        strange = reading.passed_over + len(found) - len(entries)
        return News(entries, reading.mark, reading.whole, strange)

    def compact(self) -> None:
        """Rewrite a long journal without what was said over again since. Raises LibraryError."""
        try:
            if self._log.size() > self._small_enough:
                self._log.rewrite(_latest)
                self._small_enough = max(COMPACT_ABOVE_BYTES, 2 * self._log.size())
        except OSError as error:
            raise LibraryError(
                f"{self.path}: labels cannot be written ({error.strerror})"
            ) from error

    def state(self) -> tuple[int, ...]:
        """Something that is another whenever the file is."""
        try:
            return self._log.state()
        except OSError:
            return ()


def _entry(record: Record) -> Entry | None:
    """What a line says; None when it says nothing that this version understands."""
    try:
        entry = Entry(**record)
        entry.file.encode("utf-8", "surrogateescape")
        if entry.mood is not None:
            entry.mood.encode()
    except (TypeError, AttributeError, UnicodeError):
        return None
    sound = type(entry.at) is int and 0 <= entry.at < _LATEST and entry.given_by in JOURNALLED
    return entry if sound else None


def _latest(records: list[Record]) -> list[Record]:
    """The last word on each song, in their order; that a label was taken away is one, too."""
    latest: dict[tuple[str, str], Record] = {}
    for record in records:
        if (entry := _entry(record)) is not None:
            latest.pop((entry.file, entry.given_by), None)
            latest[entry.file, entry.given_by] = record
    return list(latest.values())
