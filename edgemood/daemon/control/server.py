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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from edgemood.clock import Clock, SystemClock
from edgemood.errors import AlreadyRunningError, ControlError, EdgemoodError
from edgemood.incident import Faults, Trouble

log = logging.getLogger(__name__)

MODE = 0o660
MAX_REQUEST_BYTES = 4096
MAX_CLIENTS = 64
"""Far above any number of people, far below the 1024 files a process may open."""
PATIENCE_S = 30.0
"""How long a client may neither ask nor read before it is hung up on."""

_DEAF_PAUSE_S = 1.0
"""before the next try, when a client cannot be accepted: the process has no file to spare"""
_WHO_WITHIN_S = 1.0

Handle = Callable[[str], Awaitable[Mapping[str, Any]]]
Reply = dict[str, Any]
_Result = TypeVar("_Result")
_MOST_ANSWER_BYTES = 1 << 20


class _InUseError(Exception):
    """Somebody listens on the socket already."""

    def __init__(self, probe: socket.socket) -> None:
        super().__init__()
        self.probe = probe
        """connected to them"""


@dataclass(slots=True, eq=False)
class _Client:
    """Somebody at the other end of a connection."""

    task: asyncio.Task[None]
    idle_since_s: float | None
    """since when a request of theirs is waited for; None while one is answered"""


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
        self._clients: dict[asyncio.Task[None], _Client] = {}
        self._deaf = Trouble(log, faults)

    async def start(self) -> None:
        """Listen, in place of whatever socket file a dead daemon left behind.

        Raises AlreadyRunningError when a daemon lives on the socket, ControlError when the path
        cannot be used.
        """
        try:
            self._listener = _listen(self.path)
        except _InUseError as found:
            raise await _who_lives_at(self.path, found.probe) from None
        self._inode = self.path.stat().st_ino
        self._accepting = asyncio.create_task(self._accept_for_ever(self._listener))

    @property
    def reachable(self) -> bool:
        """Whether clients find the socket: it is open, and its file is still there."""
        with contextlib.suppress(OSError):
            return self._listener is not None and self.path.stat().st_ino == self._inode
        return False

    async def close(self) -> None:
        """Hang up on everybody and remove the socket file."""
        if self._listener is None or self._accepting is None:
            return
        tasks = [self._accepting, *self._clients]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()
        self._listener = None
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
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._clients[task] = _Client(task, self._clock.now_s())
        task.add_done_callback(lambda task: self._clients.pop(task, None))

    def _make_room(self) -> None:
        """Hang up on the client that has said nothing for longest."""
        idle = [
            (client.idle_since_s, number, client)
            for number, client in enumerate(self._clients.values())
            if client.idle_since_s is not None
        ]
        if idle:
            _, _, client = min(idle)
            client.task.cancel()
            del self._clients[client.task]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        client = self._clients[task]
        try:
            if len(self._clients) > MAX_CLIENTS:
                await self._send(writer, _refusal(f"more than {MAX_CLIENTS} clients at once"))
            else:
                await self._converse(client, reader, writer)
            writer.close()
        except (ConnectionError, TimeoutError):
            # a client may go at any instant; that is no news
            pass
        finally:
            if not writer.is_closing():
                # close() would wait for a client that does not read
                writer.transport.abort()

    async def _converse(
        self, client: _Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            client.idle_since_s = self._clock.now_s()
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
            client.idle_since_s = None
            answer = await self._answer(line)
            client.idle_since_s = self._clock.now_s()
            await self._send(writer, answer)

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


def _same(protocol: asyncio.Protocol) -> asyncio.Protocol:
    return protocol


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
            listener.setblocking(False)  # noqa: FBT003 - socket's own signature
    except (AlreadyRunningError, _InUseError):
        listener.close()
        raise
    except (OSError, ValueError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ControlError(
            f"{path}: cannot open the control socket ({reason}). "
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
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    probe.setblocking(False)  # noqa: FBT003 - socket's own signature
    try:
        probe.connect(str(path))
    except ConnectionRefusedError:
        probe.close()
        path.unlink()
    except BlockingIOError:
        # somebody listens but is too busy to accept
        probe.close()
        raise _already_running(path, "that does not answer") from None
    except OSError:
        probe.close()
        raise
    else:
        raise _InUseError(probe)


async def _who_lives_at(path: Path, probe: socket.socket) -> EdgemoodError:
    """What to say of the program that listens at a path: a daemon, or somebody else's socket."""
    process = _process_behind(probe)
    try:
        async with asyncio.timeout(_WHO_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(
                sock=probe, limit=_MOST_ANSWER_BYTES
            )
            with contextlib.closing(writer):
                writer.write(b'{"do": "status"}\n')
                answer = await reader.readline()
    except TimeoutError:
        ours = _may_be_ours(process)
    except (OSError, ValueError):
        ours = False
    else:
        ours = answer.startswith(b'{"ok": ')
    if ours:
        return _already_running(path, f"with process id {process}")
    return ControlError(
        f"{path}: cannot open the control socket (process {process}, another program, listens "
        "there). Name another place in config.yaml under daemon: socket:"
    )


def _may_be_ours(process: int) -> bool:
    """Whether a process that does not answer may be a daemon; what cannot be seen may be."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True
    # the program or module, not a folder of that name that it lies in
    return b"edgemood" in {word.rpartition(b"/")[2] for word in words[:4]}


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
