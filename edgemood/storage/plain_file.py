"""Reading a small file that somebody else made, whatever may lie in its place."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class TooLargeError(OSError):
    """The file is larger than one of its kind may be."""


def read_plain_file(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file.

    Raises TooLargeError, FileNotFoundError, IsADirectoryError, or OSError whose `strerror` says
    what is wrong: a FIFO, device or socket is not opened for longer than it takes to see that.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, str(error)) from error
    try:
        mode = os.fstat(file).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder; expected a file")
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is not a regular file")
        with open(file, "rb", closefd=False) as opened:
            content = opened.read(most_bytes + 1)
    finally:
        os.close(file)
    if len(content) > most_bytes:
        raise TooLargeError(errno.EFBIG, f"is larger than {most_bytes // 1024} KiB")
    return content
