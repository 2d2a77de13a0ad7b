"""Where a song's sound lies: a file, or a part of one, as of a cue sheet."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from pathlib import Path

from edgemood.errors import LibraryError
from edgemood.music.library.index.paths import path_beside, path_in

_FILE = re.compile(r'^\s*FILE\s+(?:"(?P<quoted>[^"]+)"|(?P<bare>\S+))', re.IGNORECASE)
_TRACK = re.compile(r"^\s*TRACK\s+\d+", re.IGNORECASE)
_TRACK_NAME = re.compile(r"^track(\d{1,4})\b")
"""what MPD calls the parts of a cue sheet"""
_LONGEST_CUE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and which part of it the song is."""

    path: Path
    start_s: float = 0.0
    end_s: float | None = None
    """None: up to the file's end"""


def find(
    folder: Path, file: str, start_s: float | None = None, end_s: float | None = None
) -> Place:
    """The place of a song under MPD's name for it, in MPD's music folder.

    Raises FileNotFoundError or PermissionError when the file cannot be had now, LibraryError when
    there is nothing that could be listened to.
    """
    path = path_in(folder, file)
    try:
        return Place(_holding(folder, path, part=start_s is not None), start_s or 0.0, end_s)
    except (LibraryError, FileNotFoundError, PermissionError):
        raise
    except (OSError, ValueError) as error:  # such as a name that is too long
        reason = getattr(error, "strerror", None) or error
        raise LibraryError(f"it cannot be opened ({reason})") from None


def _holding(folder: Path, path: Path, *, part: bool) -> Path:
    """The file that holds the sound of a song: its own, or one that holds several."""
    if path.is_file():
        return path
    if path.exists():
        raise LibraryError("no file, but something else of that name")
    container = _container(folder, path)
    if container is None:
        raise FileNotFoundError(errno.ENOENT, "the file is not there")
    if container == path.parent and container.suffix.casefold() == ".cue":
        return _sound_of(folder, container, path.name)
    if container != path.parent or not part:
        kind = container.suffix.removeprefix(".") or "file"
        raise LibraryError(f"a part of a {kind} that only MPD can open")
    return container


def _container(folder: Path, path: Path) -> Path | None:
    """The file that MPD shows as a folder, at whatever depth in it the song lies."""
    above = (parent for parent in path.parents if parent.is_relative_to(folder))
    return next((parent for parent in above if parent.is_file()), None)


def _sound_of(folder: Path, sheet: Path, track: str) -> Path:
    """The sound file that a track of a cue sheet lies in."""
    number = _TRACK_NAME.match(track)
    sound, tracks = None, 0
    with sheet.open("rb") as file:
        text = file.read(_LONGEST_CUE_BYTES).decode("utf-8-sig", "surrogateescape")
    for line in text.splitlines():
        if found := _FILE.match(line):
            sound = path_beside(folder, sheet, found["quoted"] or found["bare"])
        elif _TRACK.match(line):
            tracks += 1
            if number and tracks == int(number[1]):
                break
    if sound is None or not sound.is_file():
        raise LibraryError("the sound file that its cue sheet names is not there")
    return sound
