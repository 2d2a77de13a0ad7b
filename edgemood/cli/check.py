"""What is wrong with a configuration that the daemon would nevertheless run on."""

from __future__ import annotations

import asyncio
import difflib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from edgemood.cli.impossible import impossible
from edgemood.config import Config
from edgemood.config.document import Problem, read_document
from edgemood.config.loader import read
from edgemood.emotion import EMOTIONS
from edgemood.errors import PlayerError
from edgemood.music.genres import genre_key, has_word, holds_genre
from edgemood.music.library.index.song_index import FILE_NAME
from edgemood.music.mood_words import EMOTION_NAMES, MOOD_WORDS
from edgemood.music.own_words import read_words
from edgemood.music.recommender.strategy import genre_in

_ASK_WITHIN_S = 3.0


def doubts(file: Path, config: Config, state: Path) -> Iterator[str]:
    """What in a good file does not do what its owner hopes, each with its place.

    Mistakes in the file of words, and entries of the table that nothing answers to, as far as the
    song index in `state` and MPD are at hand to tell.
    """
    if config.music.words is not None:
        yield from read_words(config.music.words, MOOD_WORDS).problems
    places = read_document(read(file)).values
    for path, problem in impossible(config):
        if path in places:
            yield f"{file}:{Problem(places[path], path, problem)}"
    for mood, entry in config.music.table:
        path = ("music", "table", mood)
        if path in places and (doubt := _doubt(entry, config, state)):
            yield f"{file}:{Problem(places[path], path, doubt)}"


def _doubt(entry: str, config: Config, state: Path) -> str:
    """What is doubtful about an entry of the table; empty when nothing is."""
    if entry.casefold() in EMOTIONS:
        return ""
    wanted = genre_in(entry)
    return _doubt_genre(wanted, state) if wanted else _doubt_playlist(entry, config)


def _doubt_genre(wanted: str, state: Path) -> str:
    genres = _genres(state)
    if not genres or any(has_word(name, wanted) for name in genres):
        return ""
    if not _near(wanted, genres) and any(holds_genre(name, wanted) for name in genres):
        return ""
    return f'no song is of the genre "{wanted}"' + _meant(wanted, genres, "genre ")


def _doubt_playlist(entry: str, config: Config) -> str:
    playlists = _playlists(config)
    if playlists is not None and entry in playlists:
        return ""
    if near := _near(entry, EMOTION_NAMES):
        emotion = EMOTION_NAMES[near[0]]
        return f'"{entry}" is no emotion (did you mean {emotion}?), and so stands for a playlist'
    if entry.casefold().startswith("gen"):
        return f'"{entry}" stands for a playlist; a genre is written `genre Jazz`'
    if playlists is None:
        return ""
    return f'MPD has no playlist "{entry}"' + _meant(entry, playlists, "")


def _near(word: str, options: Iterable[str]) -> list[str]:
    by_key = {genre_key(option): option for option in options if option}
    return [by_key[key] for key in difflib.get_close_matches(genre_key(word), by_key, 3, 0.7)]


def _meant(word: str, options: Iterable[str], before: str) -> str:
    near = [before + option for option in _near(word, options)]
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _genres(state: Path) -> list[str]:
    """All genres of the library; none where the index cannot be read."""
    path = state / FILE_NAME
    try:
        if not path.is_file():
            return []
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)) as index:
            rows = index.execute("SELECT name FROM name WHERE kind = 'genre'").fetchall()
    except (OSError, ValueError, sqlite3.Error):
        return []
    return [name for (name,) in rows if isinstance(name, str) and name]


def _playlists(config: Config) -> list[str] | None:
    """MPD's stored playlists; None when it is not at hand to tell."""
    from edgemood.music.mpd.client import Player

    async def ask() -> list[str]:
        player = Player(config.mpd)
        try:
            await player.connect()
            return await player.playlists()
        finally:
            player.close()

    try:
        return asyncio.run(asyncio.wait_for(ask(), _ASK_WITHIN_S))
    except (PlayerError, TimeoutError):
        return None
