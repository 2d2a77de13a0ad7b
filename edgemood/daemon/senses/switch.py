"""Whether camera and microphone may be open: a promise to the people in the room."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from edgemood.incident import Faults, Trouble
from edgemood.memory import Memory
from edgemood.state import Begun, Sensing

log = logging.getLogger(__name__)


class SensingSwitch:
    """On or off, as somebody said last, through restarts and power cuts.

    Where that can no longer be read it is off, until somebody switches it on: only on a box that
    never remembered anything is it on by itself. While it is off, a file beside the control socket
    says so as well, which a disk that is full, read-only or gone has no part in.
    """

    def __init__(
        self, memory: Memory, faults: Faults | None = None, socket: Path | None = None
    ) -> None:
        """`socket` lies in a folder that is gone with the boot."""
        self._memory = memory
        self._trouble = Trouble(log, faults)
        self._beside = None if socket is None else socket.with_name(f"{socket.name}.sensing-off")
        last = memory.recall(Sensing)
        if self._beside is not None and os.path.lexists(self._beside):
            last = last if last is not None and not last.on else Sensing(on=False)
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
        if not self.on:
            self._note_beside()
        if memory.keep(last) and memory.recall(Begun) is None:
            memory.keep(Begun())

    def switch(self, *, on: bool) -> str:
        """Somebody wants it on or off; gives what undoes that, empty where nothing does."""
        self.on = on
        self._trouble.ends(f"somebody switched sensing {'on' if on else 'off'}")
        beside = self._note_beside()
        kept = self._memory.keep(Sensing(on=on))
        # a full disk takes no file, but one can be removed: gone from a box that has begun, it is
        # off after a restart
        if on:
            return "" if kept and beside else "a restart closes them again"
        if kept or (self._memory.is_kept(Begun) and self._memory.withdraw(Sensing)):
            return ""
        return "a reboot opens them again" if beside else "a restart opens them again"

    def _note_beside(self) -> bool:
        """Have the file beside the socket say what is; whether it does."""
        if self._beside is None:
            return self.on
        try:
            if self.on:
                self._beside.unlink(missing_ok=True)
            else:
                flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                os.close(os.open(self._beside, flags, 0o600))
        except OSError:
            return self.on and not os.path.lexists(self._beside)
        return True

    def _because_lost(self) -> str:
        """Why it is not known what was said last; empty where nothing was ever said."""
        lost = self._memory.lost(Sensing) or self._memory.unlisted()
        if lost:
            return f"what was said last about them cannot be read ({lost})"
        if self._memory.recall(Begun) is not None or self._memory.lost(Begun):
            return "what was said last about them is gone from the state folder"
        return ""
