"""Files in folders that other people may write to, read and replaced without being led astray.

Whoever may write to a folder can put a link where a program is about to write. So nothing here
goes by a path twice: folders are entered one by one, links are not followed, and what is made has a
name nobody can guess. Root writes only where root alone may.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_OWN_ATTRIBUTES = ("user.", "system.posix_acl_access")


def writer_of(path: Path) -> int:
    """The number of the user as whom root should replace a file: its owner, or its folder's.

    Raises OSError.
    """
    owner = path.lstat().st_uid
    return owner or path.parent.stat().st_uid


@contextmanager
def reading(root: Path, path: Path) -> Iterator[BinaryIO]:
    """A file below the folder `root`, reached without a link. Raises OSError."""
    with _folder(root, path) as folder, _opened(path, folder) as file:
        yield file


@contextmanager
def replacing(root: Path, path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """A file below `root`, and an empty one that takes its place in one go at the end.

    Owner, permissions and extended attributes stay. Neither a power cut nor a full disk spoils the
    file, and what somebody else has written meanwhile is not overwritten. Raises OSError.
    """
    with _folder(root, path) as folder, _opened(path, folder) as old:
        before = os.fstat(old.fileno())
        _check_writer(os.fstat(folder), before)
        # the dot keeps MPD from taking it for a song, should it look right now
        name = f".{secrets.token_hex(8)}.edgemood"
        try:
            with open(path, "w+b", opener=lambda _, __: _make(name, folder)) as new:
                yield old, new
                new.flush()
                _make_alike(new.fileno(), old.fileno(), before)
                os.fsync(new.fileno())
            if _version(os.stat(path.name, dir_fd=folder, follow_symlinks=False)) != _version(
                before
            ):
                raise OSError(errno.EBUSY, "somebody else wrote to it meanwhile")
            os.replace(name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=folder)


@contextmanager
def _folder(root: Path, path: Path) -> Iterator[int]:
    """The folder of a file, open; `root` itself may be a link, for somebody trusted named it."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in path.relative_to(root).parts[:-1]:
            inner = _entered(part, folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _entered(part: str, folder: int) -> int:
    try:
        return os.open(part, _READ | os.O_DIRECTORY, dir_fd=folder)
    except NotADirectoryError:
        raise OSError(errno.ELOOP, f"the folder {part} is a link") from None


@contextmanager
def _opened(path: Path, folder: int) -> Iterator[BinaryIO]:
    with open(path, "rb", opener=lambda _, __: _open(path.name, folder)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        yield file


def _open(name: str, folder: int) -> int:
    try:
        return os.open(name, _READ, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link") from None
        raise


def _make(name: str, folder: int) -> int:
    return os.open(name, _MAKE, 0o600, dir_fd=folder)


def _check_writer(folder: os.stat_result, file: os.stat_result) -> None:
    if os.geteuid() != 0:
        return
    if folder.st_uid or file.st_uid or folder.st_mode & _BY_OTHERS:
        raise PermissionError(
            errno.EPERM,
            "others may write there, so root does not: give the file to a user, with chown",
        )


def _make_alike(new: int, old: int, before: os.stat_result) -> None:
    made = os.fstat(new)
    if made.st_uid != before.st_uid:
        raise PermissionError(errno.EPERM, "it belongs to somebody else")
    mode = stat.S_IMODE(before.st_mode) & 0o777
    if made.st_gid != before.st_gid:
        try:
            os.fchown(new, -1, before.st_gid)
        except PermissionError:  # then its permissions would be another group's
            mode &= ~stat.S_IRWXG
    os.fchmod(new, mode)
    with contextlib.suppress(OSError):
        for name in os.listxattr(old):
            if name.startswith(_OWN_ATTRIBUTES):
                os.setxattr(new, name, os.getxattr(old, name))


def _version(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
