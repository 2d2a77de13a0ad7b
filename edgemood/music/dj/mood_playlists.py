"""Labels as playlists: `Mood – happy` and its kin, written by the box and by people alike.

The box fills each with the songs it takes for such, best first; what people add to one or take out
of it is the owner's word. Both write to the same playlist, so the box keeps account of what it put
there itself, and puts down what it is going to write before it does: whatever else is found there,
or missing, is somebody's deed, done while the box was off or in the middle of a power cut, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgemood.emotion import EMOTIONS, Emotion, strongest
from edgemood.errors import RefusedError
from edgemood.music.library import Library, SongIndex
from edgemood.music.mpd.client import Player
from edgemood.music.mpd.shown_text import told
from edgemood.music.song import Origin
from edgemood.state import Account, PlaylistAccounts, StateStore

MOST = 500
"""songs the box puts into one playlist; a phone still scrolls through so many"""
SURE_ENOUGH = 0.3
"""reliability from which the box tells people what mood it takes a song for: that of a genre"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What people did to a playlist."""

    added: frozenset[str] = field(default_factory=frozenset)
    removed: frozenset[str] = field(default_factory=frozenset)


def deeds(account: Account, content: Sequence[str]) -> Deeds:
    """What people added and took out since, in whichever state the box's own writing was cut short.

    A playlist that is empty or gone tells nothing: a clear and an unmounted disk look the same.
    """
    if not content:
        return Deeds()
    before, now = Counter(account.known), Counter(content)
    after = before if account.planned is None else Counter(account.planned)
    return Deeds(
        added=frozenset(now - (before | after)),
        removed=frozenset(file for file in before & after if file not in now),
    )


def arranged(content: Sequence[str], drop: frozenset[str], best: Sequence[str]) -> list[str]:
    """The content without some songs, and with the best ones that it lacks where they rank.

    What is there already stays where it is: people may have put it there.
    """
    after = [file for file in content if file not in drop]
    there = set(after)
    place = 0
    for file in best:
        if file in there:
            place = max(place, after.index(file) + 1)
        else:
            after.insert(place, file)
            place += 1
    return after


class LabelPlaylists:
    """Keeps one playlist for each emotion. The coroutines raise PlayerError and LibraryError."""

    def __init__(self, player: Player, memory: StateStore, index: SongIndex, pattern: str) -> None:
        """`pattern`: the playlists' names, with a star for the emotion; ``none`` are kept."""
        self._player = player
        self._memory = memory
        self._index = index
        self.names = dict(named(pattern))
        document = memory.recall(PlaylistAccounts)
        self._accounts = {} if document is None else dict(document.accounts)

    async def read(self) -> None:
        """Take what people did to the playlists as the owner's word."""
        for emotion, name in self.names.items():
            content = await self._player.playlist(name)
            account = self._accounts.get(name, Account())
            if not content or (tuple(content) == account.known and account.planned is None):
                continue
            done = deeds(account, content)
            await asyncio.to_thread(self._heed, emotion, done)
            # only now: cut short before, it would all be found and heeded once more
            self._keep(
                name,
                Account(
                    known=tuple(content),
                    own=tuple(sorted({*account.own} & {*content} - done.added)),
                    refused=tuple(sorted({*account.refused} - done.added | done.removed)),
                ),
            )
            for other in self.names.values():
                if other != name:
                    self._relabelled(other, done.added)

    async def fill(self, library: Library) -> None:
        """Bring the box's own part of the playlists in line with the songs' moods."""
        if not len(library):
            return
        await self.read()
        refusal: RefusedError | None = None
        for emotion, name in self.names.items():
            try:
                await self._fill_one(library, emotion, name)
            except RefusedError as error:
                refusal = error
        if refusal is not None:
            raise refusal

    async def _fill_one(self, library: Library, emotion: Emotion, name: str) -> None:
        account = self._accounts.get(name, Account())
        refused = frozenset(account.refused)
        best = await asyncio.to_thread(best_songs, library, emotion, refused)
        content = await self._player.playlist(name)
        if content and tuple(content) != account.known:
            return  # somebody is at it; MPD tells so, and it is read first
        drop = frozenset(account.own) - {*best} | refused
        drop |= await asyncio.to_thread(self._contradicted, emotion, {*content} - {*best})
        theirs = sum(file not in account.own for file in content)
        after = arranged(content, drop, best[: max(0, MOST - theirs)])
        if after != content:
            await self._write(name, account, content, after)

    async def _write(
        self, name: str, account: Account, content: list[str], after: list[str]
    ) -> None:
        added = {*after} - {*content}
        self._keep(
            name,
            Account(
                known=tuple(content),
                planned=tuple(after),
                own=tuple(sorted({*account.own} | added)),
                refused=account.refused,
            ),
        )
        await self._player.edit_playlist(name, content, after)
        await self.read()
        log.info("playlist %s: %d songs, %d of them new", name, len(after), len(added))

    def _contradicted(self, emotion: Emotion, files: Iterable[str]) -> frozenset[str]:
        """Songs of the playlist that the owner has labelled otherwise since, in whichever way."""
        songs = ((file, self._index.song_named(file)) for file in files)
        return frozenset(
            file
            for file, song in songs
            if song is not None
            and song.mood is not None
            and song.mood.origin is Origin.OWNER
            and strongest(song.mood.scores) is not emotion
        )

    def _heed(self, emotion: Emotion, done: Deeds) -> None:
        for file in done.added:
            self._index.labels.give(file, emotion)
            log.info("%s: labelled %s in a playlist", _printable(file), emotion)
        for file in done.removed:
            self._index.labels.deny(file, emotion)
            log.info("%s: taken out of a playlist, so not %s", _printable(file), emotion)

    def _relabelled(self, name: str, files: frozenset[str]) -> None:
        """Songs labelled otherwise leave the playlist when it is written next."""
        account = self._accounts.get(name, Account())
        if moved := files & {*account.known}:
            refused = tuple(sorted({*account.refused} | moved))
            self._keep(name, account.model_copy(update={"refused": refused}))

    def _keep(self, name: str, account: Account) -> None:
        self._accounts[name] = account
        self._memory.keep(PlaylistAccounts(accounts=self._accounts))


def named(pattern: str) -> Iterator[tuple[Emotion, str]]:
    """Every emotion's playlist."""
    if pattern != "none":
        for emotion in EMOTIONS:
            yield emotion, pattern.replace("*", emotion)


def best_songs(library: Library, emotion: Emotion, refused: frozenset[str]) -> list[str]:
    """Files of the songs that are most surely of this emotion, at most `MOST`, best first."""
    own = EMOTIONS.index(emotion)
    strength = library.scores[:, own].astype(np.float32) * library.reliability
    rows = np.flatnonzero(
        (library.scores.argmax(axis=1) == own) & (library.reliability >= SURE_ENOUGH)
    )
    rows = rows[np.argsort(-strength[rows], kind="stable")][: MOST + len(refused)]
    songs = (library.song(int(row)) for row in rows)
    return [song.file for song in songs if song is not None and song.file not in refused][:MOST]


def _printable(file: str) -> str:
    return told(file)
