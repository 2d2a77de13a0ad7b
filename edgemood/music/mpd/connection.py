"""One connection to MPD: python-mpd2's blocking client on a thread of its own, awaited.

The blocking client, because python-mpd2's asyncio client (3.1.1) drops the connection, and then
hangs, over one file whose name is not UTF-8, and over any tag longer than 64 KiB; real libraries
have both. A daemon thread of its own, because a thread pool's exit waits for a connection attempt
that may take its whole timeout. Of python-mpd2, what MPD's commands are called and what their
answers look like is used; what comes over the wire is read here, within the bounds of `Wire`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import mpd
from mpd.base import FailureResponseCode

from edgemood.music.mpd.bounded_socket import Patience, Wire

logging.getLogger("mpd").setLevel(logging.WARNING)  # it tells of every attempt to connect

_T = TypeVar("_T")
_Job = tuple["Future[Any]", Callable[[], Any]]

_HELLO = "OK MPD "
_REFUSED = "ACK "
_REFUSAL = re.compile(r"ACK \[(\d{1,3})@\d+\] \{([^}]*)\} ?(.*)")


class ForeignServerError(mpd.ProtocolError):  # type: ignore[misc]
    """What answers there is not MPD; `says` is how it greets."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class Refusal(mpd.CommandError):  # type: ignore[misc]
    """MPD refused a command, and waits for the next one."""

    def __init__(self, line: str) -> None:
        Exception.__init__(self, line)
        code, self.command, self.msg = "", "", line.removeprefix(_REFUSED)
        if match := _REFUSAL.fullmatch(line):
            code, self.command, self.msg = match.groups()
        self.errno = _CODES.get(code)


_CODES = {str(code.value): code for code in FailureResponseCode}


class Client(mpd.MPDClient):  # type: ignore[misc]  # python-mpd2 has no types
    """MPD hands on file names as the bytes they are; those that are not UTF-8 are kept escaped."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.abandoned = False
        """nobody waits for it any more"""
        self._patience = patience

    def connect(self, host: str, port: int) -> None:
        """Connect by TCP, or by a unix socket where `host` is a path or ``@`` and a name."""
        self._sock = self._connected(host, port)
        self._rbfile = Wire(self._sock, self._patience)
        if self.abandoned:
            raise mpd.ConnectionError
        hello = self._rbfile.readline().decode(errors="replace")
        if not hello.startswith(_HELLO):
            raise ForeignServerError(hello)
        self.mpd_version = hello.removeprefix(_HELLO).strip()

    def wait(self, *subsystems: str) -> list[str]:
        """Those that have changed, as soon as one has, which may take for ever."""
        self._write_command("idle", subsystems)
        self._rbfile.expect(at_leisure=True)
        return list(self._parse_list(self._read_lines()))

    def _connected(self, host: str, port: int) -> socket.socket:
        if not host.startswith(("/", "@")):
            by_tcp = socket.create_connection((host, port), self._patience.silence_s)
            by_tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            by_tcp.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return by_tcp
        local = socket.socket(socket.AF_UNIX)
        local.settimeout(self._patience.silence_s)
        try:
            local.connect("\0" + host[1:] if host.startswith("@") else host)
        except BaseException:
            local.close()
            raise
        return local

    def _write_line(self, line: str) -> None:
        if self.abandoned:
            raise mpd.ConnectionError
        self._rbfile.send(line.encode(errors="surrogateescape") + b"\n")
        self._rbfile.expect()

    def _read_line(self) -> str | None:
        line: str = self._rbfile.readline().decode(errors="surrogateescape")
        if line.startswith(_REFUSED):
            raise Refusal(line)
        if line == ("OK" if self._command_list is None else "list_OK"):
            return None
        if line == "OK":
            raise mpd.ProtocolError("an answer is missing")
        return line


Client.add_command("config", Client._parse_object)  # noqa: SLF001 - MPD 0.24 tells more than one thing, and python-mpd2 3.1 then nothing
Client.add_command("sticker inc", Client._parse_nothing)  # noqa: SLF001 - new in MPD 0.24, and python-mpd2 3.1 lacks it


class Link:
    """A client and the thread that waits for it."""

    def __init__(self, patience: Patience) -> None:
        self._client = Client(patience)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        Thread(target=self._work, name="mpd", daemon=True).start()

    async def call(self, function: Callable[[Client], _T]) -> _T:
        """Run a function with the client, after those called before; raises what it raises.

        The connection survives a `Refusal`, and nothing else. A cancelled caller stops waiting; the
        function itself runs on until `close`.
        """
        answer: Future[_T] = Future()
        self._jobs.put((answer, lambda: function(self._client)))
        return await asyncio.wrap_future(answer)

    def close(self) -> None:
        """End the connection at once, whatever the thread waits for, and then the thread."""
        self._client.abandoned = True
        with contextlib.suppress(OSError, mpd.MPDError):
            twin = socket.socket(fileno=os.dup(self._client.fileno()))
            with twin:
                twin.shutdown(socket.SHUT_RDWR)
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            answer, function = job
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                result = function()
            except Refusal as error:
                answer.set_exception(error)
            except BaseException as error:  # noqa: BLE001  # raised where it is awaited
                self._let_go()  # no telling what of an answer is still to come
                answer.set_exception(error)
            else:
                answer.set_result(result)
        self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            self._client.disconnect()
