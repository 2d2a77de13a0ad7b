"""One client of the control socket: requests in, answers out, for as long as it has patience."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from edgemood.clock import Clock
from edgemood.errors import EdgemoodError

MAX_REQUEST_BYTES: Final = 4096
PATIENCE_S: Final = 30.0
"""How long a client may neither ask nor read before it is hung up on."""

Handle = Callable[[str], Awaitable[Mapping[str, Any]]]
_Result = TypeVar("_Result")

log = logging.getLogger(__name__)


class Conversation:
    """Answers what one client asks, until it goes."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handle: Handle,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._handle = handle
        self._clock = clock
        self.idle_since_s: float | None = clock.now_s()
        """since when a request is waited for; None while one is answered"""

    async def run(self) -> None:
        """Answer every request."""
        await self._to_the_end(self._converse())

    async def refuse(self, error: str) -> None:
        """Answer none."""
        await self._to_the_end(self._send(_refusal(error)))

    async def _to_the_end(self, talk: Awaitable[None]) -> None:
        try:
            await talk
            self._writer.close()
        except (ConnectionError, TimeoutError):
            # a client may go at any instant; that is no news
            pass
        finally:
            if not self._writer.is_closing():
                # close() would wait for a client that does not read
                self._writer.transport.abort()

    async def _converse(self) -> None:
        while True:
            self.idle_since_s = self._clock.now_s()
            try:
                line = await self._within_patience(self._reader.readuntil(b"\n"))
            except asyncio.IncompleteReadError as end:
                # a last request may lack its newline: printf '{"do":"why"}' | nc -U …
                if end.partial.strip():
                    await self._send(await self._answer(end.partial))
                return
            except asyncio.LimitOverrunError:
                too_long = f"the request is longer than {MAX_REQUEST_BYTES} bytes"
                await self._send(_refusal(too_long))
                return
            self.idle_since_s = None
            answer = await self._answer(line)
            self.idle_since_s = self._clock.now_s()
            await self._send(answer)

    async def _send(self, reply: bytes) -> None:
        self._writer.write(reply)
        await self._within_patience(self._writer.drain())

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


def _line(reply: Mapping[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode() + b"\n"
