"""One connection to MPD: python-mpd2's blocking client on a thread of its own, awaited.

The blocking client, because python-mpd2's asyncio client (3.1.1) drops the connection, and then
hangs, over one file whose name is not UTF-8, and over any tag longer than 64 KiB; real libraries
have both. A daemon thread of its own, because a thread pool's exit waits for a connection attempt
that may take its whole timeout.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import mpd

logging.getLogger("mpd").setLevel(logging.WARNING)  # it tells of every attempt to connect

_T = TypeVar("_T")
_Job = tuple["Future[Any]", Callable[[], Any]]


class Client(mpd.MPDClient):  # type: ignore[misc]  # python-mpd2 has no types
    """MPD hands on file names as the bytes they are; those that are not UTF-8 are kept escaped."""

    def connect(self, host: str, port: int) -> None:
        super().connect(host, port)
        self._wfile.reconfigure(errors="surrogateescape")

    def _read_line(self) -> str | None:
        try:
            line: str | None = super()._read_line()
        except UnicodeDecodeError as error:
            return error.object.decode(errors="surrogateescape").rstrip("\n")
        return line


Client.add_command("config", Client._parse_object)  # noqa: SLF001 - MPD 0.24 tells more than one thing, and python-mpd2 3.1 then nothing
Client.add_command("sticker inc", Client._parse_nothing)  # noqa: SLF001 - new in MPD 0.24, and python-mpd2 3.1 lacks it


class Link:
    """A client and the thread that waits for it."""

    def __init__(self, timeout_s: float) -> None:
        self._client = Client()
        self._client.timeout = timeout_s
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        Thread(target=self._work, name="mpd", daemon=True).start()

    async def call(self, function: Callable[[Client], _T]) -> _T:
        """Run a function with the client, after those called before; raises what it raises.

        A cancelled caller stops waiting; the function itself runs on until `close`.
        """
        answer: Future[_T] = Future()
        self._jobs.put((answer, lambda: function(self._client)))
        return await asyncio.wrap_future(answer)

    def close(self) -> None:
        """End the connection at once, whatever the thread waits for, and then the thread."""
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
            except BaseException as error:  # noqa: BLE001  # raised where it is awaited
                answer.set_exception(error)
            else:
                answer.set_result(result)
        with contextlib.suppress(OSError):
            self._client.disconnect()
