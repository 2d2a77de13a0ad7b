"""MPD's queue as last seen, so that only what changes crosses the wire."""

from __future__ import annotations

from collections.abc import Mapping

import mpd
from mpd.base import FailureResponseCode

from edgemood.music.link import Client
from edgemood.music.queue import QueuedSong

_PAGE = 1000
"""songs asked for at once; MPD drops a client whose answer outgrows its output buffer (8 MiB)"""


class QueueMirror:
    """The queue as last seen over one connection, so that a long one crosses the wire once."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._songs: dict[int, QueuedSong] = {}
        self._version = 0

    def songs(self) -> tuple[QueuedSong, ...]:
        """The whole queue; every id must be known."""
        return tuple(self._songs[id_] for id_ in self._ids)

    def song(self, id_: str | None) -> QueuedSong | None:
        """The song with this id in MPD's words."""
        return None if id_ is None else self._songs.get(int(id_))

    def follow(self, client: Client) -> Mapping[str, str]:
        """Take over what has changed, and give MPD's status at the same instant."""
        client.command_list_ok_begin()
        client.status()
        client.plchangesposid(self._version)
        status: Mapping[str, str]
        status, changes = client.command_list_end()
        length = int(status["playlistlength"])
        del self._ids[length:]
        self._ids.extend([0] * (length - len(self._ids)))
        for change in changes:
            self._ids[int(change["cpos"])] = int(change["id"])
        self._version = int(status["playlist"])
        present = set(self._ids)
        self._songs = {id_: song for id_, song in self._songs.items() if id_ in present}
        return status

    def first_unknown(self) -> int | None:
        """Where the first song stands whose file is not known yet."""
        return next((at for at, id_ in enumerate(self._ids) if id_ not in self._songs), None)

    def fetch(self, client: Client, start: int) -> None:
        """Learn the files of the songs from there on."""
        try:
            found = client.playlistinfo((start, start + _PAGE))
        except mpd.CommandError as error:
            if error.errno is not FailureResponseCode.ARG:  # the queue has become shorter
                raise
        else:
            for song in found:
                id_ = int(song["id"])
                self._songs[id_] = QueuedSong(id_, song["file"])
