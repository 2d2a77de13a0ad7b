"""Processes that analyse songs, each killed and replaced when a file breaks it or it hangs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from edgemood.clock import Clock
from edgemood.errors import LibraryError
from edgemood.music.library.scan.result import Findings, Subject, decode, encode_subject
from edgemood.processes import subprocesses

LONGEST_S: Final = 180.0
"""for one song; a four-minute song takes some seconds on a Zero 2 W"""
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
READY: Final = b"ready\n"
"""what an analyst says when it has loaded its models"""
COMMAND: Final = (sys.executable, "-m", "edgemood.music.library.scan.worker")


class Crew(Protocol):
    """Whoever analyses songs."""

    async def work(
        self, subjects: AsyncIterator[Subject], on_result: Callable[[Subject, Findings], None]
    ) -> None:
        """Analyse all subjects and hand on the findings, in whichever order they are ready.

        Raises LibraryError when nothing can be analysed at all.
        """


@dataclass(frozen=True, slots=True)
class Folders:
    """What an analyst needs to know."""

    music: Path
    models: Path
    words: Path | None = None
    """the owner's words"""


class LocalCrew:
    """Processes on this machine."""

    def __init__(
        self, folders: Folders, clock: Clock, workers: int = 1, command: Sequence[str] = COMMAND
    ) -> None:
        self._desks = [_Desk(folders, clock, command) for _ in range(workers)]

    async def work(
        self, subjects: AsyncIterator[Subject], on_result: Callable[[Subject, Findings], None]
    ) -> None:
        """See `Crew`. However this ends, no process is left."""
        turn = asyncio.Lock()

        async def sit(desk: _Desk) -> None:
            try:
                while True:
                    async with turn:
                        subject = await anext(subjects, None)
                    if subject is None:
                        return
                    on_result(subject, await desk.ask(subject))
            finally:
                await desk.close()

        try:
            async with asyncio.TaskGroup() as group:
                for desk in self._desks:
                    group.create_task(sit(desk))
        except* LibraryError as errors:
            raise errors.exceptions[0] from None


class _Desk:
    """Where one process sits."""

    def __init__(self, folders: Folders, clock: Clock, command: Sequence[str]) -> None:
        self._folders = folders
        self._clock = clock
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, subject: Subject) -> Findings:
        """What the process finds, or how the file broke it.

        Raises LibraryError when the process cannot even begin.
        """
        asking = asyncio.create_task(self._ask(subject))
        patience = asyncio.create_task(self._clock.sleep(LONGEST_S))
        try:
            await asyncio.wait({asking, patience}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        finally:
            for task in (asking, patience):
                task.cancel()
        await self.close()
        return Findings(problem=f"it took longer than {LONGEST_S:g} s")

    async def close(self) -> None:
        """End the process at once; it holds nothing that needs tidying up."""
        process, self._process = self._process, None
        if process is None:
            return
        await subprocesses.end(process)

    async def _ask(self, subject: Subject) -> Findings:
        process = self._process = self._process or await self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(encode_subject(subject))
            await process.stdin.drain()
        try:
            line = await process.stdout.readline()
            findings = decode(line) if line else None
        except ValueError as error:
            findings = Findings(problem=f"the decoder answered nonsense: {error}")
            await self.close()
        if findings is not None:
            return findings
        code = await process.wait()
        await self.close()
        return Findings(problem=f"the decoder crashed on it ({_ending(code)})")

    async def _begin(self) -> asyncio.subprocess.Process:
        process = self._process = await subprocesses.begin(
            self._command, {**os.environ, **_ONE_THREAD}
        )
        assert process.stdin is not None
        assert process.stdout is not None
        words = self._folders.words
        about = {
            "music": os.fsencode(self._folders.music).decode("utf-8", "surrogateescape"),
            "models": str(self._folders.models),
            "words": None if words is None else str(words),
        }
        process.stdin.write(json.dumps(about).encode() + b"\n")
        said = await process.stdout.readline()
        if said != READY:
            why = said.decode(errors="replace").strip() or _ending(await process.wait())
            raise LibraryError(f"the analysis cannot start ({why})")
        return process


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
