"""What people can have the box do, by its button or in words; each action says what was done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import ceil
from typing import Any

from edgemood.daemon.music_part import MusicPart
from edgemood.daemon.overview import Overview
from edgemood.daemon.room import Room
from edgemood.daemon.senses import DEVICES, NO_SENSES, Senses
from edgemood.emotion import Emotion
from edgemood.errors import EdgemoodError
from edgemood.memory import Memory
from edgemood.strategies import Strategy

log = logging.getLogger(__name__)


class Box:
    """The actions behind button, commands and messages. Each raises EdgemoodError if it cannot."""

    def __init__(
        self,
        room: Room,
        senses: Senses,
        music: MusicPart,
        memory: Memory,
        overview: Callable[[], Overview],
    ) -> None:
        self.music = music
        """another one after a change of the configuration"""
        self.skipping = False
        """somebody did not want this song, and it is being faded out"""
        self._room = room
        self._senses = senses
        self._memory = memory
        self._overview = overview

    def status(self) -> dict[str, Any]:
        """Everything an owner may want to know, ready for JSON."""
        return self._overview().status().as_dict()

    def line(self) -> str:
        """Mood and song in one line."""
        return self._overview().line()

    def why(self) -> str:
        """The last decisions in words."""
        return self._overview().why()

    @property
    def can_look(self) -> bool:
        """Whether camera or microphone may be open."""
        return self._senses.on

    def look_again(self) -> str:
        """Forget what was seen and heard, decide anew, and change the song to fit."""
        if not self._senses.processes:
            raise EdgemoodError(f"sensing is off: {NO_SENSES}")
        if not self._senses.on:
            raise EdgemoodError(
                "sensing is off; switch it on with `edgemood resume` or by holding the button"
            )
        self._room.look_again()
        self._senses.look_again()
        log.info("looking again")
        return "looking again"

    def set_sensing(self, *, on: bool) -> str:
        """Open or close camera and microphone; closed, the room is unknown and music goes on."""
        before = self._senses.wanted
        undone_by = self._senses.switch(on=on)
        if on != before:
            self._room.forget()
        said = (
            self._opened()
            if on
            else "sensing is off: camera and microphone are closed, music goes on"
        )
        return said + self._unless(not undone_by, undone_by)

    def toggle_sensing(self) -> str:
        """Close camera and microphone, or open them again."""
        return self.set_sensing(on=not self._senses.wanted)

    def follow_mood(self, emotion: Emotion, duration_s: float) -> str:
        """Have the music follow this mood for so long, whatever the room feels."""
        kept = self._room.override.ask(emotion, duration_s)
        said = f"{emotion} for {ceil(duration_s / 60)} min"
        return said + self._unless(kept, "a restart ends it")

    def follow_room(self) -> str:
        """Have the music follow the room again."""
        kept = self._room.override.end()
        return "the room decides again" + self._unless(kept, "a restart may undo this")

    def use_strategy(self, strategy: Strategy) -> str:
        """Answer the mood by another strategy than the configured one."""
        kept = self.music.dj.use_strategy(strategy)
        return f"the strategy is {strategy} now" + self._unless(kept, "a restart undoes it")

    async def like(self) -> str:
        """Note that somebody likes the song that plays."""
        return await self.music.dj.like()

    async def not_this(self) -> str:
        """Go on to another song, and remember that this one did not suit."""
        self.skipping = True
        try:
            return await self.music.dj.not_this()
        finally:
            self.skipping = False

    async def move_on(self) -> None:
        """Go on to another song; nothing is learned."""
        await self.music.dj.move_on()

    def _opened(self) -> str:
        if not self._senses.processes:
            return f"nothing opens: {NO_SENSES}"
        off = [name for sense, name in DEVICES.items() if sense not in self._senses.processes]
        return "sensing is on" + "".join(
            f"; the {name} stays closed, it is switched off in the configuration" for name in off
        )

    def _unless(self, kept: bool, otherwise: str) -> str:  # noqa: FBT001 - reads as a sentence
        """What an answer must add when the action could not be written down."""
        if kept:
            return ""
        return (
            f"; but this could not be remembered ({self._memory.problem}), and until it can be, "
            f"{otherwise}"
        )
