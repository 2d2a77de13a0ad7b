"""From a picture to evidence: light gate, faces, tracks, and what each of them expresses."""

from __future__ import annotations

import math
from typing import Literal

from edgemood.config.schema import VisionConfig
from edgemood.emotion import Scores
from edgemood.records import FaceEvidence, Reason
from edgemood.vision.cameras.frame import Frame
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces.faces import FaceDetector
from edgemood.vision.faces.template_tracker import Glances
from edgemood.vision.faces.tracks import Tracks, TrackScores
from edgemood.vision.fitted import TRUSTED_FROM
from edgemood.vision.identity.recognition import Recogniser
from edgemood.vision.light import LightGate
from edgemood.vision.quality import Look, look_at, obstacle, reliability
from edgemood.vision.resting import RestingFaces


class FaceJudge:
    """Judges the frames of one opened camera."""

    def __init__(
        self,
        config: VisionConfig,
        detector: FaceDetector,
        model: ExpressionModel,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._people: Literal["everyone", "largest"] = config.people
        self._min_face_px = config.min_face_px
        self._glances = Glances(detector)
        self._model = model
        self._recogniser = recogniser
        self._gate = LightGate()
        self._tracks = Tracks()
        self._said = TrackScores()
        known_rest = config.model == VisionConfig().model
        self._resting = RestingFaces() if config.baseline == "yes" and known_rest else None
        self._forgotten_s = self._judged_s = -math.inf

    def forget_before(self, at_s: float) -> None:
        """What faces said before `at_s`, monotonic seconds, counts no more."""
        self._forgotten_s = at_s

    def judge(self, frame: Frame) -> list[FaceEvidence]:
        """What each face in the frame says; where none does, one record with the reason.

        A face found for the first time is waited for: it counts from the next frame on.
        """
        if self._judged_s < self._forgotten_s <= frame.at_s:
            self._said = TrackScores()
        self._judged_s = frame.at_s
        light = self._gate.measure(frame)
        if not self._gate.is_open:
            return [_abstain(frame, Reason.DARK, 0, light)]
        faces = self._glances.find(frame, settled=self._tracks.settled)
        tracks = self._tracks.follow(faces, frame.at_s)
        self._said.keep(self._tracks.numbers)
        if self._resting is not None:
            self._resting.keep(self._tracks.numbers)
        looks: dict[int, Look] = {}
        reasons: list[Reason] = []
        for track in tracks[:1] if self._people == "largest" else tracks:
            look = look_at(track.face.crop(frame.grey), track.face.width, light)
            reason = obstacle(look.width_px, look.sharpness, self._min_face_px, look.light)
            if reason is None:
                looks[track.number] = look
            else:
                reasons.append(reason)
        names = self._names(looks, reasons, frame.at_s)
        evidence = [
            FaceEvidence(
                frame.at_s,
                *said,
                reason=None,
                faces=len(tracks),
                light=light,
                track=number,
                person=names.get(number),
            )
            for number, look in looks.items()
            if (said := self._said_by(number, look, frame.at_s)) is not None
        ]
        if evidence:
            return evidence
        unclear = [Reason.FACE_UNCLEAR] if looks else []
        reason = next(iter(unclear + reasons), Reason.NO_FACE)
        return [_abstain(frame, reason, len(tracks), light)]

    def _said_by(self, number: int, look: Look, at_s: float) -> tuple[Scores, float] | None:
        """The mean of what a track said lately and how reliable this look at it is, if at all."""
        scores = self._model.scores(look.pixels)
        trust = reliability(look.light, look.width_px, look.sharpness, float(scores.max()))
        if trust < TRUSTED_FROM:
            return None
        if self._resting is not None:
            scores = self._resting.judge(number, scores, at_s)
        return self._said.add(number, scores, trust, at_s), trust

    def _names(self, looks: dict[int, Look], reasons: list[Reason], at_s: float) -> dict[int, str]:
        if self._recogniser is None:
            return {}
        crops = {number: look.pixels for number, look in looks.items()}
        trouble = reasons[0] if reasons else None
        return self._recogniser.name(crops, self._tracks.numbers, trouble, at_s)


def _abstain(frame: Frame, reason: Reason, people: int, light: float) -> FaceEvidence:
    return FaceEvidence(frame.at_s, None, 0.0, reason, people, light)
