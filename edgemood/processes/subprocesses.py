"""Processes of one's own: begun and ended such that none is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from typing import Final

_LINE_BYTES: Final = 1 << 20


async def begin(
    command: Sequence[str], env: Mapping[str, str], *, errors: int | None = None
) -> asyncio.subprocess.Process:
    """A process in a group of its own, with pipes to its standard input and from its output.

    `errors` is where its standard error goes, as `asyncio.subprocess.PIPE`; None: where ours does.
    Whoever is cancelled meanwhile leaves no process: asyncio's own way out of that may wait for
    ever, as of Python 3.11 and 3.13. Raises OSError.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=_LINE_BYTES,
            env=env,
            start_new_session=True,  # Ctrl-C is for the one who started it
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting})
        if starting.exception() is None:
            await end(starting.result())
        raise


async def end(process: asyncio.subprocess.Process) -> int:
    """Kill the process and whatever it started in its group; gives its exit status."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    return await process.wait()
