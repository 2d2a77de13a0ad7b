"""The loop of the sense: pictures in, face evidence out, and what becomes of the camera."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from edgemood.clock import Clock, SystemClock
from edgemood.config.schema import Config
from edgemood.errors import CameraError
from edgemood.pipe import Record, SenseState
from edgemood.processes.child_side import HEARTBEAT_S, LookAgain, Reporter
from edgemood.processes.device import keep_open
from edgemood.records import Sense
from edgemood.vision.analyser import FaceJudge
from edgemood.vision.cameras.camera import Camera
from edgemood.vision.cameras.source import open_camera
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces.cascade import FaceSearch
from edgemood.vision.identity.embedding import Embedder
from edgemood.vision.identity.recognition import Recogniser
from edgemood.vision.orientation import Orientation


def watch(
    config: Config,
    clock: Clock | None = None,
    wait: Callable[[float], object] = time.sleep,
    look_again: LookAgain | None = None,
) -> Iterator[Record]:
    """Watch the room until the iterator is closed; nothing ends it from within.

    Yields a report whenever the camera's state changes, evidence for every frame, and the last
    report again while there is nothing to judge. `wait` sleeps for a number of seconds.
    """
    return _Watch(config, clock or SystemClock(), wait, look_again or LookAgain()).records()


class _Watch:
    def __init__(
        self,
        config: Config,
        clock: Clock,
        wait: Callable[[float], object],
        look_again: LookAgain,
    ) -> None:
        self._config = config
        self._look_again = look_again
        self._clock = clock
        self._wait = wait
        self._tell = Reporter(Sense.FACE, clock, wait)
        self._started_s = clock.now_s()

    def records(self) -> Iterator[Record]:
        return keep_open(
            self._tell,
            self._config.camera.source,
            CameraError,
            load=lambda: ExpressionModel(self._config.vision.model),
            open_device=self._open_camera,
            judge=self._judge,
        )

    def _open_camera(self) -> Camera:
        return open_camera(self._config.camera, self._clock, self._started_s, self._wait)

    def _recogniser(self) -> Recogniser | None:
        """Who knows people by their faces; nobody does unless the owner wants it."""
        vision = self._config.vision
        if vision.recognise == "no":
            return None
        return Recogniser(vision.known_faces, Embedder(vision.recogniser))

    def _judge(self, camera: Camera, model: ExpressionModel) -> Iterator[Record]:
        """Evidence from an opened camera. Raises CameraError when that fails."""
        vision = self._config.vision
        search, recogniser = FaceSearch(vision.detector), self._recogniser()
        orientation = Orientation(self._config.camera.rotation, search)
        judge = FaceJudge(vision, search, model, recogniser)
        pause_s = 1 / self._config.camera.frames_per_s
        frame = camera.read()
        yield self._tell.report(SenseState.WORKING, camera.name)
        while True:
            due_s = frame.at_s + pause_s
            upright, remark = orientation.upright(frame), orientation.remark
            judge.forget_before(self._look_again.asked_s)
            evidence = judge.judge(upright)
            yield from evidence
            if orientation.check(upright, evidence):
                judge = FaceJudge(vision, search, model, recogniser)
            if orientation.remark != remark:
                yield self._tell.report(SenseState.WORKING, camera.name, orientation.remark)
            yield from self._pause(due_s, camera.name, orientation.remark)
            frame = camera.read()

    def _pause(self, until_s: float, device: str, remark: str) -> Iterator[Record]:
        """Wait for the next picture's turn, with a heartbeat when that is long."""
        while (left_s := until_s - self._clock.now_s()) > HEARTBEAT_S:
            self._wait(HEARTBEAT_S)
            yield self._tell.report(SenseState.WORKING, device, remark)
        if left_s > 0:
            self._wait(left_s)
