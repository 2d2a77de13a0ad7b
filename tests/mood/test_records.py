import math

import numpy as np
import pytest

from edgemood.emotion import Emotion, one_hot
from edgemood.mood import FaceEvidence, Reason, Sense, VoiceEvidence

HAPPY = one_hot(Emotion.HAPPY)


def test_evidence_knows_its_sense(face, voice):
    assert face(0, Emotion.HAPPY).sense is Sense.FACE
    assert voice(0, Emotion.HAPPY).sense is Sense.VOICE


@pytest.mark.parametrize(
    ("at_s", "scores", "reliability", "reason"),
    [
        (0.0, HAPPY, 0.5, Reason.DARK),
        (0.0, None, 0.0, None),
        (0.0, HAPPY, -0.1, None),
        (0.0, HAPPY, 1.1, None),
        (0.0, HAPPY, math.nan, None),
        (math.nan, HAPPY, 0.5, None),
        (math.inf, HAPPY, 0.5, None),
        (0.0, np.ones(6, dtype=np.float32) / 6, 0.5, None),
    ],
)
def test_evidence_that_contradicts_itself_or_leaves_its_range_is_refused(
    at_s, scores, reliability, reason
):
    with pytest.raises(ValueError, match=r"evidence|reliability|scores"):
        FaceEvidence(at_s, scores, reliability, reason, faces=1, light=0.5)
    with pytest.raises(ValueError, match=r"evidence|reliability|scores"):
        VoiceEvidence(at_s, scores, reliability, reason, voice=0.5, level_dbfs=-20.0)


def test_what_a_person_can_change_comes_with_advice():
    assert Reason.DARK.advice == "more light"
    assert Reason.SILENCE.advice is None


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -0.1])
def test_evidence_that_is_no_distribution_is_refused(wrong):
    scores = one_hot(Emotion.ANGRY)
    scores[3] = wrong
    with pytest.raises(ValueError, match="scores"):
        FaceEvidence(0.0, scores, 0.5, None, 1, 0.5)


@pytest.mark.parametrize("span_s", [math.nan, math.inf, -1.0])
def test_sound_that_began_at_no_time_or_after_its_end_is_refused(span_s):
    with pytest.raises(ValueError, match="begun"):
        VoiceEvidence(0.0, one_hot(Emotion.ANGRY), 0.5, None, 0.9, -20.0, span_s)
