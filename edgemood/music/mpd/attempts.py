"""What the box asks of MPD and MPD may refuse: a refusal costs that deed, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.errors import RefusedError
from edgemood.incident import Faults, Trouble

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 15.0, 900.0

log = logging.getLogger(__name__)


class Deed:
    """One kind of deed, to be done in a ``with`` block.

    While MPD refuses it, it is tried ever less often: in between, entering the block raises the
    last refusal. It stands among the faults until it was done again.
    """

    def __init__(self, what: str, clock: Clock, faults: Faults | None) -> None:
        """`what`: in words, such as ``queue songs``."""
        self._what = what
        self._clock = clock
        self._trouble = Trouble(log, faults)
        self._retry = Backoff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        self._refusal = ""
        self._from_s = 0.0

    @property
    def refused(self) -> bool:
        """Whether MPD refused it when it was last tried."""
        return self._trouble.lasts

    def insist(self) -> None:
        """Try it again when it comes up next: somebody asks for it, or something has changed."""
        self._from_s = self._clock.now_s()

    def __enter__(self) -> None:
        if self._trouble.lasts and self._clock.now_s() < self._from_s:
            raise RefusedError(self._refusal)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._retry.reset()
            self._trouble.ends(f"MPD lets the box {self._what} again")
        elif isinstance(error, RefusedError):
            self._refusal = str(error)
            self._from_s = self._clock.now_s() + self._retry.pause_s()
            self._trouble.starts(f"cannot {self._what}: {error}")


class Deeds:
    """Every kind of deed, by what it is."""

    def __init__(self, clock: Clock, faults: Faults | None = None) -> None:
        self._clock = clock
        self.faults = faults
        """where what MPD refuses stands while it does"""
        self._deeds: dict[str, Deed] = {}

    def of(self, what: str) -> Deed:
        """The kind of deed described so."""
        if what not in self._deeds:
            self._deeds[what] = Deed(what, self._clock, self.faults)
        return self._deeds[what]

    async def attempt(self, what: str, do: Callable[[], Awaitable[object]]) -> bool:
        """Do it unless MPD refuses; whether it was done. Raises whatever else `do` raises."""
        try:
            with self.of(what):
                await do()
        except RefusedError:
            return False
        return True

    def insist(self) -> None:
        """Try everything again when it comes up next."""
        for deed in self._deeds.values():
            deed.insist()
