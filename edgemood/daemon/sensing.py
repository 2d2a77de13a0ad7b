"""Whether camera and microphone may be open: a promise to the people in the room."""

from __future__ import annotations

import logging

from edgemood.daemon.memory import Memory
from edgemood.state import Begun, Sensing
from edgemood.trouble import Faults, Trouble

log = logging.getLogger(__name__)


class SensingSwitch:
    """On or off, as somebody said last, through restarts and power cuts.

    Where that can no longer be read it is off, until somebody switches it on: only on a box that
    never remembered anything is it on by itself.
    """

    def __init__(self, memory: Memory, faults: Faults | None = None) -> None:
        self._memory = memory
        self._trouble = Trouble(log, faults)
        last = memory.recall(Sensing)
        if last is None:
            because = self._because_lost()
            last = Sensing(on=not because, because=because)
        self.on = last.on
        """whether camera and microphone may be open"""
        if last.because:
            self._trouble.starts(
                f"camera and microphone are closed: {last.because}; "
                "open them with `edgemood resume` or by holding the button"
            )
        if memory.keep(last) and memory.recall(Begun) is None:
            memory.keep(Begun())

    def switch(self, *, on: bool) -> bool:
        """Somebody wants it on or off; whether that is sure to outlast a restart."""
        self.on = on
        self._trouble.ends(f"somebody switched sensing {'on' if on else 'off'}")
        kept = self._memory.keep(Sensing(on=on))
        # a full disk takes no file, but one can be removed: gone from a box that has begun, it is
        # off after a restart
        return kept or (not on and self._memory.is_kept(Begun) and self._memory.withdraw(Sensing))

    def _because_lost(self) -> str:
        """Why it is not known what was said last; empty where nothing was ever said."""
        lost = self._memory.lost(Sensing) or self._memory.unlisted()
        if lost:
            return f"what was said last about them cannot be read ({lost})"
        if self._memory.recall(Begun) is not None or self._memory.lost(Begun):
            return "what was said last about them is gone from the state folder"
        return ""
