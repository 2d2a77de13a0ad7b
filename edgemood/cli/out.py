"""Files that a command writes for whoever called it."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from edgemood.errors import EdgemoodError


def opened(path: Path) -> TextIO:
    """The file to be written, made if need be, with what it holds until `emptied`.

    After sudo it is opened as who called that: as root, a command could be led astray by links in
    a folder of somebody's, and as the daemon's user it may not write there. Raises EdgemoodError.
    """
    try:
        with _as_caller():
            links = os.O_NOFOLLOW if os.geteuid() == 0 else 0
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | links
            file = os.open(path, flags, 0o644)
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise EdgemoodError(f"{path}: cannot be written ({reason})") from None
    return os.fdopen(file, "w", encoding="utf-8", newline="")


def emptied(file: TextIO) -> TextIO:
    """The file, ready for new content; a pipe or a terminal stays as it is."""
    with contextlib.suppress(OSError):
        file.truncate(0)
    return file


@contextmanager
def _as_caller() -> Iterator[None]:
    """For a while, be the user who called sudo."""
    name = os.environ.get("SUDO_USER", "")
    try:
        caller = pwd.getpwnam(name)
    except (KeyError, ValueError):
        caller = None
    if os.geteuid() != 0 or caller is None or caller.pw_uid == 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.initgroups(caller.pw_name, caller.pw_gid)
    os.setegid(caller.pw_gid)
    os.seteuid(caller.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
