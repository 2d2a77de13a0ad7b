"""A file of JSON lines that only grows: the one place where what people said is sure to be kept."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from edgemood.storage.atomic_write import sync_folder, write_durably

LONGEST_LINE_BYTES = 1 << 16
"""a name of 4,096 bytes, each written as six letters, and as much again"""
_TURN_WITHIN_S = 5.0
"""how long to wait while another process appends, which takes it a moment"""
_LOOK_EVERY_S = 0.02

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a log was read, and what it was up to there."""

    offset: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.offset} {self.digest}"

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """The mark that was written; the beginning of the log for what is none."""
        offset, _, digest = (text or "").partition(" ")
        return cls(int(offset), digest) if offset.isdecimal() and len(offset) < 16 else cls()

    @classmethod
    def of(cls, records: Iterable[Record]) -> Self:
        """The mark behind these, when they are the first ones of a log."""
        lines = _lines_of(records)
        return cls(len(lines), hashlib.blake2b(lines, digest_size=8).hexdigest())


BEGINNING = Mark()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a log."""

    records: list[Record]
    """oldest first"""
    mark: Mark
    """where to go on"""
    whole: bool
    """whether this is all of the log, because it is not the one that was read before"""
    passed_over: int
    """lines that hold no record: cut short, or not written by this program"""


class AppendLog:
    """Several processes may append to one log and read it. Every method raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, records: Iterable[Record]) -> None:
        """Add records; on return they survive a power cut. Of an error, nothing is left behind."""
        lines = _lines_of(records)
        if not lines:
            return
        with self._held() as log:
            size = os.lseek(log, 0, os.SEEK_END)
            # a line cut short by a power cut ends here, and spoils none of the new ones
            cut_short = size > 0 and os.pread(log, 1, size - 1) != b"\n"
            try:
                _write(log, b"\n" + lines if cut_short else lines)
                os.fsync(log)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(log, size)
                raise
            if size == 0:
                sync_folder(self.path.parent)

    def read(self, after: Mark = BEGINNING) -> Reading:
        """What was added after a mark; all of it, when the mark is not of this log."""
        try:
            log = self._opened(os.O_RDONLY)
        except FileNotFoundError:
            return Reading([], Mark.of([]), whole=True, passed_over=0)
        with os.fdopen(log, "rb") as file:
            hasher = _hashed(file, after.offset)
            whole = not after.offset or hasher.hexdigest() != after.digest
            if whole:
                file.seek(0)
                hasher = hashlib.blake2b(digest_size=8)
            return _rest(file, hasher, 0 if whole else after.offset, whole=whole)

    def rewrite(self, fold: Callable[[list[Record]], list[Record]]) -> None:
        """Replace all records by what `fold` makes of them; before or after, never in between.

        No mark of before is of the log afterwards.
        """
        with self._held():
            write_durably(self.path, _lines_of(fold(self.read().records)))

    def size(self) -> int:
        """Bytes."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def state(self) -> tuple[int, ...]:
        """Something that is another whenever the file is; empty when there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _opened(self, flags: int) -> int:
        log = os.open(self.path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        if not stat.S_ISREG(os.fstat(log).st_mode):
            os.close(log)
            raise OSError(errno.EINVAL, "is no file", str(self.path))
        return log

    @contextmanager
    def _held(self) -> Iterator[int]:
        """The file, open, while no other process writes to it."""
        ends_s = time.monotonic() + _TURN_WITHIN_S
        while True:
            log = self._opened(os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                if _locked(log) and self._is_at_place(log):
                    yield log
                    return
            finally:
                os.close(log)
            if time.monotonic() >= ends_s:
                raise OSError(errno.EAGAIN, "another program is writing to it", str(self.path))
            time.sleep(_LOOK_EVERY_S)

    def _is_at_place(self, log: int) -> bool:
        """Whether nobody has put another file in this one's place."""
        try:
            return os.path.samestat(os.fstat(log), self.path.stat())
        except FileNotFoundError:
            return False


def _hashed(file: BinaryIO, length: int) -> hashlib.blake2b:
    """The hash of so many bytes, or of as many as there are."""
    hasher = hashlib.blake2b(digest_size=8)
    while length > 0 and (piece := file.read(min(length, LONGEST_LINE_BYTES))):
        hasher.update(piece)
        length -= len(piece)
    return hasher


def _rest(file: BinaryIO, hasher: hashlib.blake2b, offset: int, *, whole: bool) -> Reading:
    """The records from here on; what is too long for a line is read in pieces."""
    records: list[Record] = []
    passed_over, too_long = 0, False
    while line := file.readline(LONGEST_LINE_BYTES):
        record = None if too_long else _record(line)
        cut_short = not line.endswith(b"\n") and len(line) < LONGEST_LINE_BYTES
        if record is None and cut_short and not too_long:
            break  # or on its way still
        hasher.update(line)
        offset += len(line)
        if record is not None:
            records.append(record)
        elif line.strip() and not too_long:
            passed_over += 1
        too_long = not line.endswith(b"\n")
    return Reading(records, Mark(offset, hasher.hexdigest()), whole, passed_over)


def _locked(log: int) -> bool:
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lines_of(records: Iterable[Record]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _write(log: int, content: bytes) -> None:
    while content:
        content = content[os.write(log, content) :]


def _record(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
