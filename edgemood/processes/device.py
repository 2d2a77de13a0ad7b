"""A sense's device, opened again for as long as the sense lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Protocol, TypeVar

from edgemood.errors import EdgemoodError, ModelError
from edgemood.pipe import Record, SenseState
from edgemood.processes.child_side import Reporter


class Device(Protocol):
    """A camera or a microphone that is open."""

    @property
    def name(self) -> str: ...

    def close(self) -> None: ...


D = TypeVar("D", bound=Device)
M = TypeVar("M")


def keep_open(
    tell: Reporter,
    source: str,
    unusable: type[EdgemoodError],
    *,
    load: Callable[[], M],
    open_device: Callable[[], D],
    judge: Callable[[D, M], Iterator[Record]],
) -> Iterator[Record]:
    """What `judge` makes of the device of this source, and reports of how that does; for ever.

    `load` gives the model and may raise ModelError; `open_device` and `judge` raise `unusable`.
    Either is told and tried again. Where the configured source is ``none`` nothing is opened.
    """
    if source == "none":
        while True:
            yield from tell.repeat(SenseState.MISSING, "", "switched off in config.yaml")
    yield tell.report(SenseState.STARTING)
    while True:
        name = ""
        try:
            model = load()
            with closing(open_device()) as device:
                name = device.name
                yield from judge(device, model)
        except ModelError as error:
            yield from tell.repeat(SenseState.FAULT, "", str(error))
        except unusable as error:
            yield from tell.repeat(
                SenseState.FAULT if name else SenseState.MISSING, name, str(error)
            )
