"""MPD's queue as last seen, so that only what changes crosses the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from edgemood.music.mpd.answers import NonsenseError, name_in, needed, whole
from edgemood.music.mpd.connection import Client
from edgemood.music.mpd.snapshot import QueuedSong

MOST_SONGS = 200_000
"""a queue may hold; MPD's own default is 16,384"""
_WINDOW = 2000
"""places whose changes are asked for at once: 64 KiB of an answer at the most"""
_TRIES = 10
"""to see a long queue between two edits of somebody's"""


class QueueMirror:
    """The queue as last seen over one connection, so that a long one crosses the wire once."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._songs: dict[int, QueuedSong] = {}
        self._version = 0

    def __len__(self) -> int:
        """How many songs are in the queue."""
        return len(self._ids)

    def songs(self) -> tuple[QueuedSong, ...]:
        """The whole queue; every id must be known."""
        return tuple(self._songs[id_] for id_ in self._ids)

    def song(self, id_: object) -> QueuedSong | None:
        """The song with this id in MPD's words."""
        number = whole(id_, 2**31)
        return None if number is None else self._songs.get(number)

    def follow(self, client: Client) -> Mapping[str, Any]:
        """Take over what has changed, and give MPD's status at the same instant."""
        for _ in range(_TRIES):
            status, changes = self._changes(client, 0)
            length, version = needed(status, "playlistlength"), needed(status, "playlist", 2**32)
            if length > MOST_SONGS:
                raise NonsenseError(f"a queue of {length} songs; {MOST_SONGS} are the most")
            for start in range(_WINDOW, length, _WINDOW):
                status, more = self._changes(client, start)
                changes += more
                if needed(status, "playlist", 2**32) != version:
                    break
            else:
                self._take_over(length, changes)
                self._version = version
                return status
        raise NonsenseError("a queue that never stands still")

    def _changes(self, client: Client, start: int) -> tuple[Mapping[str, Any], list[Any]]:
        client.command_list_ok_begin()
        client.status()
        client.plchangesposid(self._version, (start, start + _WINDOW))
        status, changes = client.command_list_end()
        return status, changes

    def _take_over(self, length: int, changes: Iterable[Mapping[str, Any]]) -> None:
        del self._ids[length:]
        self._ids.extend([0] * (length - len(self._ids)))
        for change in changes:
            self._ids[needed(change, "cpos", length - 1)] = needed(change, "id")
        present = set(self._ids)
        self._songs = {id_: song for id_, song in self._songs.items() if id_ in present}

    def first_unknown(self) -> int | None:
        """Where the first song stands whose file is not known yet."""
        return next((at for at, id_ in enumerate(self._ids) if id_ not in self._songs), None)

    def learn(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What MPD says of songs in the queue."""
        for row in rows:
            id_, file = needed(row, "id"), name_in(row)
            if file is None:
                raise NonsenseError("a song in the queue without a name")
            self._songs[id_] = QueuedSong(id_, file)
