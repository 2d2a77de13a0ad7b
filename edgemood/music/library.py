"""All songs of the house, each with what is known of its mood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import (
    AFFECT_OF_EMOTION,
    EMOTIONS,
    NO_IDEA,
    Affect,
    Emotion,
    one_hot,
)
from edgemood.music.player import Change, Player, Tags
from edgemood.music.song import Origin, Song, SongMood
from edgemood.music.words import (
    EMOTION_NAMES,
    GENRE_WORDS,
    MOOD_WORDS,
    affect_in,
    emotion_named,
    scores_near,
)

STICKER = "mood"
"""``mpc sticker FILE set mood happy``"""

_STICKER_TRUST = 1.0
_PLAYLIST_TRUST = 0.95
_FOLDER_TRUST = 0.9
_MOOD_TAG_TRUST = 0.8
_GENRE_TRUST = 0.35
"""a genre holds songs of every mood"""
_COMMENT_TRUST = 0.3
"""comments often speak of something else"""

_GENRE_AND_MOOD_WORDS = GENRE_WORDS | MOOD_WORDS
_DIFFERENT_TAGS = 1024
"""thousands of songs share a few hundred genres; what one says is worked out once"""
_LONGEST_TAG = 200
"""letters; a comment may hold a whole book"""


@dataclass(frozen=True, eq=False)
class Library:
    """Songs, and the arrays the chooser ranks them by; row i belongs to song i."""

    songs: Sequence[Song]

    def get(self, file: str) -> Song | None:
        """The song under MPD's name for it."""
        row = self._row_of.get(file)
        return None if row is None else self.songs[row]

    def without(self, song: Song) -> Library:
        """All songs but one."""
        return Library([other for other in self.songs if other is not song])

    def rows(self, files: Iterable[str]) -> list[int]:
        """The rows of those files that the library has."""
        return [self._row_of[file] for file in files if file in self._row_of]

    @cached_property
    def rows_by_artist(self) -> dict[str, list[int]]:
        """The rows of each artist's songs; songs without an artist are not in it."""
        rows: dict[str, list[int]] = {}
        for row, song in enumerate(self.songs):
            if song.artist:
                rows.setdefault(song.artist, []).append(row)
        return rows

    @cached_property
    def reliability(self) -> NDArray[np.float32]:
        """How well each mood is known, shape (n,), in [0, 1]."""
        trusts = [0.0 if song.mood is None else song.mood.reliability for song in self.songs]
        return np.array(trusts, dtype=np.float32)

    @cached_property
    def affect(self) -> NDArray[np.float32]:
        """Valence and arousal, shape (n, 2); the less is known, the nearer to the middle."""
        known = [(0.0, 0.0) if song.mood is None else song.mood.affect for song in self.songs]
        rows: NDArray[np.float32] = np.array(known, dtype=np.float32).reshape(-1, 2)
        rows *= self.reliability[:, None]
        return rows

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """Scores, shape (n, 7); the less is known, the nearer to `NO_IDEA`."""
        known = [NO_IDEA if song.mood is None else song.mood.scores for song in self.songs]
        rows: NDArray[np.float32] = np.array(known, np.float32).reshape(-1, len(EMOTIONS))
        rows -= NO_IDEA
        rows *= self.reliability[:, None]
        rows += NO_IDEA
        return rows

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {song.file: row for row, song in enumerate(self.songs)}


class LibraryReader:
    """Reads the library from MPD, and afterwards only the part of it that changed."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._tagged: list[Song] = []
        self._stickers: dict[str, SongMood] = {}
        self._playlists: dict[str, SongMood] = {}

    async def read(self, changes: Iterable[Change]) -> Library:
        """The library after these changes. Raises PlayerError."""
        changed = set(changes)
        if Change.LIBRARY in changed:
            self._tagged = [song_of(tags) async for tags in self._player.library()]
        if Change.STICKERS in changed:
            self._stickers = stickers_say(await self._player.stickers(STICKER))
        if Change.PLAYLISTS in changed:
            self._playlists = {}
            for name in await self._player.playlists():
                if emotion := emotion_named(name):
                    mood = _certain(emotion, _PLAYLIST_TRUST, f"playlist {name}")
                    for file in await self._player.playlist(name):
                        self._playlists.setdefault(file, mood)
        owner = self._playlists | self._stickers
        return Library(
            [
                replace(song, mood=owner[song.file]) if song.file in owner else song
                for song in self._tagged
            ]
        )


def song_of(tags: Tags) -> Song:
    """A song with the mood its folder and tags speak of."""
    return Song(
        file=tags["file"],
        title=_joined(tags, "title"),
        artist=_joined(tags, "artist"),
        mood=_folder_says(tags["file"]) or _tags_say(tags),
    )


def stickers_say(stickers: Mapping[str, str]) -> dict[str, SongMood]:
    """The moods in stickers, an emotion or any mood words; stickers without either say nothing."""
    moods = {
        file: _words_say(value, Origin.OWNER, _STICKER_TRUST, f"sticker {value}")
        for file, value in stickers.items()
    }
    return {file: mood for file, mood in moods.items() if mood is not None}


def _folder_says(file: str) -> SongMood | None:
    """A folder counts at the top of the library, or anywhere when it is called ``Mood – …``."""
    folders = PurePosixPath(file).parts[:-1]
    for depth, folder in enumerate(folders):
        emotion = emotion_named(folder)
        if emotion and (depth == 0 or folder.casefold() not in EMOTION_NAMES):
            return _certain(emotion, _FOLDER_TRUST, f"folder {folder}")
    return None


def _tags_say(tags: Tags) -> SongMood | None:
    mood, genre, comment = (_joined(tags, key) for key in ("mood", "genre", "comment"))
    return (
        _words_say(mood, Origin.TAG, _MOOD_TAG_TRUST, f"mood tag {mood}")
        or _genre_says(genre)
        or _words_say(comment, Origin.TAG, _COMMENT_TRUST, "comment")
    )


@lru_cache(_DIFFERENT_TAGS)
def _words_say(text: str, origin: Origin, trust: float, because: str) -> SongMood | None:
    if emotion := emotion_named(text):
        return _certain(emotion, trust, because, origin)
    affect = affect_in(text, MOOD_WORDS)
    return None if affect is None else _near(affect, origin, trust, because)


@lru_cache(_DIFFERENT_TAGS)
def _genre_says(genre: str) -> SongMood | None:
    """Genres may name a mood (``Chillout``, ``Sad Piano``), too."""
    affect = affect_in(genre, _GENRE_AND_MOOD_WORDS)
    return None if affect is None else _near(affect, Origin.TAG, _GENRE_TRUST, f"genre {genre}")


def _certain(
    emotion: Emotion, trust: float, because: str, origin: Origin = Origin.OWNER
) -> SongMood:
    return SongMood(one_hot(emotion), AFFECT_OF_EMOTION[emotion], origin, trust, because)


def _near(affect: Affect, origin: Origin, trust: float, because: str) -> SongMood:
    return SongMood(scores_near(affect), affect, origin, trust, because)


def _joined(tags: Tags, key: str) -> str:
    value = tags.get(key, "")
    text = value if isinstance(value, str) else ", ".join(value)
    return text[:_LONGEST_TAG]
