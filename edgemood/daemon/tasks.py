"""The daemon's tasks: each has an owner, and a bug in one ends nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.errors import EdgemoodError
from edgemood.incident import Faults, Trouble

STEADY_S: Final = 60.0
"""a loop that ran for this long has come right, and begins again at the shortest pause"""
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_MOST_SHOWN: Final = 200
"""characters of an error that the owner is shown; the journal has all of it"""

log = logging.getLogger(__name__)


class Tasks:
    """Owns tasks while it is entered; leaving it waits for all of them, or cancels them."""

    def __init__(
        self, clock: Clock, faults: Faults, on_retry: Callable[[str], None] = lambda _: None
    ) -> None:
        """`on_retry` is told the name of a loop that is started again."""
        self._clock = clock
        self._faults = faults
        self._on_retry = on_retry
        self._group = asyncio.TaskGroup()
        self._actions: dict[str, Trouble] = {}
        self._failing: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._group.__aexit__(kind, error, trace)

    @property
    def failing(self) -> tuple[str, ...]:
        """What the loops raised that have not come right since."""
        return tuple(self._failing.values())

    def keep_alive(self, name: str, run: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Start a loop that ends only by being cancelled.

        Whatever it raises is told once, stands in the status while it lasts, and it goes on.
        """
        return self._group.create_task(self._live(name, run), name=name)

    def soon(self, name: str, action: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Start something that is done once; what it raises is told, and costs this action only."""
        task = self._group.create_task(self._try(name, action), name=name)
        task.add_done_callback(lambda _: action.close())  # one cancelled at once never began
        return task

    async def _live(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        backoff = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        trouble = Trouble(log, self._faults)
        while True:
            steady = asyncio.ensure_future(self._come_right(name, backoff, trouble))
            try:
                await run()
            except asyncio.CancelledError as error:
                if _is_cancelled():
                    trouble.ends(f"{name}: ended")
                    self._failing.pop(name, None)
                    raise
                self._failing[name] = _tell(trouble, name, error, "starting it again")
            except Exception as error:  # noqa: BLE001 - a bug in one loop ends no other
                self._failing[name] = _tell(trouble, name, error, "starting it again")
            finally:
                steady.cancel()
            self._on_retry(name)
            await self._clock.sleep(backoff.pause_s())

    async def _come_right(self, name: str, backoff: Backoff, trouble: Trouble) -> None:
        await self._clock.sleep(STEADY_S)
        backoff.reset()
        trouble.ends(f"{name}: works again")
        self._failing.pop(name, None)

    async def _try(self, name: str, action: Coroutine[Any, Any, object]) -> None:
        trouble = self._actions.setdefault(name, Trouble(log))
        try:
            await action
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            _tell(trouble, name, error, "it was not done")
        except EdgemoodError as error:
            trouble.starts(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - a press never ends the music
            _tell(trouble, name, error, "it was not done")
        else:
            trouble.ends(f"{name}: works again")


def _is_cancelled() -> bool:
    """Whether somebody wants this task to end; else a cancellation strayed in from elsewhere."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _tell(trouble: Trouble, name: str, error: BaseException, what_now: str) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    found = f"{type(error).__name__}: {error}"[:_MOST_SHOWN]
    trouble.starts(f"{name}: unexpected error ({found}); {what_now}", error)
    return f"{name}: {found}"
