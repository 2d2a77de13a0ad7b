"""From a picture to evidence: light gate, faces, expressions, and all faces joined into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgemood.config.schema import VisionConfig
from edgemood.emotion import Scores, as_scores
from edgemood.mood.evidence import FaceEvidence, Reason
from edgemood.vision.expression import ExpressionModel
from edgemood.vision.faces import FaceDetector
from edgemood.vision.frame import Frame
from edgemood.vision.light import LightGate, light_of_noise
from edgemood.vision.quality import obstacle, reliability, sharpness

CROP_MARGIN = 0.1
"""The cascade's box cuts chin and brows off more closely than the faces of FER2013 are cut; chosen
by the likelihood of the labels on photographs of Labeled Faces in the Wild."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What one face says."""

    scores: Scores
    """calibrated, shape (7,)"""
    reliability: float
    """in [0, 1]"""


class FaceJudge:
    """Judges the frames of one opened camera."""

    def __init__(
        self, config: VisionConfig, detector: FaceDetector, model: ExpressionModel
    ) -> None:
        self._people: Literal["everyone", "largest"] = config.people
        self._min_face_px = config.min_face_px
        self._detector = detector
        self._model = model
        self._gate = LightGate()

    def judge(self, frame: Frame) -> FaceEvidence:
        """What the faces in the frame say together, or the reason why they say nothing."""
        light = self._gate.measure(frame)
        if not self._gate.is_open:
            return _abstain(frame, Reason.DARK, 0, light)
        faces = self._detector.find(frame.grey)
        judgements: list[Judgement] = []
        reasons: list[Reason] = []
        for face in faces[:1] if self._people == "largest" else faces:
            crop = face.crop(frame.grey, CROP_MARGIN)
            detail = sharpness(crop)
            lit = min(light, light_of_noise(crop))
            reason = obstacle(face.width, detail, self._min_face_px, lit)
            if reason is not None:
                reasons.append(reason)
                continue
            scores = self._model.scores(crop)
            trust = reliability(lit, face.width, detail, float(scores.max()))
            judgements.append(Judgement(scores, trust))
        if not judgements:
            return _abstain(frame, reasons[0] if reasons else Reason.NO_FACE, len(faces), light)
        scores, trust = join(judgements)
        return FaceEvidence(frame.at_s, scores, trust, None, faces=len(faces), light=light)


def join(judgements: list[Judgement]) -> tuple[Scores, float]:
    """Scores and reliability of several faces as one; `judgements` holds at least one.

    Scores are averaged by reliability. The whole is as reliable as the face seen best: somebody
    in the background hardly weighs, and must not make the others' word worth less.
    """
    weights = np.array([judgement.reliability for judgement in judgements])
    if not weights.any():
        weights = np.ones_like(weights)
    scores = as_scores(weights @ np.stack([judgement.scores for judgement in judgements]))
    return scores, max(judgement.reliability for judgement in judgements)


def _abstain(frame: Frame, reason: Reason, faces: int, light: float) -> FaceEvidence:
    return FaceEvidence(frame.at_s, None, 0.0, reason, faces=faces, light=light)
