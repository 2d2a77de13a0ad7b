"""Moods written into music files as tags, for players that show them: MPD 0.24 has a Mood tag."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TMOO
from mutagen.mp4 import MP4FreeForm, MP4Tags

from edgemood.durable import sync_folder
from edgemood.emotion import Emotion, strongest
from edgemood.errors import LibraryError
from edgemood.music.library import SongIndex
from edgemood.music.library.paths import path_bytes
from edgemood.music.song import Origin

VORBIS_KEY, APE_KEY, MP4_KEY = "MOOD", "Mood", "----:com.apple.iTunes:MOOD"
"""where taggers such as Picard keep the mood; ID3 has a frame of its own for it, TMOO"""

_Mood: Any = TMOO  # mutagen has types, but not for these
_FreeForm: Any = MP4FreeForm


@dataclass(frozen=True, slots=True)
class Tag:
    """What to write into one file."""

    path: Path
    mood: Emotion


def tags_of(index: SongIndex, folder: Path, *, guesses: bool) -> Iterator[Tag]:
    """The moods to write: the owner's own words, and with `guesses` also what the box works out.

    A guess that is written is believed like any other tag from then on, even when the box comes to
    know better. Files that are not there, or hold several songs, are left out.
    """
    library = index.library()
    for row in range(len(library)):
        song = library.song(row)
        if song is None or song.mood is None or song.mood.origin is Origin.TAG:
            continue
        if not guesses and song.mood.origin is not Origin.OWNER:
            continue
        path = folder / os.fsdecode(path_bytes(song.file))
        if path.is_file():
            yield Tag(path, strongest(song.mood.scores))


def mood_in(path: Path) -> str | None:
    """The mood tag in a file. Raises LibraryError when it is no music file that takes tags."""
    return _read(_opened(path).tags)


def write_mood(tag: Tag) -> bool:
    """Write the tag; False when it is in the file already. The sound is not touched.

    The file is replaced in one go by a tagged copy, so that neither a power cut nor a full disk
    spoils it; owner and permissions stay. Raises LibraryError.
    """
    path = tag.path.resolve()
    music = _opened(path)
    if _read(music.tags) == tag.mood:
        return False
    # MPD must not take the copy for a song, should it look right now
    copy = path.with_name(f".{path.name}.edgemood")
    try:
        shutil.copy2(path, copy)
        before = path.stat()
        os.chown(copy, before.st_uid, before.st_gid)
        tagged = type(music)(copy)
        if tagged.tags is None:
            tagged.add_tags()
        _write(tagged.tags, tag.mood)
        tagged.save()
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        copy.replace(path)
        sync_folder(path.parent)
    except (OSError, mutagen.MutagenError) as error:
        raise LibraryError(f"{path}: its tag cannot be written ({error})") from error
    finally:
        copy.unlink(missing_ok=True)
    return True


def _opened(path: Path) -> Any:
    try:
        music = mutagen.File(path)
    except (OSError, mutagen.MutagenError) as error:
        raise LibraryError(f"{path}: cannot be read ({error})") from error
    if music is None:
        raise LibraryError(f"{path}: not a kind of music file that takes tags")
    return music


def _read(tags: Any) -> str | None:
    if tags is None:
        return None
    if _is(tags, ID3):
        frame = tags.get("TMOO")
        return str(frame) if frame else None
    found = tags.get(_key(tags))
    if not found:
        return None
    value = found[0]
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _write(tags: Any, mood: Emotion) -> None:
    if _is(tags, ID3):
        tags.setall("TMOO", [_Mood(encoding=3, text=[mood.value])])
    elif _is(tags, MP4Tags):
        tags[MP4_KEY] = [_FreeForm(mood.value.encode())]
    else:
        tags[_key(tags)] = mood.value


def _is(tags: Any, kind: type) -> bool:
    """`isinstance`, but for mypy, which would then miss the types of mutagen's methods."""
    return isinstance(tags, kind)


def _key(tags: Any) -> str:
    if _is(tags, MP4Tags):
        return MP4_KEY
    return APE_KEY if _is(tags, APEv2) else VORBIS_KEY


def write_all(tags: Iterable[Tag], tell: Callable[[str], None], *, write: bool) -> tuple[int, int]:
    """Write the tags, or only tell which would be; gives how many were, and how many could not."""
    written = failed = 0
    for tag in tags:
        try:
            if mood_in(tag.path) == tag.mood:
                continue
            if write:
                write_mood(tag)
        except LibraryError as error:
            tell(str(error))
            failed += 1
        else:
            tell(f"{tag.path}: {tag.mood}".encode("utf-8", "replace").decode())
            written += 1
    return written, failed
