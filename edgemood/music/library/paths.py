"""MPD's names for files, which need not be UTF-8, as bytes and as text."""

from __future__ import annotations


def path_bytes(file: str) -> bytes:
    """The bytes a name is made of."""
    return file.encode("utf-8", "surrogateescape")


def path_text(path: bytes) -> str:
    """A name; bytes that are not UTF-8 are kept as surrogate escapes."""
    return path.decode("utf-8", "surrogateescape")
