"""The control socket: one JSON object a line, in and out.

``{"do": "status"}`` is answered by ``{"ok": true, …}`` or ``{"ok": false, "error": "…"}``; a client
may send as many requests as it likes. Who may ask is a matter of the socket's file: mode 0660, and
the group of the folder it lies in (systemd's RuntimeDirectory).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from functools import partial
from pathlib import Path

from edgemood.clock import Clock, SystemClock
from edgemood.daemon.control.conversation import MAX_REQUEST_BYTES, Conversation, Handle
from edgemood.daemon.control.socket_file import InUseError, listen, who_lives_at
from edgemood.incident import Faults, Trouble

log = logging.getLogger(__name__)

MAX_CLIENTS = 64
"""Far above any number of people, far below the 1024 files a process may open."""

_DEAF_PAUSE_S = 1.0
"""before the next try, when a client cannot be accepted: the process has no file to spare"""


class ControlServer:
    """Answers every request with what `handle` makes of its words, such as ``mood happy 30m``.

    An `EdgemoodError` of `handle` reaches the client in words, anything else the journal. Whoever
    connects finds a place: when all are taken, the client that has been idle for longest loses its.
    """

    def __init__(
        self,
        path: Path,
        handle: Handle,
        clock: Clock | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.path = path
        """of the socket"""
        self._handle = handle
        self._clock = clock or SystemClock()
        self._listener: socket.socket | None = None
        self._inode = 0
        self._accepting: asyncio.Task[None] | None = None
        self._clients: dict[asyncio.Task[None], Conversation] = {}
        self._deaf = Trouble(log, faults)

    async def start(self) -> None:
        """Listen, in place of whatever socket file a dead daemon left behind.

        Raises AlreadyRunningError when a daemon lives on the socket, ControlError when the path
        cannot be used.
        """
        try:
            self._listener = listen(self.path)
        except InUseError as found:
            raise await who_lives_at(self.path, found.probe) from None
        self._inode = self.path.stat().st_ino
        self._accepting = asyncio.create_task(self._accept_for_ever(self._listener))

    @property
    def reachable(self) -> bool:
        """Whether clients find the socket: its file is there, and they are let in."""
        if self._accepting is None or self._accepting.done():
            return False
        with contextlib.suppress(OSError):
            return self.path.stat().st_ino == self._inode
        return False

    async def close(self) -> None:
        """Hang up on everybody and remove the socket file."""
        if self._listener is None or self._accepting is None:
            return
        tasks = [self._accepting, *self._clients]
        for task in tasks:
            task.cancel()
        how, *_ = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(how, Exception):
            log.error("%s: nobody was let in any more", self.path, exc_info=how)
        self._listener.close()
        self._listener = self._accepting = None
        with contextlib.suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()

    async def _accept_for_ever(self, listener: socket.socket) -> None:
        """Not asyncio's server: out of file descriptors, that one logs without end."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
                connection.setblocking(False)  # noqa: FBT003 - socket's own signature
                reader = asyncio.StreamReader(limit=MAX_REQUEST_BYTES)
                protocol = asyncio.StreamReaderProtocol(reader, self._welcome)
                await loop.connect_accepted_socket(partial(_same, protocol), connection)
            except ConnectionError:  # gone before it was answered
                continue
            except OSError as error:
                self._deaf.starts(f"{self.path}: nobody can be answered ({error.strerror})")
                await self._clock.sleep(_DEAF_PAUSE_S)
            else:
                self._deaf.ends(f"{self.path}: requests are answered again")

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            self._make_room()
        client = Conversation(reader, writer, self._handle, self._clock)
        task = asyncio.get_running_loop().create_task(self._serve(client))
        self._clients[task] = client
        task.add_done_callback(lambda task: self._clients.pop(task, None))

    def _make_room(self) -> None:
        """Hang up on the client that has said nothing for longest."""
        idle = [
            (client.idle_since_s, number, task)
            for number, (task, client) in enumerate(self._clients.items())
            if client.idle_since_s is not None
        ]
        if idle:
            _, _, task = min(idle)
            task.cancel()
            del self._clients[task]

    async def _serve(self, client: Conversation) -> None:
        if len(self._clients) > MAX_CLIENTS:
            await client.refuse(f"more than {MAX_CLIENTS} clients at once")
        else:
            await client.run()


def _same(protocol: asyncio.Protocol) -> asyncio.Protocol:
    return protocol
