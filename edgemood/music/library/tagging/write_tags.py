"""Moods written into music files as tags, for players that show them: MPD 0.24 has a Mood tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edgemood.emotion import Emotion, strongest
from edgemood.errors import LibraryError
from edgemood.music.library import SongIndex
from edgemood.music.library.index.paths import path_in
from edgemood.music.library.tagging import mood_tag as moodtag
from edgemood.music.song import Origin
from edgemood.storage import foreign_files as foreign


@dataclass(frozen=True, slots=True)
class Tag:
    """What to write into one file."""

    path: Path
    mood: Emotion
    root: Path | None = None
    """the music folder, from which the file is reached without links; None: the file's own"""

    @property
    def within(self) -> Path:
        """The folder from which the way to the file must not lead over a link."""
        return self.root or self.path.parent


def tags_of(
    index: SongIndex,
    folder: Path,
    *,
    guesses: bool,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Tag]:
    """The moods to write: the owner's own words, and with `guesses` also what the box works out.

    A guess that is written is believed like any other tag from then on, even when the box comes to
    know better. Files that are not there, or hold several songs, are left out; of names that lead
    out of the music folder, the owner is told.
    """
    library = index.library()
    for row in range(len(library)):
        song = library.song(row)
        if (
            song is None
            or song.mood is None
            or song.mood.origin is Origin.TAG
            or "://" in song.file
        ):
            continue
        if not guesses and song.mood.origin is not Origin.OWNER:
            continue
        try:
            path = path_in(folder, song.file)
            there = path.is_file()
        except LibraryError as error:
            tell(f"{song.file}: {error}")
        except (OSError, ValueError):  # such as a name that is too long
            continue
        else:
            if there:
                yield Tag(path, strongest(song.mood.scores), folder)


def mood_in(path: Path) -> str | None:
    """The mood tag in a file. Raises LibraryError when it is no music file that takes tags."""
    return _mood_in(path.parent, path)


def write_mood(tag: Tag) -> bool:
    """Write the tag; False when it is in the file already. The sound is not touched.

    The file is replaced in one go by a tagged copy, so that neither a power cut nor a full disk
    spoils it; owner, permissions and all other tags stay. Raises LibraryError.
    """
    path = tag.path
    if _mood_in(tag.within, path) == tag.mood:
        return False
    try:
        with foreign.replacing(tag.within, path) as (old, new):
            moodtag.write(old, new, tag.mood.value)
    except (OSError, ValueError) as error:
        raise LibraryError(f"{path}: its tag cannot be written ({_reason(error)})") from error
    return True


def write_all(tags: Iterable[Tag], tell: Callable[[str], None], *, write: bool) -> tuple[int, int]:
    """Write the tags, or only tell which would be; gives how many were, and how many could not."""
    written = failed = 0
    for tag in tags:
        try:
            if _mood_in(tag.within, tag.path) == tag.mood:
                continue
            if write:
                write_mood(tag)
        except LibraryError as error:
            tell(_printable(str(error)))
            failed += 1
        else:
            tell(_printable(f"{tag.path}: {tag.mood}"))
            written += 1
    return written, failed


def by_writer(tags: Iterable[Tag]) -> dict[int, list[Tag]]:
    """The tags by the number of the user as whom root should write each; see `foreign`."""
    of_user: dict[int, list[Tag]] = {}
    for tag in tags:
        try:
            user = foreign.writer_of(tag.path)
        except OSError:  # it went away meanwhile
            continue
        of_user.setdefault(user, []).append(tag)
    return of_user


def _mood_in(root: Path, path: Path) -> str | None:
    try:
        with foreign.reading(root, path) as file:
            return moodtag.read(file)
    except (OSError, ValueError) as error:
        raise LibraryError(f"{path}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
