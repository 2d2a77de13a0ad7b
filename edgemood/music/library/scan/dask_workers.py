"""Analysis spread over the owner's other machines, by Dask (extra ``dask``).

Each machine runs ``dask worker tcp://HOST:8786`` with the same edgemood installed; it needs no
access to the music folder, files travel to it.
"""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from edgemood.config.loader import read
from edgemood.config.schema import MODELS
from edgemood.errors import ConfigError, LibraryError
from edgemood.music.library.metadata import lyrics_files as words_sung
from edgemood.music.library.scan.analyser import Analyst, analysis_stamp
from edgemood.music.library.scan.location import find
from edgemood.music.library.scan.result import Findings, Subject, decode, encode
from edgemood.music.library.scan.workers import Folders
from edgemood.music.mood_words import SHIPPED, Words

_AHEAD: Final = 2
"""songs sent to each worker beyond the one it is at"""
_CONNECT_WITHIN_S: Final = 15.0
_MOST_BYTES: Final = 1 << 29
"""larger files do not travel"""


class DaskCrew:
    """The workers of a Dask scheduler. A worker that dies costs no song."""

    def __init__(self, folders: Folders, address: str) -> None:
        self._folders = folders
        self._address = address
        self._words = None if folders.words is None else _text_of(folders.words)
        self._stamp = analysis_stamp(folders.models, folders.words)

    async def work(
        self, subjects: AsyncIterator[Subject], on_result: Callable[[Subject, Findings], None]
    ) -> None:
        """See `Crew`. Raises LibraryError when no scheduler answers, or no worker is there."""
        try:
            from distributed import Client
        except ImportError:
            raise LibraryError("Dask is not installed: pip install 'edgemood[dask]'") from None
        try:
            client = await Client(
                self._address, asynchronous=True, timeout=_CONNECT_WITHIN_S, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise LibraryError(f"{self._address}: no Dask scheduler answers ({error})") from error
        try:
            await self._work(client, subjects, on_result)
        finally:
            await client.close()

    async def _work(
        self,
        client: Any,
        subjects: AsyncIterator[Subject],
        on_result: Callable[[Subject, Findings], None],
    ) -> None:
        threads = sum((await client.nthreads()).values())
        if not threads:
            raise LibraryError(
                f"{self._address}: no worker is there; start some: dask worker {self._address}"
            )
        at_work: set[asyncio.Task[tuple[Subject, Findings]]] = set()
        async for subject in subjects:
            at_work.add(asyncio.create_task(self._ask(client, subject)))
            if len(at_work) >= threads * (1 + _AHEAD):
                at_work = await _first_of(at_work, on_result)
        while at_work:
            at_work = await _first_of(at_work, on_result)

    async def _ask(self, client: Any, subject: Subject) -> tuple[Subject, Findings]:
        from distributed import KilledWorker

        try:
            parcel = await asyncio.to_thread(_pack, self._folders.music, subject)
        except LibraryError as error:
            return subject, Findings(problem=str(error))
        except OSError as error:
            return subject, Findings(problem=error.strerror or str(error), absent=True)
        future = client.submit(analyse_parcel, *parcel, self._words, pure=False)
        try:
            stamp, line = await future
        except KilledWorker:
            return subject, Findings(
                problem="the decoder crashed on it, and took Dask workers along"
            )
        if stamp != self._stamp:
            raise LibraryError(
                f"{self._address}: a worker has another edgemood, or other models ({stamp}, here "
                f"{self._stamp}); install the same release everywhere"
            )
        return subject, decode(line)


def _text_of(words: Path) -> str:
    """What stands in the owner's file; nothing where it cannot be read, as everywhere else."""
    try:
        return read(words)
    except ConfigError:
        return ""


def analyse_parcel(
    subject: Subject, content: bytes, lyrics: str, words: str | None
) -> tuple[str, bytes]:
    """On a worker: the stamp of the analysis there, and a line of findings."""
    with tempfile.TemporaryDirectory(prefix="edgemood-") as folder:
        song = Path(folder) / subject.file
        song.write_bytes(content)
        if lyrics:
            song.with_suffix(".txt").write_text(lyrics, encoding="utf-8")
        analyst, stamp = _analyst(words)
        return stamp, encode(analyst.analyse(Path(folder), subject))


@functools.lru_cache(maxsize=1)
def _analyst(text: str | None) -> tuple[Analyst, str]:
    """The analyst of this worker with the owner's words."""
    if text is None:
        return Analyst(MODELS, SHIPPED), analysis_stamp(MODELS)
    with tempfile.TemporaryDirectory(prefix="edgemood-") as folder:
        file = Path(folder) / "words.yaml"
        file.write_text(text, encoding="utf-8")
        return Analyst(MODELS, Words.with_owners(file)), analysis_stamp(MODELS, file)


def _pack(music: Path, subject: Subject) -> tuple[Subject, bytes, str]:
    """A song on its way: its file under a plain name, and the lyrics beside it."""
    place = find(music, subject.file, subject.start_s, subject.end_s)
    if place.path.stat().st_size > _MOST_BYTES:
        raise LibraryError(f"larger than {_MOST_BYTES >> 20} MiB; scan it without --dask")
    lyrics = words_sung.beside(place.path) if subject.start_s is None else ""
    plain = replace(subject, file=f"song{place.path.suffix}")
    return plain, place.path.read_bytes(), lyrics


async def _first_of(
    at_work: set[asyncio.Task[tuple[Subject, Findings]]],
    on_result: Callable[[Subject, Findings], None],
) -> set[asyncio.Task[tuple[Subject, Findings]]]:
    done, rest = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        on_result(*task.result())
    return rest
