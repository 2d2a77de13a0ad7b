import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.config.schema import MoodConfig
from edgemood.emotion import EMOTIONS, Emotion, as_scores
from edgemood.mood import FaceEvidence, Reason, RoomMoodTracker, Sense, VoiceEvidence
from edgemood.mood.decision import CHALLENGE_S, CONFIRM_S
from edgemood.mood.looking import LOOK_S
from edgemood.mood.tracker import MAX_RECORDS

FRAME_S = 0.25
HAPPY, ANGRY, SAD = Emotion.HAPPY, Emotion.ANGRY, Emotion.SAD
SETTINGS = MoodConfig()


class Room:
    """A tracker fed with four frames and two stretches of sound per second."""

    def __init__(self, face, voice, settings=SETTINGS, start_s=100.0):
        self.tracker = RoomMoodTracker(settings)
        self.now_s = start_s
        self.history = [self.tracker.mood(start_s)]
        self._face, self._voice = face, voice

    def live(self, duration_s, seen=None, heard=None, **quality):
        for tick in range(round(duration_s / FRAME_S)):
            self.now_s += FRAME_S
            if seen is not None:
                self.tracker.add(self._face(self.now_s, seen, **quality))
            if heard is not None and tick % 2 == 0:
                self.tracker.add(self._voice(self.now_s, heard, **quality))
            self.history.append(self.tracker.mood(self.now_s))
        return self.history[-1]

    def first(self, emotion):
        return next(mood for mood in self.history if mood.emotion is emotion)


@pytest.fixture
def room(face, voice):
    return Room(face, voice)


def test_before_anything_was_seen_or_heard_the_mood_is_unknown(room):
    mood = room.live(1)
    assert mood.emotion is None
    assert mood.confidence == 0
    assert not mood.settled
    assert mood.because == "unknown: still looking"


@pytest.mark.parametrize("senses", [{"seen": HAPPY}, {"heard": HAPPY}])
def test_one_clear_sense_is_enough_within_a_few_seconds(room, senses):
    mood = room.live(5, **senses)
    assert mood.emotion is HAPPY
    assert mood.settled
    assert mood.confidence > 0.5
    assert CONFIRM_S <= room.first(HAPPY).at_s - 100 < 4


def test_both_senses_agreeing_say_so(room):
    mood = room.live(10, seen=HAPPY, heard=HAPPY)
    assert mood.because == "face (happy, 50 % of the weight) and voice (happy) agree"
    assert mood.shares[Sense.FACE] == pytest.approx(0.5, abs=0.05)


def test_a_dark_silent_room_is_unknown_and_says_why_and_what_to_do(room):
    mood = room.live(LOOK_S + 1, seen=Reason.DARK, heard=Reason.SILENCE)
    assert mood.emotion is None
    assert mood.settled
    assert mood.because == "unknown: too dark to judge a face; nobody speaks"
    assert mood.reasons == {Sense.FACE: Reason.DARK, Sense.VOICE: Reason.SILENCE}
    assert mood.advice == "more light"


def test_advice_covers_both_senses_and_is_silent_when_nothing_is_wrong(room):
    assert room.live(3, seen=Reason.DARK, heard=Reason.MUTED).advice == (
        "more light; unmute or plug in the microphone"
    )
    assert room.live(10, seen=HAPPY, heard=HAPPY).advice is None


def test_voice_takes_over_when_the_lights_go_out(room):
    room.live(10, seen=HAPPY)
    mood = room.live(40, seen=Reason.DARK, heard=SAD)
    assert mood.emotion is SAD
    assert mood.because == "voice says sad; too dark to judge a face"
    assert mood.advice == "more light"


def test_contradiction_is_unknown_and_names_both_sides(room):
    mood = room.live(LOOK_S + 4, seen=HAPPY, heard=ANGRY)
    assert mood.emotion is None
    assert mood.because == "unknown: face says happy, voice says angry: a contradiction"


@pytest.mark.parametrize(
    ("believed", "emotion", "because"),
    [
        ("face", HAPPY, "face says happy; voice contradicts it"),
        ("voice", ANGRY, "voice says angry; face contradicts it"),
    ],
)
def test_of_a_contradiction_the_owner_may_have_one_side_believed(
    face, voice, believed, emotion, because
):
    room = Room(face, voice, MoodConfig(contradiction=believed))
    mood = room.live(LOOK_S + 4, seen=HAPPY, heard=ANGRY)
    assert mood.emotion is emotion
    assert mood.because == because
    assert mood.shares == {Sense(believed): 1}


@pytest.mark.parametrize("believed", ["unknown", "face", "voice"])
def test_senses_that_are_not_both_sure_are_joined_whoever_is_believed(face, voice, believed):
    room = Room(face, voice, MoodConfig(contradiction=believed))
    for tick in range(48):
        room.tracker.add(face(100 + tick * FRAME_S, HAPPY))
        room.tracker.add(voice(100 + tick * FRAME_S, ANGRY, sureness=0.3))
        mood = room.tracker.mood(100 + tick * FRAME_S)
    assert set(mood.shares) == set(Sense)
    assert mood.emotion is HAPPY


def test_faint_evidence_is_unknown_and_says_what_it_leans_to(room):
    mood = room.live(LOOK_S + 4, seen=HAPPY, heard=Reason.SILENCE, sureness=0.25)
    assert mood.emotion is None
    assert mood.because == "unknown: face says happy, but is not sure; nobody speaks"


def test_a_mood_outlives_its_evidence_for_the_hold_time_and_fades(room):
    sure = room.live(10, seen=HAPPY).confidence
    gone_s = room.now_s
    half = room.live(SETTINGS.hold_s / 2, seen=Reason.NO_FACE)
    assert half.emotion is HAPPY
    assert half.because == "still happy: no face in view"
    assert half.confidence < sure / 2
    fading = [mood.confidence for mood in room.history if mood.at_s >= gone_s]
    assert fading == sorted(fading, reverse=True)
    room.live(SETTINGS.hold_s, seen=Reason.NO_FACE)
    unknown_s = next(m.at_s for m in room.history if m.at_s > gone_s and m.emotion is None)
    assert unknown_s == gone_s + SETTINGS.hold_s
    assert room.history[-1].because == "unknown: no face in view"


def test_a_new_mood_waits_for_the_dwell_of_the_old_one_and_then_comes(room):
    room.live(5, seen=HAPPY)
    mood = room.live(10, seen=SAD)
    assert mood.emotion is HAPPY
    assert mood.because == "still happy: face says sad, not for long enough yet"
    room.live(20, seen=SAD)
    assert room.first(SAD).at_s - room.first(HAPPY).at_s == SETTINGS.dwell_s


def test_scores_and_affect_stay_those_of_the_mood_in_force(room):
    room.live(5, seen=HAPPY)
    mood = room.live(10, seen=SAD)
    assert mood.emotion is HAPPY
    assert EMOTIONS[mood.scores.argmax()] is HAPPY
    assert mood.affect.valence > 0


@settings(max_examples=30)
@given(
    frame=st.integers(0, 60),
    says=st.sampled_from([emotion for emotion in EMOTIONS if emotion is not HAPPY]),
    dark_afterwards=st.booleans(),
)
def test_a_single_wrong_frame_never_flips_the_mood(face, voice, frame, says, dark_afterwards):
    room = Room(face, voice, MoodConfig(dwell_s=0))
    room.live(5, seen=HAPPY)
    room.live(frame * FRAME_S, seen=Reason.NO_FACE if dark_afterwards else HAPPY)
    room.live(FRAME_S, seen=says, reliability=1.0, sureness=1.0)
    room.live(10, seen=Reason.NO_FACE if dark_afterwards else HAPPY)
    assert {mood.emotion for mood in room.history} == {None, HAPPY}


def test_a_grimace_shorter_than_the_challenge_flips_nothing(face, voice):
    room = Room(face, voice, MoodConfig(dwell_s=0))
    room.live(10, seen=HAPPY)
    room.live(CHALLENGE_S - 2, seen=ANGRY)
    room.live(10, seen=Reason.NO_FACE)
    assert room.history[-1].emotion is HAPPY


def test_looking_again_forgets_the_mood_and_decides_within_seconds(room):
    room.live(10, seen=HAPPY)
    room.tracker.forget(room.now_s)
    assert room.tracker.mood(room.now_s).emotion is None
    assert not room.tracker.mood(room.now_s).settled
    pressed_s = room.now_s
    mood = room.live(4, seen=SAD)
    assert mood.emotion is SAD
    assert mood.settled
    assert room.first(SAD).at_s - pressed_s < 3


def test_looking_again_in_the_dark_ends_as_unknown(room):
    room.live(10, seen=HAPPY)
    room.tracker.forget(room.now_s)
    assert not room.live(LOOK_S - 1, seen=Reason.DARK).settled
    mood = room.live(1, seen=Reason.DARK)
    assert mood.settled
    assert mood.emotion is None
    assert mood.because == "unknown: too dark to judge a face"


def test_evidence_from_before_looking_again_does_not_count(room, face):
    room.tracker.forget(room.now_s)
    for tick in range(20):
        room.tracker.add(face(room.now_s - tick * FRAME_S - 0.01, HAPPY))
    assert room.live(3).emotion is None


def test_speech_that_began_before_looking_again_does_not_count(room, voice):
    room.tracker.forget(room.now_s)
    for tick in range(40):
        began_s = room.now_s + 0.1 * tick - 2.0
        spoken = replace(voice(began_s + 2.5, HAPPY), span_s=2.5)
        assert spoken.began_s == pytest.approx(began_s)
        if began_s < room.now_s:
            room.tracker.add(spoken)
    assert room.live(3).shares == {}


def test_late_evidence_counts_by_its_own_time(room, face):
    for tick in range(12):
        room.tracker.add(face(room.now_s - SETTINGS.window_s - tick, HAPPY))
    assert room.live(5).shares == {}


def test_evidence_from_the_future_waits_for_its_time_and_a_wrong_clock_is_ignored(room, face):
    room.tracker.add(face(room.now_s + 3, HAPPY))
    room.tracker.add(face(1e15, ANGRY))
    assert room.live(2).shares == {}
    assert room.live(2).shares == {Sense.FACE: 1}
    assert room.live(20).shares == {}


def test_memory_stays_bounded_when_nobody_asks_for_the_mood(face):
    tracker = RoomMoodTracker(SETTINGS)
    frame = face(0.0, HAPPY)
    for _ in range(MAX_RECORDS + 100):
        tracker.add(frame)
    assert max(len(records) for records in tracker._records.values()) == MAX_RECORDS


def test_asking_for_an_earlier_time_gives_the_latest_mood(room):
    room.live(10, seen=HAPPY)
    assert room.tracker.mood(room.now_s - 50).at_s == room.now_s


unit = st.floats(0, 1)
scores = st.lists(unit, min_size=7, max_size=7).filter(lambda w: sum(w) > 0.01).map(as_scores)
offsets_s = st.one_of(st.floats(-20, 20), st.sampled_from([-1e9, 1e9, sys.float_info.max]))
steps = st.tuples(
    st.floats(0, 5),
    st.one_of(
        st.none(),
        st.just("forget"),
        st.builds(FaceEvidence, offsets_s, scores, unit, st.none(), st.just(1), unit),
        st.builds(VoiceEvidence, offsets_s, scores, unit, st.none(), unit, st.just(-9.0)),
        st.builds(
            FaceEvidence,
            offsets_s,
            st.none(),
            st.just(0.0),
            st.sampled_from(Reason),
            st.just(0),
            unit,
        ),
    ),
)
settings_of_the_owner = st.builds(
    MoodConfig,
    window_s=st.floats(1, 300),
    dwell_s=st.floats(0, 60),
    min_confidence=unit,
    hold_s=st.floats(0, 60),
    contradiction=st.sampled_from(["unknown", "face", "voice"]),
)


@given(settings_of_the_owner, st.lists(steps, max_size=60))
def test_no_sequence_of_evidence_breaks_the_mood_or_its_dwell(mood_settings, steps):
    tracker = RoomMoodTracker(mood_settings)
    now_s, entered_s, before = 0.0, 0.0, None
    for pause_s, event in steps:
        now_s += pause_s
        if event == "forget":
            tracker.forget(now_s)
            before = None
        elif event is not None:
            fields = {name: getattr(event, name) for name in type(event).__match_args__}
            at_s = min(now_s + event.at_s, sys.float_info.max)
            tracker.add(type(event)(**(fields | {"at_s": at_s})))
        mood = tracker.mood(now_s)
        assert np.isfinite(mood.scores).all()
        assert mood.scores.sum() == pytest.approx(1, abs=1e-5)
        assert 0 <= mood.confidence <= 1
        assert all(-1 <= coordinate <= 1 for coordinate in mood.affect)
        assert mood.because
        assert mood.since_s <= mood.at_s
        if mood.emotion is None:
            assert mood.confidence == 0
        else:
            assert mood.settled
        if mood.emotion is not before:
            assert before is None or now_s - entered_s >= mood_settings.dwell_s
            before, entered_s = mood.emotion, now_s


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(1, 15), st.sampled_from([*EMOTIONS, *Reason, None])), max_size=4)
)
def test_the_mood_is_unknown_once_nothing_was_judged_for_the_hold_time(face, voice, scenes):
    hold_s = 12.0
    room = Room(face, voice, MoodConfig(dwell_s=5, hold_s=hold_s))
    judged = [-1e9]
    for duration_s, seen in scenes:
        earlier = len(room.history)
        room.live(duration_s, seen=seen)
        if isinstance(seen, Emotion):
            judged += [mood.at_s for mood in room.history[earlier:]]
        else:
            for mood in room.history[earlier:]:
                assert mood.emotion is None or mood.at_s - judged[-1] < hold_s
