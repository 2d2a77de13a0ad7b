"""The control socket: one JSON object a line, in and out.

``{"do": "status"}`` is answered by ``{"ok": true, …}`` or ``{"ok": false, "error": "…"}``; a client
may send as many requests as it likes. Who may ask is a matter of the socket's file: mode 0660, and
the group of the folder it lies in (systemd's RuntimeDirectory).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from edgemood.clock import Clock, SystemClock
from edgemood.errors import AlreadyRunningError, ControlError, EdgemoodError

log = logging.getLogger(__name__)

MODE = 0o660
MAX_REQUEST_BYTES = 4096
MAX_CLIENTS = 64
"""Far above any number of people, far below the 1024 files a process may open."""
PATIENCE_S = 30.0
"""How long a client may neither ask nor read before it is hung up on."""

Handle = Callable[[str], Awaitable[Mapping[str, Any]]]
Reply = dict[str, Any]
_Result = TypeVar("_Result")


class ControlServer:
    """Answers every request with what `handle` makes of its words, such as ``mood happy 30m``.

    An `EdgemoodError` of `handle` reaches the client in words, anything else the journal.
    """

    def __init__(self, path: Path, handle: Handle, clock: Clock | None = None) -> None:
        self._path = path
        self._handle = handle
        self._clock = clock or SystemClock()
        self._server: asyncio.Server | None = None
        self._inode = 0
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen, in place of whatever socket file a dead daemon left behind.

        Raises AlreadyRunningError when a daemon lives on the socket, ControlError when the path
        cannot be used.
        """
        listener = _listen(self._path)
        self._inode = self._path.stat().st_ino
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listener, limit=MAX_REQUEST_BYTES
        )

    async def close(self) -> None:
        """Hang up on everybody and remove the socket file."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        with contextlib.suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._clients) > MAX_CLIENTS:
                await self._send(writer, _refusal(f"more than {MAX_CLIENTS} clients at once"))
            else:
                await self._converse(reader, writer)
            writer.close()
        except (ConnectionError, TimeoutError):
            # a client may go at any instant; that is no news
            pass
        finally:
            if not writer.is_closing():
                # close() would wait for a client that does not read
                writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await self._within_patience(reader.readuntil(b"\n"))
            except asyncio.IncompleteReadError as end:
                # a last request may lack its newline: printf '{"do":"why"}' | nc -U …
                if end.partial.strip():
                    await self._send(writer, await self._answer(end.partial))
                return
            except asyncio.LimitOverrunError:
                too_long = f"the request is longer than {MAX_REQUEST_BYTES} bytes"
                await self._send(writer, _refusal(too_long))
                return
            await self._send(writer, await self._answer(line))

    async def _send(self, writer: asyncio.StreamWriter, reply: bytes) -> None:
        writer.write(reply)
        await self._within_patience(writer.drain())

    async def _answer(self, line: bytes) -> bytes:
        try:
            verb = _verb(line)
            return _line({"ok": True, **await self._handle(verb)})
        except EdgemoodError as error:
            return _refusal(str(error))
        except Exception:
            log.exception("control: request %r failed", line[:100])
            return _refusal("the daemon failed on this request: see journalctl -u edgemood")

    async def _within_patience(self, work: Awaitable[_Result]) -> _Result:
        """Raises TimeoutError when `work` takes longer than a client may."""
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self._clock.sleep(PATIENCE_S))
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise TimeoutError
            return working.result()
        finally:
            working.cancel()
            waiting.cancel()


def _verb(line: bytes) -> str:
    example = 'send one JSON object a line, such as {"do": "status"}'
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EdgemoodError(f"the request is not JSON ({error}): {example}") from None
    verb = request.get("do") if isinstance(request, dict) else None
    if not isinstance(verb, str):
        raise EdgemoodError(f'the request has no "do": {example}')
    return verb


def _refusal(error: str) -> bytes:
    return _line({"ok": False, "error": error})


def _line(reply: Reply) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode() + b"\n"


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _alone_in(path.parent, path):
            _make_way(path)
            listener.bind(str(path))
            # nobody can connect between these two lines: that takes listen()
            path.chmod(MODE)
            listener.listen()
    except AlreadyRunningError:
        listener.close()
        raise
    except OSError as error:
        listener.close()
        raise ControlError(
            f"{path}: cannot open the control socket ({error.strerror or error}). "
            "Name another place in config.yaml under daemon: socket:"
        ) from error
    return listener


@contextlib.contextmanager
def _alone_in(folder: Path, path: Path) -> Iterator[None]:
    """Of two daemons that start at once, only one gets to judge whether the socket is stale."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(path, "that is just starting") from None
        yield
    finally:
        os.close(lock)


def _make_way(path: Path) -> None:
    """Remove the socket of a dead daemon; anything else is left alone and stops us."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "something that is not a socket lies there")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            # somebody listens but is too busy to accept
            raise _already_running(path, "that does not answer") from None
        raise _already_running(path, f"with process id {_process_behind(probe)}")


def _already_running(path: Path, which: str) -> AlreadyRunningError:
    return AlreadyRunningError(
        f"{path}: another edgemood daemon {which} holds this control socket. "
        "Stop it first (sudo systemctl stop edgemood), "
        "or give this one a socket of its own in config.yaml under daemon: socket:"
    )


def _process_behind(connected: socket.socket) -> int:
    credentials = struct.Struct("3i")
    received = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    process, _user, _group = credentials.unpack(received)
    return int(process)
