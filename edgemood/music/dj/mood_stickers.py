"""The moods of songs as stickers, for any MPD client that shows them."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from edgemood.emotion import EMOTIONS
from edgemood.music.library import Library
from edgemood.music.mpd.client import Player

MOOD, VALENCE, AROUSAL = "edgemood.mood", "edgemood.valence", "edgemood.arousal"

SONGS_AT_ONCE = 20
"""Sixty stickers at most: MPD writes each to its disk before it answers anybody else."""
_GRAIN = 50
"""A mood that moves by less than a fiftieth of the plane's half is not written anew."""


class ShownMoods:
    """Writes the stickers of a few songs at a time, and only of those whose mood has changed."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._ids: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._shown: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    async def show_some(self, library: Library) -> bool:
        """Write what is due; whether anything was. Raises PlayerError, LibraryError."""
        signs = _signs(library)
        rows = np.flatnonzero(self._known(library.ids) != signs)[:SONGS_AT_ONCE]
        wrote = False
        for row in rows.tolist():
            song = await asyncio.to_thread(library.song, row)
            if song is None:  # forgotten since
                continue
            wanted = _stickers(library, row)
            there = await self._player.stickers_of(song.file)
            if news := {name: word for name, word in wanted.items() if there.get(name) != word}:
                await self._player.set_stickers({song.file: news})
                wrote = True
        self._note(library.ids[rows], signs[rows])
        return wrote

    def _known(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """What is shown of these songs: the sign of its mood, 0 where nothing is."""
        known = np.zeros(len(ids), dtype=np.int32)
        if len(self._ids):
            places = np.searchsorted(self._ids, ids).clip(max=len(self._ids) - 1)
            there = self._ids[places] == ids
            known[there] = self._shown[places[there]]
        return known

    def _note(self, ids: NDArray[np.int64], signs: NDArray[np.int32]) -> None:
        others = ~np.isin(self._ids, ids)
        all_ids = np.concatenate([self._ids[others], ids])
        order = np.argsort(all_ids)
        self._ids = all_ids[order]
        self._shown = np.concatenate([self._shown[others], signs])[order]


def _signs(library: Library) -> NDArray[np.int32]:
    """A number for what is to be shown of each song, shape (n,); 0 where nothing is known."""
    valence, arousal = np.rint(library.affect.astype(np.float32) * _GRAIN).astype(np.int32).T
    emotion = library.scores.argmax(axis=1).astype(np.int32)
    signs: NDArray[np.int32] = 1 + ((emotion * 256) + valence + 128) * 256 + arousal + 128
    return np.where(library.reliability > 0, signs, 0).astype(np.int32)


def _stickers(library: Library, row: int) -> dict[str, str]:
    valence, arousal = np.rint(library.affect[row].astype(np.float32) * _GRAIN) / _GRAIN + 0.0
    return {
        MOOD: EMOTIONS[int(library.scores[row].argmax())].value,
        VALENCE: f"{valence:.2f}",
        AROUSAL: f"{arousal:.2f}",
    }
