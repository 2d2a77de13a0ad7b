"""Answers of MPD that may be long, over a connection of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from edgemood.errors import PlayerError, RefusedError
from edgemood.music.mpd.bounded_socket import TooMuchError
from edgemood.music.mpd.connection import Client, Link

PAGE = 1000
"""rows asked for at once; MPD drops a client whose answer outgrows its output buffer (8 MiB unless
its owner says otherwise)"""
_GROWS_AFTER = 8
"""pages in a row that came through; twice as many each time that a page that grew was lost"""
_MOST_LOST = 60
"""connections in one reading"""

_COSTS = {TimeoutError: 25, TooMuchError: 12}
"""as many connections that just end: these take longer"""

_T = TypeVar("_T")


class Ask(Protocol):
    """Gives the rows of an answer from one place up to another."""

    def __call__(self, client: Client, *, start: int, end: int) -> list[dict[str, Any]]: ...


class Reader:
    """Asks for less when an answer is lost though MPD is there; the other connections live on.

    `connect` opens a connection, `call` uses it, `look` raises PlayerError when MPD is not there.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Link]],
        call: Callable[[Link, Callable[[Client], Any]], Awaitable[Any]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        self._connect = connect
        self._call = call
        self._look = look
        self._link: Link | None = None
        self._lost = 0
        self._patience, self._in_a_row, self._grew = _GROWS_AFTER, 0, False
        self.page = PAGE
        """rows asked for at once now"""

    def close(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            self._link.close()
        self._link = None

    async def ask(self, function: Callable[[Client], _T]) -> _T | None:
        """The answer; None when it was lost. Raises PlayerError when MPD is not there."""
        try:
            if self._link is None:
                self._link = await self._connect()
            found: _T = await self._call(self._link, function)
        except RefusedError:
            raise
        except PlayerError as error:
            self.close()
            await self._look()
            self._lost += next(
                (cost for kind, cost in _COSTS.items() if isinstance(error.__cause__, kind)), 1
            )
            if self._lost > _MOST_LOST:
                raise RefusedError(
                    f"{error}, again and again; raise max_output_buffer_size in mpd.conf"
                ) from error
            return None
        return found

    async def rows(self, ask: Ask, start: int) -> tuple[list[dict[str, Any]] | None, int]:
        """A page of rows from there on, and where the next begins; None: the one row is lost."""
        while True:
            end = start + self.page
            found = await self.ask(partial(ask, start=start, end=end))
            if found is not None:
                self._came_through()
                return found, end
            if self._grew:
                self._patience *= 2
            self._in_a_row, self._grew = 0, False
            if self.page == 1:
                return None, end
            self.page //= 2

    def _came_through(self) -> None:
        self._in_a_row, self._grew = self._in_a_row + 1, False
        if self._in_a_row >= self._patience and self.page < PAGE:
            self.page = min(2 * self.page, PAGE)
            self._in_a_row, self._grew = 0, True
