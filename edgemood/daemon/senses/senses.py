"""The senses that the configuration wants, open while sensing is on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from edgemood.clock import Clock
from edgemood.config.schema import Config, Section
from edgemood.daemon.senses.sense_process import Evidence, SenseProcess
from edgemood.daemon.senses.switch import SensingSwitch
from edgemood.daemon.tasks import Tasks
from edgemood.mood import Sense

DEVICES: Final = {Sense.FACE: "camera", Sense.VOICE: "microphone"}
NO_SENSES: Final = "camera and microphone are both switched off in the configuration"

log = logging.getLogger(__name__)


class Senses:
    """Starts and ends the processes of the senses; each lives as long as it may be open."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        switch: SensingSwitch,
        tasks: Tasks,
        on_evidence: Callable[[Evidence], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._switch = switch
        self._tasks = tasks
        self._on_evidence = on_evidence
        self._processes: dict[Sense, SenseProcess] = {}
        self._running: dict[Sense, asyncio.Task[None]] = {}
        for sense in Sense:
            self._make(sense)

    @property
    def processes(self) -> Mapping[Sense, SenseProcess]:
        """Those that are not switched off in the configuration."""
        return self._processes

    @property
    def wanted(self) -> bool:
        """Whether camera and microphone may be open, as somebody said last."""
        return self._switch.on

    @property
    def on(self) -> bool:
        """Whether camera or microphone may be open; never where the configuration has neither."""
        return self._switch.on and bool(self._processes)

    @property
    def closed_because(self) -> str:
        """Why neither is open; empty when one may be."""
        if not self._processes:
            return NO_SENSES
        return "" if self.on else "camera and microphone are closed"

    def open(self) -> None:
        """Start the processes, if they may be open."""
        if self._switch.on:
            for sense in self._processes:
                self._start(sense)

    def look_again(self) -> None:
        """Have them forget what they saw and heard until now."""
        for process in self._processes.values():
            process.look_again(self._clock.now_s())

    def switch(self, *, on: bool) -> str:
        """Open or close all; gives what undoes that, empty when nothing does by itself."""
        before = self._switch.on
        undone_by = self._switch.switch(on=on)
        if on == before:
            return undone_by
        if on:
            self.open()
        else:
            for task in self._running.values():
                task.cancel()
            self._running.clear()
        log.info("sensing is %s", "on" if on else "off: camera and microphone are closed")
        return undone_by

    async def reconfigure(self, config: Config) -> None:
        """Begin those senses anew that another configuration concerns."""
        for sense in Sense:
            if _concerns(sense, config) != _concerns(sense, self._config):
                await self._change(sense, config)
        self._config = config

    async def _change(self, sense: Sense, config: Config) -> None:
        if (task := self._running.pop(sense, None)) is not None:
            task.cancel()
            await asyncio.wait({task})
        self._config = _with_sections_of(sense, config, self._config)
        self._make(sense)
        if self.on and sense in self._processes:
            self._start(sense)

    def _make(self, sense: Sense) -> None:
        self._processes.pop(sense, None)
        if _source(sense, self._config) != "none":
            self._processes[sense] = SenseProcess(
                sense, self._config, self._clock, self._on_evidence
            )

    def _start(self, sense: Sense) -> None:
        self._running[sense] = self._tasks.keep_alive(sense, self._processes[sense].run)


def _source(sense: Sense, config: Config) -> str:
    return config.camera.source if sense is Sense.FACE else config.microphone.source


def _concerns(sense: Sense, config: Config) -> tuple[Section, ...]:
    """The sections of the configuration that a sense goes by."""
    if sense is Sense.FACE:
        return config.camera, config.vision
    return config.microphone, config.hearing


def _with_sections_of(sense: Sense, config: Config, other: Config) -> Config:
    """The `other` configuration with what concerns a sense out of `config`."""
    if sense is Sense.FACE:
        sections: dict[str, Section] = {"camera": config.camera, "vision": config.vision}
    else:
        sections = {"microphone": config.microphone, "hearing": config.hearing}
    return other.model_copy(update=sections)
