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

from edgemood.backoff import Backoff
from edgemood.clock import Clock
from edgemood.config.schema import Config, Section, Strategy
from edgemood.daemon import sd_notify as notify
from edgemood.daemon.commands import STRATEGIES, Request, parse
from edgemood.daemon.control import ControlServer
from edgemood.daemon.music_part import MusicPart
from edgemood.daemon.override import MoodOverride
from edgemood.daemon.presence import Company
from edgemood.daemon.sense_process import SenseProcess
from edgemood.daemon.sensing import SensingSwitch
from edgemood.daemon.status import DEVICES, ConfigSource, Status
from edgemood.daemon.tasks import Tasks
from edgemood.daemon.watchdog import Watchdog
from edgemood.errors import AlreadyRunningError, ControlError, EdgemoodError
from edgemood.incident import Faults, Trouble
from edgemood.memory import Memory
from edgemood.mood import FaceEvidence, RoomMood, RoomMoodTracker, Sense, VoiceEvidence
from edgemood.panel import Gesture, Panel, open_panel

TICK_S = 0.5
"""how often the mood is decided anew"""
PATIENCE_S = 90.0
"""a loop silent for this long is stuck; MPD is tried again every half minute at least"""
CONTROL_CHECK_S, CONTROL_LONGEST_PAUSE_S = 5.0, 60.0
"""how often the control socket is looked after, and at most between tries to open it"""
WATCHED = ("mood", "music")
"""the loops without which systemd had better start the box anew"""

NO_SENSES = "camera and microphone are both switched off in the configuration"

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
        self._config = config
        self._clock = clock
        self._memory = memory
        self.source = source or ConfigSource()
        self._faults_around = faults or Faults()
        self._faults = Faults()
        self._started_s = clock.now_s()
        self._tracker = RoomMoodTracker(config.mood)
        self._override = MoodOverride(clock, memory)
        self._sensing = SensingSwitch(memory, self._faults, config.daemon.socket)
        self._company = Company(clock)
        self._mood: RoomMood = self._tracker.mood(self._started_s)
        self._skipping = False
        self._senses: dict[Sense, SenseProcess] = {}
        self._sense_tasks: dict[Sense, asyncio.Task[None]] = {}
        for sense in Sense:
            self._make_sense(sense, config)
        self._watchdog = Watchdog(clock, PATIENCE_S)
        self._library = library
        self._music = self._music_part(config)
        self._control = ControlServer(config.daemon.socket, self.obey, clock, self._faults)
        self._deaf = Trouble(log, self._faults)
        self._panel: Panel | None = None
        self._tasks = Tasks(clock, self._faults, self._retried)
        self._ready = False
        self._told = ""

    async def open(self) -> None:
        """Open the control socket; one that cannot be opened costs itself only.

        Raises AlreadyRunningError when another daemon holds it.
        """
        try:
            await self._control.start()
        except ControlError as error:
            self._deaf.starts(str(error))

    async def run(self) -> None:
        """Live until cancelled; then no process, socket or lit LED is left.

        Raises AlreadyRunningError when another daemon holds the control socket.
        """
        try:
            if not (self._control.reachable or self._deaf.lasts):
                await self.open()
            async with self._tasks:
                self._panel = self._open_panel(self._config)
                self._tasks.keep_alive("control socket", self._stay_reachable)
                self._tasks.keep_alive("mood", self._decide_for_ever)
                self._tasks.keep_alive("memory", partial(self._memory.keep_trying, self._clock))
                self._music.start(self._tasks)
                self._tasks.keep_alive("mood's music", self._guide_for_ever)
                self._tasks.keep_alive("display", self._show_for_ever)
                if (interval_s := notify.watchdog_interval_s()) is not None:
                    self._tasks.keep_alive("watchdog", partial(self._feed_watchdog, interval_s))
                if self.sensing:
                    self._open_senses()
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of everything; only for a daemon that does not run."""
        if self._panel is not None:
            _close("panel", self._panel.close)
        await self._control.close()
        self._music.close()

    @property
    def failing(self) -> tuple[str, ...]:
        """What does not work since the start or the last change of the configuration, in words."""
        return (
            *self._tasks.failing,
            *((str(self._config.daemon.socket),) if self._deaf.lasts else ()),
        )

    async def reconfigure(self, config: Config) -> None:
        """Go over to another configuration; only what it concerns is closed and opened again.

        Raises EdgemoodError, or anything else, when a part cannot; going over to the former
        configuration then puts back the parts that have gone over.
        """
        if config.daemon != self._config.daemon:
            await self._move_control(config.daemon.socket)
            self._config = self._config.model_copy(update={"daemon": config.daemon})
        if (config.music, config.mpd) != (self._config.music, self._config.mpd):
            music = self._music_part(config)
            await self._music.stop()
            self._music = music
            self._music.start(self._tasks)
            self._config = self._config.model_copy(
                update={"music": config.music, "mpd": config.mpd}
            )
        if config.panel != self._config.panel:
            self._config = self._config.model_copy(update={"panel": config.panel})
            self._change_panel(config)
        if config.mood != self._config.mood:
            again = self._tracker.looking.again
            self._tracker = RoomMoodTracker(config.mood)
            if again:
                self._tracker.forget(self._clock.now_s(), asked=True)
        for sense in Sense:
            if _concerns(sense, config) != _concerns(sense, self._config):
                await self._change_sense(sense, config)
        self._config = config

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
        self._tracker.forget(self._clock.now_s(), asked=True)
        log.info("looking again")

    @property
    def sensing(self) -> bool:
        """Whether camera or microphone may be open; never where the configuration has neither."""
        return self._sensing.on and bool(self._senses)

    def set_sensing(self, *, on: bool) -> str:
        """Open or close camera and microphone; closed, the room is unknown and music goes on.

        Gives what undoes that, in words; empty when nothing does by itself.
        """
        before = self._sensing.on
        undone_by = self._sensing.switch(on=on)
        if on == before:
            return undone_by
        self._tracker.forget(self._clock.now_s())
        if on:
            self._open_senses()
        else:
            for task in self._sense_tasks.values():
                task.cancel()
            self._sense_tasks.clear()
        log.info("sensing is %s", "on" if on else "off: camera and microphone are closed")
        return undone_by

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
                undone_by = self.set_sensing(on=False)
                said = "sensing is off: camera and microphone are closed, music goes on"
                said += self._unless(not undone_by, undone_by)
            case "resume":
                undone_by = self.set_sensing(on=True)
                said = self._resumed() + self._unless(not undone_by, undone_by)
            case "mood":
                said = self._override_mood(request)
            case "like":
                said = await self._music.dj.like()
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
        kept = self._music.dj.use_strategy(strategy)
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
            self._tasks.soon("button", self._music.dj.move_on())

    def _pressed_twice(self) -> None:
        async def skip() -> None:
            log.info("button pressed twice: %s", await self._not_this())

        self._tasks.soon("button pressed twice", skip())

    async def _not_this(self) -> str:
        """Go on to another song; gives what was done, in words."""
        self._skipping = True
        try:
            return await self._music.dj.not_this()
        finally:
            self._skipping = False

    def _held(self) -> None:
        self.set_sensing(on=not self._sensing.on)

    def _open_senses(self) -> None:
        for sense, process in self._senses.items():
            self._sense_tasks[sense] = self._tasks.keep_alive(sense, process.run)

    def _make_sense(self, sense: Sense, config: Config) -> None:
        self._senses.pop(sense, None)
        if _source(sense, config) != "none":
            self._senses[sense] = SenseProcess(sense, config, self._clock, self._heed)

    async def _change_sense(self, sense: Sense, config: Config) -> None:
        if (task := self._sense_tasks.pop(sense, None)) is not None:
            task.cancel()
            await asyncio.wait({task})
        self._make_sense(sense, config)
        if self.sensing and sense in self._senses:
            self._sense_tasks[sense] = self._tasks.keep_alive(sense, self._senses[sense].run)

    def _music_part(self, config: Config) -> MusicPart:
        return MusicPart(
            config,
            self._clock,
            self._memory,
            self._library,
            on_message=self._answer_message,
            on_progress=partial(self._watchdog.progress, "music"),
        )

    def _open_panel(self, config: Config) -> Panel | None:
        gestures = {
            Gesture.SHORT: self._pressed,
            Gesture.DOUBLE: self._pressed_twice,
            Gesture.HOLD: self._held,
        }
        start = partial(self._tasks.soon, "panel")
        return open_panel(config.panel, self._clock, gestures, start)

    def _change_panel(self, config: Config) -> None:
        """Raises EdgemoodError when there was a panel and now there is none."""
        before = self._panel
        if before is not None:
            _close("panel", before.close)
        self._panel = self._open_panel(config)
        if before is not None and self._panel is None and config.panel.enabled != "no":
            raise EdgemoodError("panel: button and LED cannot be had on these pins")

    async def _move_control(self, path: Path) -> None:
        """Raises ControlError or AlreadyRunningError, and then stays where it is."""
        if path == self._control.path:
            return
        moved = ControlServer(path, self.obey, self._clock, self._faults)
        await moved.start()
        before, self._control = self._control, moved
        await before.close()
        self._deaf.ends(f"{path}: requests are answered there")

    async def _stay_reachable(self) -> None:
        """Open the control socket again when it is lost, as when somebody deletes its file."""
        backoff = Backoff(CONTROL_CHECK_S, CONTROL_LONGEST_PAUSE_S)
        while True:
            await self._clock.sleep(backoff.pause_s())
            if self._control.reachable:
                backoff.reset()
                continue
            await self._control.close()
            try:
                await self._control.start()
            except (ControlError, AlreadyRunningError) as error:
                self._deaf.starts(str(error))
            else:
                self._deaf.ends(f"{self._control.path}: requests are answered there again")

    def _heed(self, evidence: FaceEvidence | VoiceEvidence) -> None:
        self._tracker.add(evidence)
        self._company.see(evidence)

    async def _decide_for_ever(self) -> None:
        while True:
            before = self._mood
            self._mood = self._override.applied(self._tracker.mood(self._clock.now_s()))
            if self._mood.emotion is not before.emotion:
                _log_mood(self._mood)
            self._watchdog.progress("mood")
            await self._clock.sleep(TICK_S)

    async def _guide_for_ever(self) -> None:
        """Have the music follow the room's mood, and listen to a press."""
        while True:
            self._music.dj.hear(self._mood)
            self._music.dj.greet(self._company.present())
            looking = self._tracker.looking
            answered = looking.take_answer()
            await self._music.dj.listen(closely=looking.again and Sense.VOICE in self._senses)
            if answered:
                await self._music.dj.move_on()
            await self._clock.sleep(TICK_S)

    async def _show_for_ever(self) -> None:
        while True:
            self._show()
            await self._clock.sleep(TICK_S)

    async def _feed_watchdog(self, interval_s: float) -> None:
        for loop in WATCHED:
            self._watchdog.expect(loop)
        await self._watchdog.run(notify.watchdog, every_s=interval_s / 3)

    def _people(self) -> tuple[str, ...] | None:
        """Who is recognised; None where nobody is looked for."""
        looks = self.sensing and Sense.FACE in self._senses
        wanted = self._config.vision.recognise == "yes"
        return self._company.present() if looks and wanted else None

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
            looking=self._tracker.looking.again,
            skipping=self._skipping,
            senses=self._senses,
            music=self._music.dj.status(),
            library=None if self._music.scanner is None else self._music.scanner.report,
            source=self.source,
            people=self._people(),
            faults=(*self._faults_around, *self._faults, *self._music.faults),
        )


def _close(part: str, close: Callable[[], None]) -> None:
    """Close one part; what is wrong with it keeps no other part open."""
    try:
        close()
    except Exception:
        log.exception("%s: could not be closed in order", part)


def _source(sense: Sense, config: Config) -> str:
    return config.camera.source if sense is Sense.FACE else config.microphone.source


def _concerns(sense: Sense, config: Config) -> tuple[Section, ...]:
    """The sections of the configuration that a sense goes by."""
    if sense is Sense.FACE:
        return config.camera, config.vision
    return config.microphone, config.hearing


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
