"""The parts of the box, joined, and taken over from one configuration to another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from edgemood.clock import Clock
from edgemood.config.schema import Config
from edgemood.control import obey, obey_anybody
from edgemood.daemon import sd_notify
from edgemood.daemon.box import Box
from edgemood.daemon.control import Reachable
from edgemood.daemon.front import Front
from edgemood.daemon.music_part import MusicPart
from edgemood.daemon.overview import ConfigSource, Overview
from edgemood.daemon.room import Room
from edgemood.daemon.senses import Senses, SensingSwitch
from edgemood.daemon.tasks import Tasks
from edgemood.daemon.watchdog import Watchdog
from edgemood.errors import EdgemoodError
from edgemood.incident import Faults
from edgemood.memory import Memory
from edgemood.mood import Sense
from edgemood.status import MusicStatus

PATIENCE_S: Final = 90.0
"""a loop silent for this long is stuck; MPD is tried again every half minute at least"""
WATCHED: Final = ("mood", "music")
"""the loops without which systemd had better start the box anew"""

log = logging.getLogger(__name__)


class Daemon:
    """Everything that runs while the box is on."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        memory: Memory,
        source: ConfigSource | None = None,
        library: Path | None = None,
        *,
        faults: Faults | None = None,
    ) -> None:
        """`library` is the folder of the song index; without one, it lives as long as this.

        `faults` holds what else is wrong with the box.
        """
        self.source = source or ConfigSource()
        self._config = config
        self._clock = clock
        self._memory = memory
        self._faults_around = faults or Faults()
        self._faults = Faults()
        self._started_s = clock.now_s()
        self._watchdog = Watchdog(clock, PATIENCE_S)
        self._tasks = Tasks(clock, self._faults, self._retried)
        self._room = Room(config.mood, clock, memory, partial(self._watchdog.progress, "mood"))
        switch = SensingSwitch(memory, self._faults, config.daemon.socket)
        self._senses = Senses(config, clock, switch, self._tasks, self._room.add)
        self._library = library
        self._music = self._music_part(config)
        self.box = Box(self._room, self._senses, self._music, memory, self.overview)
        self._front = Front(self.box, clock, self._tasks, self._glance)
        self._control = Reachable(config.daemon.socket, self.obey, clock, self._faults)

    async def open(self) -> None:
        """Open the control socket; one that cannot be opened costs itself only.

        Raises AlreadyRunningError when another daemon holds it.
        """
        await self._control.open()

    async def run(self) -> None:
        """Live until cancelled; then no process, socket or lit LED is left.

        Raises AlreadyRunningError when another daemon holds the control socket.
        """
        try:
            await self.open()
            async with self._tasks:
                self._front.open(self._config.panel)
                self._tasks.keep_alive("control socket", self._control.keep_open)
                self._tasks.keep_alive("mood", self._room.decide_for_ever)
                self._tasks.keep_alive("memory", partial(self._memory.keep_trying, self._clock))
                self._music.start(self._tasks)
                self._tasks.keep_alive("display", self._front.show_for_ever)
                if (interval_s := sd_notify.watchdog_interval_s()) is not None:
                    self._tasks.keep_alive("watchdog", partial(self._feed_watchdog, interval_s))
                self._senses.open()
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of everything; only for a daemon that does not run."""
        self._front.close()
        await self._control.close()
        self._music.close()

    @property
    def failing(self) -> tuple[str, ...]:
        """What does not work since the start or the last change of the configuration, in words."""
        return (*self._tasks.failing, *self._control.failing)

    async def reconfigure(self, config: Config) -> None:
        """Go over to another configuration; only what it concerns is closed and opened again.

        Raises EdgemoodError, or anything else, when a part cannot; going over to the former
        configuration then puts back the parts that have gone over.
        """
        before = self._config
        if config.daemon != before.daemon:
            await self._control.move(config.daemon.socket)
            self._note(daemon=config.daemon)
        if (config.music, config.mpd) != (before.music, before.mpd):
            await self._change_music(config)
            self._note(music=config.music, mpd=config.mpd)
        if config.panel != before.panel:
            self._note(panel=config.panel)
            self._front.reconfigure(config.panel)
        if config.mood != before.mood:
            self._room.configure(config.mood)
            self._note(mood=config.mood)
        await self._senses.reconfigure(config)
        self._config = config

    async def obey(self, text: str) -> Mapping[str, Any]:
        """Carry out a request of the control protocol; raises EdgemoodError when it cannot."""
        return (await obey(self.box, text)).reply

    def overview(self) -> Overview:
        """How things stand now."""
        return self._overview(self._music.dj.status())

    def _glance(self) -> Overview:
        """The same without what takes time: the music as it was when it last told of a change."""
        return self._overview(self._music.last_status)

    def _overview(self, music: MusicStatus) -> Overview:
        looks_for_people = self._senses.on and Sense.FACE in self._senses.processes
        recognises = looks_for_people and self._config.vision.recognise == "yes"
        return Overview(
            now_s=self._clock.now_s(),
            started_s=self._started_s,
            mood=self._room.mood,
            override_left_s=self._room.override.left_s,
            sensing=self._senses.on,
            closed_because=self._senses.closed_because,
            looking=self._room.looking,
            skipping=self.box.skipping,
            senses=self._senses.processes,
            music=music,
            library=None if self._music.scanner is None else self._music.scanner.report,
            source=self.source,
            people=self._room.presence.present() if recognises else None,
            faults=(*self._faults_around, *self._faults, *self._music.faults),
        )

    async def _answer_message(self, text: str) -> str:
        """Answer what an MPD client asked for, in one line."""
        try:
            return (await obey_anybody(self.box, text)).line
        except EdgemoodError as error:
            return str(error)
        except Exception:
            log.exception("message %r failed", text[:100])
            return "the box failed on this message: see journalctl -u edgemood"

    def _music_part(self, config: Config) -> MusicPart:
        return MusicPart(
            config,
            self._clock,
            self._memory,
            self._library,
            room=self._room,
            hears=lambda: Sense.VOICE in self._senses.processes,
            on_message=self._answer_message,
            on_progress=partial(self._watchdog.progress, "music"),
        )

    async def _change_music(self, config: Config) -> None:
        music = self._music_part(config)
        await self._music.stop()
        self._music = self.box.music = music
        music.start(self._tasks)

    def _note(self, **sections: object) -> None:
        """Take down what has gone over already."""
        self._config = self._config.model_copy(update=sections)

    async def _feed_watchdog(self, interval_s: float) -> None:
        for loop in WATCHED:
            self._watchdog.expect(loop)
        await self._watchdog.run(sd_notify.watchdog, every_s=interval_s / 3)

    def _retried(self, loop: str) -> None:
        """A loop that is started again after an error does not hang."""
        if loop in WATCHED:
            self._watchdog.progress(loop)
