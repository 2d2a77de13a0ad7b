"""What holds for the room's mood whatever is seen and heard."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edgemood.config.schema import MoodConfig
from edgemood.emotion import EMOTIONS, as_scores, one_hot
from edgemood.mood import FaceEvidence, Reason, RoomMoodTracker, VoiceEvidence
from edgemood.mood.fusion import fuse

WINDOW_S = 8.0
STEP_S = 0.25
"""a power of two, so that shifting a time by whole seconds is exact"""

unit = st.floats(0, 1)
score_vectors = (
    st.lists(unit, min_size=7, max_size=7).filter(lambda w: sum(w) > 0.01).map(as_scores)
)
ticks = st.integers(0, 48).map(lambda tick: tick * STEP_S)
tracks = st.integers(1, 3)


def faces(scores=score_vectors, reliability=unit):
    return st.builds(FaceEvidence, ticks, scores, reliability, st.none(), st.just(1), unit, tracks)


def voices(scores=score_vectors, reliability=unit):
    return st.builds(
        VoiceEvidence, ticks, scores, reliability, st.none(), unit, st.just(-20.0), st.floats(0, 3)
    )


blind = st.builds(
    FaceEvidence, ticks, st.none(), st.just(0.0), st.sampled_from(Reason), st.just(0), unit
)
deaf = st.builds(
    VoiceEvidence, ticks, st.none(), st.just(0.0), st.sampled_from(Reason), unit, st.just(-60.0)
)
anything = st.lists(st.one_of(faces(), voices(), blind, deaf), max_size=40)
sure = st.builds(
    as_scores, st.sampled_from(EMOTIONS).map(lambda e: [8 * (x is e) + 0.2 for x in EMOTIONS])
)
scenes = st.lists(
    st.one_of(faces(sure, st.floats(0.6, 1)), voices(sure, st.floats(0.6, 1)), blind), max_size=30
)


def changed(record, **fields):
    values = {name: getattr(record, name) for name in type(record).__match_args__}
    return type(record)(**(values | fields))


def history(evidence, *, shift_s=0.0, press_s=None, until_s=12.0):
    """The mood at every step; evidence comes at its own time, before the mood is asked for."""
    tracker = RoomMoodTracker(MoodConfig(window_s=4, dwell_s=2, hold_s=3))
    moods = []
    for step in range(int(until_s / STEP_S)):
        now_s = step * STEP_S
        if now_s == press_s:
            tracker.forget(now_s + shift_s, asked=True)
        for record in evidence:
            if record.at_s == now_s:
                tracker.add(changed(record, at_s=now_s + shift_s))
        moods.append(tracker.mood(now_s + shift_s))
    return moods


def assert_same(one, other, shift_s=0.0):
    assert [mood.emotion for mood in one] == [mood.emotion for mood in other]
    assert [mood.because for mood in one] == [mood.because for mood in other]
    assert [mood.reasons for mood in one] == [mood.reasons for mood in other]
    for before, after in zip(one, other, strict=True):
        assert np.allclose(before.scores, after.scores, atol=1e-5)
        assert before.confidence == pytest.approx(after.confidence, abs=1e-5)
        assert before.since_s + shift_s == after.since_s


@settings(max_examples=20, deadline=None)
@given(scenes, st.integers(-1_000, 1_000_000))
def test_the_mood_depends_on_no_hour_of_the_clock(evidence, shift_s):
    assert_same(history(evidence), history(evidence, shift_s=shift_s), shift_s)


@settings(max_examples=20, deadline=None)
@given(scenes, st.lists(st.one_of(faces(), voices()), max_size=20))
def test_evidence_without_reliability_is_as_no_evidence(evidence, extra):
    worthless = [changed(record, reliability=0.0) for record in extra]
    assert_same(history(evidence), history([*evidence, *worthless]))


@given(anything, st.lists(st.one_of(faces(), voices()), max_size=20))
def test_evidence_without_reliability_hides_no_reason(evidence, extra):
    worthless = [changed(record, reliability=0.0) for record in extra]
    before, after = (fuse(own, 12.0, WINDOW_S) for own in (evidence, [*evidence, *worthless]))
    assert before.reasons == after.reasons
    assert before.supporters == after.supporters
    assert before.newest_s == after.newest_s


@given(anything, st.one_of(faces(), voices()))
def test_another_record_that_agrees_never_lowers_confidence(evidence, more):
    """As good as the worst of its sense; a better one makes the sense's other word count more."""
    before = fuse(evidence, 12.0, WINDOW_S)
    assume(before.winner is not None)
    own = [
        record
        for record in evidence
        if type(record) is type(more) and record.scores is not None and record.at_s > 12 - WINDOW_S
    ]
    agreeing = changed(
        more,
        scores=one_hot(before.winner),
        at_s=min((record.at_s for record in own), default=more.at_s),
        reliability=min((record.reliability for record in own), default=more.reliability),
    )
    after = fuse([*evidence, agreeing], 12.0, WINDOW_S)
    assert after.winner is before.winner
    assert after.confidence >= before.confidence - 1e-6


@settings(max_examples=20, deadline=None)
@given(scenes, scenes, st.integers(1, 24).map(lambda tick: tick * STEP_S))
def test_a_press_leaves_nothing_of_what_was_before_it(before, after, press_s):
    earlier = [record for record in before if record.at_s < press_s]
    later = [record for record in after if record.at_s >= press_s]
    reaching_back = [
        changed(record, at_s=press_s + 1, span_s=1.5)
        for record in before
        if isinstance(record, VoiceEvidence)
    ]
    first = round(press_s / STEP_S)
    pressed = history([*earlier, *later, *reaching_back], press_s=press_s)[first:]
    assert_same(pressed, history(later, press_s=press_s)[first:])


def test_a_flood_of_outdated_evidence_pushes_nothing_out(face):
    tracker = RoomMoodTracker(MoodConfig())
    tracker.mood(1000.0)
    for tick in range(8):
        tracker.add(face(1000.0 + tick * STEP_S, EMOTIONS[3]))
    outdated = face(10.0, EMOTIONS[0])
    for _ in range(20_000):
        tracker.add(outdated)
    assert tracker.mood(1002.0).shares
