"""Reads the library from MPD, and afterwards only the part of it that changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edgemood.music.library import Library
from edgemood.music.library.tags import STICKER, playlist_says, song_of, sticker_says
from edgemood.music.player import Change, Player
from edgemood.music.song import Song, SongMood
from edgemood.music.words import emotion_named


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
            self._stickers = {}
            for file, value in (await self._player.stickers(STICKER)).items():
                if mood := sticker_says(value):
                    self._stickers[file] = mood
        if Change.PLAYLISTS in changed:
            self._playlists = {}
            for name in await self._player.playlists():
                if emotion := emotion_named(name):
                    mood = playlist_says(name, emotion)
                    for file in await self._player.playlist(name):
                        self._playlists.setdefault(file, mood)
        owner = self._playlists | self._stickers
        return Library.of(
            [
                replace(song, mood=owner[song.file]) if song.file in owner else song
                for song in self._tagged
            ]
        )
