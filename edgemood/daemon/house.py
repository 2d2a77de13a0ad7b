"""The rooms of the house, joined: evidence to mood, mood to music, hands on the box to both."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from edgemood.clock import Clock
from edgemood.config.schema import Config, Strategy
from edgemood.daemon import notify
from edgemood.daemon.company import Company
from edgemood.daemon.control import ControlServer
from edgemood.daemon.memory import Memory
from edgemood.daemon.override import MoodOverride
from edgemood.daemon.scanner import open_index, scanner_of
from edgemood.daemon.senses import SenseProcess
from edgemood.daemon.sensing import SensingSwitch
from edgemood.daemon.status import ConfigSource, Status
from edgemood.daemon.tasks import Tasks
from edgemood.daemon.verbs import STRATEGIES, Request, parse
from edgemood.daemon.watchdog import Watchdog
from edgemood.errors import EdgemoodError
from edgemood.mood import FaceEvidence, RoomMood, RoomMoodTracker, Sense, VoiceEvidence
from edgemood.music import Dj
from edgemood.music.choice import TASTE, TasteStore
from edgemood.panel import Gesture, Panel, open_panel
from edgemood.trouble import Faults

TICK_S = 0.5
"""how often the mood is decided anew"""
PATIENCE_S = 90.0
"""a loop silent for this long is stuck; MPD is tried again every half minute at least"""
WATCHED = ("mood", "music")
"""the loops without which systemd had better start the box anew"""

DEVICES = {Sense.FACE: "camera", Sense.VOICE: "microphone"}
NO_SENSES = "camera and microphone are both switched off in the configuration"

log = logging.getLogger(__name__)


class Daemon:
    """Everything that runs while the box is on; one configuration, from start to end."""

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

        `faults` holds what is wrong since before this daemon, and what will be.
        """
        self._config = config
        self._clock = clock
        self._memory = memory
        self.source = source or ConfigSource()
        self._faults = faults or Faults()
        self._started_s = clock.now_s()
        self._tracker = RoomMoodTracker(config.mood)
        self._override = MoodOverride(clock, memory)
        self._sensing = SensingSwitch(memory, self._faults)
        self._company = Company(clock)
        self._mood: RoomMood = self._tracker.mood(self._started_s)
        self._looking = False
        self._skipping = False
        self._settled = False
        self._senses = {
            sense: SenseProcess(sense, config, clock, self._heed)
            for sense, source in _sources(config).items()
            if source != "none"
        }
        self._sense_tasks: list[asyncio.Task[None]] = []
        self._watchdog = Watchdog(clock, PATIENCE_S)
        self._index = open_index(library, config.music, self._faults)
        self._taste = TasteStore(None if library is None else library / TASTE)
        self._dj = Dj(
            config,
            clock,
            memory,
            index=self._index,
            taste=self._taste,
            faults=self._faults,
            on_message=self._answer_message,
            on_progress=partial(self._watchdog.progress, "music"),
        )
        self._scanner = scanner_of(self._index, config.music, clock, self._dj.rebuild_index)
        self._control = ControlServer(config.daemon.socket, self.obey, clock)
        self._panel: Panel | None = None
        self._tasks = Tasks(clock, self._faults, self._retried)
        self._ready = False
        self._told = ""

    async def run(self) -> None:
        """Live until cancelled; then no process, socket or lit LED is left.

        Raises AlreadyRunningError when another daemon holds the control socket.
        """
        await self._control.start()
        try:
            gestures = {
                Gesture.SHORT: self._pressed,
                Gesture.DOUBLE: self._pressed_twice,
                Gesture.HOLD: self._held,
            }
            async with self._tasks:
                start = partial(self._tasks.soon, "panel")
                self._panel = open_panel(self._config.panel, self._clock, gestures, start)
                self._tasks.keep_alive("mood", self._decide_for_ever)
                self._tasks.keep_alive("memory", partial(self._memory.keep_trying, self._clock))
                self._tasks.keep_alive("music", self._dj.run)
                self._tasks.keep_alive("mood's music", self._guide_for_ever)
                self._tasks.keep_alive("display", self._show_for_ever)
                if self._scanner is not None:
                    self._tasks.keep_alive("library", self._scanner.run)
                if (interval_s := notify.watchdog_interval_s()) is not None:
                    self._tasks.keep_alive("watchdog", partial(self._feed_watchdog, interval_s))
                if self.sensing:
                    self._open_senses()
        finally:
            if self._panel is not None:
                _close("panel", self._panel.close)
            await self._control.close()
            _close("library", self._index.close)
            _close("taste", self._taste.close)

    def status(self) -> dict[str, Any]:
        """Everything an owner may want to know, ready for JSON."""
        return self._status().as_dict()

    def look_again(self) -> None:
        """Forget what was seen and heard, decide anew, and change the song to fit."""
        if not self._senses:
            raise EdgemoodError(f"sensing is off: {NO_SENSES}")
        if not self.sensing:
            raise EdgemoodError(
                "sensing is off; switch it on with `edgemood resume` or by holding the button"
            )
        self._override.end()
        self._tracker.forget(self._clock.now_s())
        self._looking = True
        log.info("looking again")

    @property
    def sensing(self) -> bool:
        """Whether camera or microphone may be open; never where the configuration has neither."""
        return self._sensing.on and bool(self._senses)

    def set_sensing(self, *, on: bool) -> bool:
        """Open or close camera and microphone; closed, the room is unknown and music goes on.

        Gives whether that is sure to be remembered through a restart.
        """
        before = self._sensing.on
        kept = self._sensing.switch(on=on)
        if on == before:
            return kept
        self._tracker.forget(self._clock.now_s())
        self._looking = False
        if on:
            self._open_senses()
        else:
            for task in self._sense_tasks:
                task.cancel()
            self._sense_tasks.clear()
        log.info("sensing is %s", "on" if on else "off: camera and microphone are closed")
        return kept

    async def obey(self, text: str) -> dict[str, Any]:
        """Carry out a request of the control protocol; raises EdgemoodError when it cannot."""
        request = parse(text)
        match request.verb:
            case "status":
                return self.status()
            case "why":
                return {"why": self._status().why()}
        return {"said": await self._done(request)}

    async def _done(self, request: Request) -> str:
        """Do as somebody asks; gives what was done, in words."""
        match request.verb:
            case "redetect":
                self.look_again()
                said = "looking again"
            case "pause":
                kept = self.set_sensing(on=False)
                said = "sensing is off: camera and microphone are closed, music goes on"
                said += self._unless(kept, "a restart opens them again")
            case "resume":
                kept = self.set_sensing(on=True)
                said = self._resumed() + self._unless(kept, "a restart closes them again")
            case "mood":
                said = self._override_mood(request)
            case "like":
                said = await self._dj.like()
            case "not-this":
                said = await self._not_this()
            case strategy if strategy in STRATEGIES:
                said = self._use_strategy(strategy)
            case verb:
                raise EdgemoodError(f"{verb}: this box cannot do that")
        return said

    def _resumed(self) -> str:
        if not self._senses:
            return f"nothing opens: {NO_SENSES}"
        off = [name for sense, name in DEVICES.items() if sense not in self._senses]
        return "sensing is on" + "".join(
            f"; the {name} stays closed, it is switched off in the configuration" for name in off
        )

    def _use_strategy(self, word: str) -> str:
        strategy: Strategy = TypeAdapter(Strategy).validate_python(word)
        kept = self._dj.use_strategy(strategy)
        return f"the strategy is {strategy} now" + self._unless(kept, "a restart undoes it")

    def _override_mood(self, request: Request) -> str:
        if request.emotion is None:
            kept = self._override.end()
            return "the room decides again" + self._unless(kept, "a restart may undo this")
        kept = self._override.ask(request.emotion, request.duration_s)
        said = f"{request.emotion} for {ceil(request.duration_s / 60)} min"
        return said + self._unless(kept, "a restart ends it")

    def _unless(self, kept: bool, otherwise: str) -> str:  # noqa: FBT001 - reads as a sentence
        """What an answer must add when its deed could not be written down."""
        if kept:
            return ""
        return (
            f"; but this could not be remembered ({self._memory.problem}), and until it can be, "
            f"{otherwise}"
        )

    async def _answer_message(self, text: str) -> str:
        """Answer what an MPD client asked for, in one line."""
        if text.strip().casefold() == "status":
            return self._status().line()
        try:
            reply = await self.obey(text)
        except EdgemoodError as error:
            return str(error)
        except Exception:
            log.exception("message %r failed", text[:100])
            return "the box failed on this message: see journalctl -u edgemood"
        return str(reply.get("said") or reply.get("why"))

    def _pressed(self) -> None:
        if self.sensing:
            self.look_again()
        else:
            log.info("button pressed while sensing is off: only the music moves on")
            self._tasks.soon("button", self._dj.move_on())

    def _pressed_twice(self) -> None:
        async def skip() -> None:
            log.info("button pressed twice: %s", await self._not_this())

        self._tasks.soon("button pressed twice", skip())

    async def _not_this(self) -> str:
        """Go on to another song; gives what was done, in words."""
        self._skipping = True
        try:
            return await self._dj.not_this()
        finally:
            self._skipping = False

    def _held(self) -> None:
        self.set_sensing(on=not self._sensing.on)

    def _open_senses(self) -> None:
        for sense, process in self._senses.items():
            self._sense_tasks.append(self._tasks.keep_alive(sense, process.run))

    def _heed(self, evidence: FaceEvidence | VoiceEvidence) -> None:
        self._tracker.add(evidence)
        self._company.see(evidence)

    async def _decide_for_ever(self) -> None:
        while True:
            before = self._mood
            self._mood = self._override.applied(self._tracker.mood(self._clock.now_s()))
            if self._mood.emotion is not before.emotion:
                _log_mood(self._mood)
            if self._looking and self._mood.settled:
                self._looking, self._settled = False, True
            self._watchdog.progress("mood")
            await self._clock.sleep(TICK_S)

    async def _guide_for_ever(self) -> None:
        """Have the music follow the room's mood, and listen to a press."""
        while True:
            self._dj.hear(self._mood)
            self._dj.greet(self._company.present())
            settled, self._settled = self._settled, False
            await self._dj.listen(closely=self._looking and Sense.VOICE in self._senses)
            if settled:
                await self._dj.move_on()
            await self._clock.sleep(TICK_S)

    async def _show_for_ever(self) -> None:
        while True:
            self._show()
            await self._clock.sleep(TICK_S)

    async def _feed_watchdog(self, interval_s: float) -> None:
        for loop in WATCHED:
            self._watchdog.expect(loop)
        await self._watchdog.run(notify.watchdog, every_s=interval_s / 3)

    def _closed_because(self) -> str:
        """Why neither camera nor microphone is open; empty when one may be."""
        if not self._senses:
            return NO_SENSES
        return "" if self.sensing else "camera and microphone are closed"

    def _retried(self, loop: str) -> None:
        """A loop that is started again after an error does not hang."""
        if loop in WATCHED:
            self._watchdog.progress(loop)

    def _show(self) -> None:
        """Tell LED and systemd how things stand."""
        status = self._status()
        if self._panel is not None:
            self._panel.show(status.led())
        if not self._ready and status.started():
            self._ready = True
            notify.ready()
        if (line := status.line()) != self._told:
            self._told = line
            notify.status(line)

    def _status(self) -> Status:
        return Status(
            now_s=self._clock.now_s(),
            started_s=self._started_s,
            mood=self._mood,
            override_left_s=self._override.left_s,
            sensing=self.sensing,
            closed_because=self._closed_because(),
            looking=self._looking,
            skipping=self._skipping,
            senses=self._senses,
            music=self._dj.status(),
            library=None if self._scanner is None else self._scanner.report,
            source=self.source,
            faults=tuple(self._faults),
        )


def _close(part: str, close: Callable[[], None]) -> None:
    """Close one part; what is wrong with it keeps no other part open."""
    try:
        close()
    except Exception:
        log.exception("%s: could not be closed in order", part)


def _sources(config: Config) -> dict[Sense, str]:
    return {Sense.FACE: config.camera.source, Sense.VOICE: config.microphone.source}


def _log_mood(mood: RoomMood) -> None:
    """Note a change of mood; ``journalctl -u edgemood EDGEMOOD_EMOTION=sad`` finds it again."""
    fields = {
        "EDGEMOOD_EMOTION": mood.emotion or "unknown",
        "EDGEMOOD_CONFIDENCE": f"{mood.confidence:.2f}",
        "EDGEMOOD_VALENCE": f"{mood.affect.valence:.2f}",
        "EDGEMOOD_AROUSAL": f"{mood.affect.arousal:.2f}",
    }
    room = mood.because if mood.emotion is None else f"{mood.emotion}: {mood.because}"
    log.info("the room is %s", room, extra=fields)
