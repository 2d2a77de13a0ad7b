"""What happens in the demo, in order, and what must be seen when it does."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.demo.scene import JUDGED, Queue, Scene, ask_mpd, scene
from deploy.demo.screen import Screen
from deploy.demo.stage import Stage
from edgemood.daemon import Daemon
from edgemood.emotion import Emotion
from edgemood.mood import Reason, Sense
from edgemood.panel import LedState

GLANCE_S = 0.1
CALM_S = 2.0
"""time to see what has happened before the next thing does"""
LIVE_S = 20.0

# Ten times what it takes on an idle machine, or a minute: what a busy Zero 2 W keeps.
AT_ONCE_S = 60.0
SOON_S = 120.0
DECIDING_S = 240.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that had to happen."""

    what: str
    within_s: float
    """how long it was given"""
    took_s: float
    seen: Scene
    """how things stood when it happened, or when it was given up"""
    happened: bool


class NotSeenError(Exception):
    """An event did not happen within its bound; it is the last of the story's `events`."""


class Story:
    """Plays the demo on a stage in front of a running daemon, and keeps a record of it."""

    def __init__(self, stage: Stage, daemon: Daemon, screen: Screen) -> None:
        self.events: list[Event] = []
        self._stage = stage
        self._daemon = daemon
        self._screen = screen
        self._queue = Queue(answers=False)
        self._began_s = time.monotonic()

    async def play(self) -> None:
        """The whole story. Raises NotSeenError at the first event that is missing."""
        following = asyncio.create_task(self._follow_queue())
        try:
            await self._play()
        finally:
            following.cancel()

    async def _play(self) -> None:
        if self._stage.live:
            self._tell("look at the camera, and talk")
        else:
            self._tell("somebody sits before the camera")
        await self._see("MPD is found", AT_ONCE_S, lambda now: now.connected)
        if self._stage.live:
            await self._watch(LIVE_S)
        else:
            await self._in_the_dark(await self._in_the_light())
        await self._press_the_button()
        await self._lose_mpd()

    async def _in_the_light(self) -> Emotion | None:
        """The mood that faces give."""
        await self._see("a face is judged", SOON_S, lambda now: now.senses[Sense.FACE] == JUDGED)
        now = await self._see("the room has a mood", SOON_S, lambda now: now.mood is not None)
        await self._see("a song that fits it is queued in MPD", AT_ONCE_S, _fits)
        await self._watch(CALM_S)
        return now.mood

    async def _in_the_dark(self, bright: Emotion | None) -> None:
        """Faces can no longer be judged, but a voice can."""
        self._tell("the lights go out")
        self._stage.lights_out()
        await self._see(
            "faces are not judged any more",
            AT_ONCE_S,
            lambda now: now.senses[Sense.FACE] == Reason.DARK,
        )
        await self._see(
            "the LED says: low light", AT_ONCE_S, lambda now: now.led is LedState.LOW_LIGHT
        )
        self._tell("somebody talks")
        self._stage.somebody_talks()
        await self._see(
            "the voice is judged", AT_ONCE_S, lambda now: now.senses[Sense.VOICE] == JUDGED
        )
        await self._see(
            "the room's mood changes", DECIDING_S, lambda now: now.mood not in (None, bright)
        )
        await self._see("the queue in MPD follows", AT_ONCE_S, _fits)
        await self._watch(CALM_S)

    async def _press_the_button(self) -> None:
        before = self._glance()
        self._tell("the button is pressed")
        await self._stage.press_button()
        await self._see("the press is heard", AT_ONCE_S, lambda now: now.looking)
        if not self._stage.live:
            await self._see(
                "the LED says: looking again",
                AT_ONCE_S,
                lambda now: now.led is LedState.LOOKING_AGAIN,
            )
        await self._see(
            "the room is judged anew, and the song changes",
            DECIDING_S,
            lambda now: not now.looking and now.queue.playing not in (None, before.queue.playing),
        )
        await self._watch(CALM_S)

    async def _lose_mpd(self) -> None:
        self._tell("MPD is killed")
        self._stage.mpd.kill()
        await self._see("the daemon misses it", AT_ONCE_S, lambda now: not now.connected)
        if not self._stage.live:
            await self._see(
                "the LED says: MPD unreachable",
                AT_ONCE_S,
                lambda now: now.led is LedState.MPD_UNREACHABLE,
            )
        await self._watch(CALM_S)
        self._tell("MPD is started again")
        await self._stage.start_mpd_again()
        await self._see(
            "MPD is found again, and music plays",
            SOON_S,
            lambda now: now.connected and now.queue.playing is not None,
        )
        await self._watch(CALM_S)

    async def _see(self, what: str, within_s: float, is_there: Callable[[Scene], bool]) -> Scene:
        """Watch until it is there, and take it down."""
        began_s = self._now_s()
        with self._screen.waiting_for(what, within_s, began_s):
            while not (happened := is_there(now := self._glance())):
                if now.at_s - began_s > within_s:
                    break
                await asyncio.sleep(GLANCE_S)
        self.events.append(Event(what, within_s, now.at_s - began_s, now, happened))
        if not happened:
            raise NotSeenError(what)
        return now

    async def _watch(self, duration_s: float) -> None:
        """Only look."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                while True:
                    self._glance()
                    await asyncio.sleep(GLANCE_S)

    def _glance(self) -> Scene:
        """How things stand; whatever lasts for two glances cannot be missed, busy or not."""
        now = scene(self._now_s(), self._daemon.box.status(), self._queue, lit=self._stage.is_lit())
        self._screen.show(now)
        return now

    async def _follow_queue(self) -> None:
        """Keep up with MPD, however long it takes to answer, without keeping glances waiting."""
        while True:
            self._queue = await asyncio.to_thread(ask_mpd, self._stage.mpd.socket)
            await asyncio.sleep(GLANCE_S)

    def _tell(self, what: str) -> None:
        self._screen.say(self._now_s(), "demo", what)

    def _now_s(self) -> float:
        return time.monotonic() - self._began_s


def _fits(now: Scene) -> bool:
    """Whether the next song in MPD's queue was written for the room's mood."""
    return bool(now.queue.ahead) and now.queue.ahead[0].mood == now.mood
