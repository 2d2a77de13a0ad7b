"""The mood in an ID3v2 tag, changed without touching a byte of any other frame.

After ID3v2.2, 2.3 and 2.4, https://id3.org. mutagen would write every frame anew, and in the
version it prefers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

HEADER_BYTES: Final = 10
MOST_BYTES: Final = 1 << 28
"""what a tag's length, of four times seven bits, can say"""

_PADDING: Final = 1024
"""bytes left free in a tag that has to grow"""
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_ID: Final = {2: re.compile(rb"[A-Z0-9]{3}"), 3: re.compile(rb"[A-Z0-9]{4}")}
_ENCODINGS: Final = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_FREE_TEXT: Final = (b"TXXX", b"TXX")
_NEW_TAG: Final = b"ID3\x04\x00\x00\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class _Frame:
    id: bytes
    content: bytes
    plain: bool
    """neither compressed nor encrypted"""
    raw: bytes
    """with its header"""


def read_tag(file: BinaryIO) -> bytes:
    """The ID3v2 tag where the file stands; empty when there is none. Leaves it behind the tag.

    Raises ValueError when the tag is longer than the file.
    """
    start = file.tell()
    header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or header[:3] != b"ID3" or max(header[6:]) > 0x7F:
        file.seek(start)
        return b""
    footer = HEADER_BYTES if header[3] == 4 and header[5] & _FOOTER else 0
    size = _syncsafe(header[6:]) + footer
    body = file.read(size)
    if len(body) < size:
        raise ValueError("its ID3 tag is cut short")
    return header + body


def with_mood(tag: bytes, mood: str) -> bytes:
    """The tag with this mood, of the same version; as long as before, if the mood fits in.

    An empty tag becomes one of version 2.4. Raises ValueError for a tag that is damaged, or of a
    kind whose frames cannot be moved.
    """
    tag = tag or _NEW_TAG
    version, flags = tag[3], tag[5]
    if version not in {2, 3, 4} or (version == 2 and flags & _EXTENDED):
        raise ValueError(f"its ID3 tag is of the unknown kind 2.{version}")
    footer = version == 4 and bool(flags & _FOOTER)
    body = tag[HEADER_BYTES : len(tag) - HEADER_BYTES * footer]
    whole = flags & _UNSYNCHRONISED and version < 4
    if whole:
        body = body.replace(b"\xff\x00", b"\xff")
    extension = _extension(body, version) if flags & _EXTENDED else b""
    frames = list(_frames(body[len(extension) :], version))
    changed = b"".join(_changed(frames, version, mood))
    room = len(body) - len(extension) - len(changed)
    padding = 0 if footer else room if room >= 0 else _PADDING
    if version == 3 and extension:  # it tells the length of the padding
        extension = extension[:6] + padding.to_bytes(4, "big") + extension[10:]
    body = extension + changed + bytes(padding)
    if whole:
        body = re.sub(rb"\xff(?=[\xe0-\xff\x00]|\\Z)", b"\xff\x00", body)
    if len(body) >= MOST_BYTES:
        raise ValueError("its ID3 tag is full")
    head = tag[3:6] + _as_syncsafe(len(body))
    return b"ID3" + head + body + (b"3DI" + head if footer else b"")


def _frames(body: bytes, version: int) -> Iterator[_Frame]:
    """The frames up to the padding. Raises ValueError when they do not follow one another."""
    sizes = (_syncsafe, _plain) if version == 4 else (_plain,)  # iTunes wrote plain ones in 2.4
    for size_of in sizes:
        try:
            yield from list(_walk(body, version, size_of))
        except ValueError:
            continue
        return
    raise ValueError("its ID3 tag is damaged")


def _walk(body: bytes, version: int, size_of: Callable[[bytes], int]) -> Iterator[_Frame]:
    letters, head = (3, 6) if version == 2 else (4, 10)
    at = 0
    while at < len(body) and body[at]:
        id_ = body[at : at + letters]
        start = at + head
        end = start + size_of(body[at + letters : at + 2 * letters])
        if not _ID[min(version, 3)].fullmatch(id_) or start > len(body) or end > len(body):
            raise ValueError("no frame")
        plain = version == 2 or not body[start - 1]
        yield _Frame(id_, body[start:end], plain, body[at:end])
        at = end
    if any(body[at:]):
        raise ValueError("something behind the frames")


def _changed(frames: list[_Frame], version: int, mood: str) -> Iterator[bytes]:
    """The frames with the mood in place of the one there is, else behind them."""
    written = False
    for frame in frames:
        if frame.id == b"TMOO" or _names_mood(frame):
            if not written:
                yield _mood_frame(b"TMOO" if version == 4 else frame.id, version, mood)
            written = True
        else:
            yield frame.raw
    if not written:
        yield _mood_frame({2: b"TXX", 3: b"TXXX", 4: b"TMOO"}[version], version, mood)


def _names_mood(frame: _Frame) -> bool:
    """Whether it is the free text called ``MOOD``, as taggers write it before ID3v2.4."""
    if frame.id not in _FREE_TEXT or not frame.plain or not frame.content:
        return False
    text = frame.content[1:].decode(_ENCODINGS.get(frame.content[0], "latin-1"), "replace")
    return text.partition("\0")[0].casefold() == "mood"


def _mood_frame(id_: bytes, version: int, mood: str) -> bytes:
    text = b"MOOD\0" + mood.encode() if id_ in _FREE_TEXT else mood.encode()
    content = (b"\x03" if version == 4 else b"\x00") + text
    if version == 2:
        return id_ + len(content).to_bytes(3, "big") + content
    # an emotion is short: its length is the same with seven and eight bits a byte
    return id_ + len(content).to_bytes(4, "big") + b"\0\0" + content


def _extension(body: bytes, version: int) -> bytes:
    """The extended header. Raises ValueError when it holds a checksum of the frames."""
    size = _syncsafe(body[:4]) if version == 4 else _plain(body[:4]) + 4
    if not 6 <= size <= len(body):
        raise ValueError("its ID3 tag is damaged")
    if body[5] & 0x20 if version == 4 else body[4] & 0x80:
        raise ValueError("its ID3 tag holds a checksum")
    return body[:size]


def _plain(size: bytes) -> int:
    return int.from_bytes(size, "big")


def _syncsafe(size: bytes) -> int:
    number = 0
    for byte in size:
        if byte > 0x7F:
            raise ValueError("its ID3 tag is damaged")
        number = number << 7 | byte
    return number


def _as_syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
