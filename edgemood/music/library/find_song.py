"""Which song somebody means: MPD's name for it, a path as the shell completes it, or words."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote


def folded(text: str) -> str:
    """The same for a text in either form of Unicode and in any case of letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def without_accents(text: str) -> str:
    """The folded text as somebody types it whose keyboard lacks its accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def names_meant(wanted: str, folders: Iterable[Path]) -> Iterator[str]:
    """MPD's names that somebody may mean by a name or path, likeliest first.

    `folders` are where the music folder is, by any of its paths.
    """
    yield wanted
    plain = unquote(wanted.removeprefix("file://")) if wanted.startswith("file://") else wanted
    if not plain or "\0" in plain:
        return
    if not plain.startswith("/"):
        yield os.path.normpath(plain)
    for path in dict.fromkeys((os.path.normpath(Path.cwd() / plain), os.path.realpath(plain))):
        for folder in folders:
            for root in dict.fromkeys(
                (os.path.normpath(Path.cwd() / folder), os.path.realpath(folder))
            ):
                if path.startswith(f"{root}/"):
                    yield path[len(root) + 1 :]
