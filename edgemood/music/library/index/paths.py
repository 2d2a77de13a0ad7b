"""MPD's names for songs: as bytes, as text, and as files inside the music folder."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from edgemood.errors import LibraryError


def path_bytes(file: str) -> bytes:
    """The bytes a name is made of. Raises UnicodeEncodeError for half a letter of UTF-16."""
    return file.encode("utf-8", "surrogateescape")


def path_text(path: bytes) -> str:
    """A name; bytes that are not UTF-8 are kept as surrogate escapes."""
    return path.decode("utf-8", "surrogateescape")


def path_in(folder: Path, name: str) -> Path:
    """Where MPD's name for a song leads in its music folder, whether a file is there or not.

    The one way from a name to a path: names come over a wire. Links that the owner made are
    followed, as MPD does, but no name leads out by itself. Raises LibraryError for streams, for
    absolute names and those with ``..``, and for what no file can be called.
    """
    if "://" in name:
        raise LibraryError("a stream, no file")
    try:
        local = os.fsdecode(path_bytes(name))
    except UnicodeEncodeError:
        raise LibraryError("no file can be called so") from None
    parts = local.split("/")
    if "\0" in local or not local:
        raise LibraryError("no file can be called so")
    if ".." in parts or parts[0] == "":
        raise LibraryError("its name leads out of the music folder")
    if "." in parts or "" in parts:
        raise LibraryError("no name that MPD gives a song")
    return folder.joinpath(*parts)


def path_beside(folder: Path, sheet: Path, name: str) -> Path:
    """Where a name in a file of the music folder, such as a cue sheet, leads.

    It may lead to another folder, but not out of the music folder. Raises LibraryError.
    """
    local = os.path.normpath(PurePosixPath(sheet.relative_to(folder).parent, name))
    return path_in(folder, local)
