"""RIFF and IFF files (WAV, AIFF): a chunk replaced, the others copied as they are.

After "EA IFF 85: Standard for Interchange Format Files", Electronic Arts, 1985; RIFF is the same
with the bytes of its numbers the other way round.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import BinaryIO, Final, Literal

_HEAD: Final = 12
"""name and length of the whole, and what kind of file it is"""
_MOST: Final = 0xFFFF_FFFF


def with_chunk(old: BinaryIO, new: BinaryIO, name: bytes, change: Callable[[bytes], bytes]) -> None:
    """Copy a file with one chunk changed; `change` is given b"" where there is none yet.

    The name is found in any case of letters. Raises ValueError when the file is cut short, so that
    nobody knows where its chunks are, or grows too long.
    """
    head = old.read(_HEAD)
    order: Literal["little", "big"] = "little" if head[:4] == b"RIFF" else "big"
    end = 8 + int.from_bytes(head[4:8], order)
    length = os.fstat(old.fileno()).st_size
    if end > length:
        raise ValueError("it is cut short")
    new.write(head)
    changed = False
    while old.tell() + 8 <= end:
        found = old.read(8)
        size = int.from_bytes(found[4:], order)
        if old.tell() + size > end:
            raise ValueError("its chunks are damaged")
        if found[:4].upper() == name.upper() and not changed:
            content = change(old.read(size))
            changed = True
            old.seek(min(size % 2, end - old.tell()), os.SEEK_CUR)
            _write(new, found[:4], content, order)
        else:
            new.write(found)
            _copy(old, new, min(size + size % 2, end - old.tell()))
    if not changed:
        if new.tell() % 2:  # the chunk before lacks its last byte
            new.write(b"\0")
        _write(new, name, change(b""), order)
    written = new.tell()
    if written - 8 > _MOST:
        raise ValueError("it is too long for another tag")
    old.seek(end)
    shutil.copyfileobj(old, new)
    new.seek(4)
    new.write((written - 8).to_bytes(4, order))


def _write(new: BinaryIO, name: bytes, content: bytes, order: Literal["little", "big"]) -> None:
    new.write(name + len(content).to_bytes(4, order) + content + bytes(len(content) % 2))


def _copy(old: BinaryIO, new: BinaryIO, size: int) -> None:
    while size > 0:
        block = old.read(min(size, 1 << 20))
        if not block:
            raise ValueError("it is cut short")
        new.write(block)
        size -= len(block)
