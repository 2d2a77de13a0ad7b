"""Which entries of `music.table` nothing answers to: misspelt ones, or what they name is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edgemood.config.schema import MoodTable
from edgemood.emotion import EMOTIONS
from edgemood.music.genres import holds_genre
from edgemood.music.library import Library
from edgemood.music.recommender.strategy import genre_in


def unanswered(
    table: MoodTable, library: Library, playlists: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """What to tell of each such entry; `playlists` has the files of those that MPD has."""
    return dict(_doubts(table, library, playlists)) if len(library) else {}


def _doubts(
    table: MoodTable, library: Library, playlists: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    for _, entry in table:
        if entry.casefold() in EMOTIONS:
            continue
        if genre := genre_in(entry):
            if not any(holds_genre(name, genre) for name in library.genre_names):
                yield entry, f'no song is of the genre "{genre}"'
        elif entry not in playlists:
            yield entry, f'"{entry}" is no emotion, and MPD has no playlist of that name'
        elif not library.rows(playlists[entry]):
            yield entry, f'the playlist "{entry}" holds no song of the library'
