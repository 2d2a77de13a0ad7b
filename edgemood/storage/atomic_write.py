"""Files that survive a power cut."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file such that after a power cut it holds either the old content or the new.

    Only its owner may read it. Raises OSError.
    """
    number, fresh = _new_file(path)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Remove a file; after a power cut it is still gone. Raises OSError, not when there is none."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, and those it lies in, that are there after a power cut. Raises OSError."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    try:
        path.mkdir(exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(path)) from None
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Return once the names in a folder are on the disk. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _new_file(path: Path) -> tuple[int, Path]:
    """A file beside `path`, open for writing: under the same name each time, or litter adds up."""
    fresh = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError, IsADirectoryError):
        fresh.unlink()  # left by a power cut, or something else that must not be written through
    try:
        return os.open(fresh, _NEW, 0o600), fresh
    except FileExistsError:  # a folder
        number, name = tempfile.mkstemp(prefix=f"{fresh.name}-", dir=path.parent)
        return number, Path(name)
