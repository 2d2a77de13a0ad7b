import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edgemood.emotion import EMOTIONS, Emotion, as_scores
from edgemood.mood import FaceEvidence, Reason, Sense, VoiceEvidence
from edgemood.mood.fusion import FULL_RECORDS, fuse, join, recency

NOW_S = 1000.0
WINDOW_S = 8.0

unit = st.floats(0, 1)
times = st.floats(NOW_S - 1.5 * WINDOW_S, NOW_S + 2)
score_vectors = (
    st.lists(unit, min_size=7, max_size=7).filter(lambda w: sum(w) > 0.01).map(as_scores)
)
reasons = st.sampled_from(Reason)


def records(min_size=0):
    faces = st.builds(FaceEvidence, times, score_vectors, unit, st.none(), st.just(1), unit)
    voices = st.builds(VoiceEvidence, times, score_vectors, unit, st.none(), unit, st.just(-20.0))
    blind = st.builds(FaceEvidence, times, st.none(), st.just(0.0), reasons, st.just(0), unit)
    deaf = st.builds(VoiceEvidence, times, st.none(), st.just(0.0), reasons, unit, st.just(-60.0))
    return st.lists(st.one_of(faces, voices, blind, deaf), min_size=min_size, max_size=25)


def changed(record, **fields):
    values = {name: getattr(record, name) for name in type(record).__match_args__}
    return type(record)(**(values | fields))


def same(one, other):
    return (
        np.allclose(one.scores, other.scores, atol=1e-6)
        and one.confidence == pytest.approx(other.confidence, abs=1e-6)
        and one.newest_s == other.newest_s
    )


@given(records())
def test_scores_are_always_a_probability_vector_and_confidence_a_probability(evidence):
    fused = fuse(evidence, NOW_S, WINDOW_S)
    assert fused.scores.shape == (7,)
    assert np.isfinite(fused.scores).all()
    assert (fused.scores >= 0).all()
    assert fused.scores.sum() == pytest.approx(1, abs=1e-5)
    assert 0 <= fused.confidence <= 1
    assert sum(fused.shares.values()) == pytest.approx(1 if fused.opinions else 0)
    assert all(0 < opinion.trust < 1 for opinion in fused.opinions.values())


def test_evidence_of_next_to_no_weight_says_nothing(face):
    fused = fuse([face(NOW_S - 5, Emotion.SAD, reliability=5e-324)], NOW_S, WINDOW_S)
    assert not fused.opinions
    assert not fused.shares


@given(records(), st.randoms())
def test_the_order_in_which_evidence_arrives_does_not_matter(evidence, random):
    shuffled = list(evidence)
    random.shuffle(shuffled)
    assert same(fuse(evidence, NOW_S, WINDOW_S), fuse(shuffled, NOW_S, WINDOW_S))


@given(records(), st.integers(-2, 10))
def test_only_the_age_of_evidence_matters_not_the_hour(evidence, hours):
    shift_s = hours * 3600.0
    shifted = [changed(record, at_s=record.at_s + shift_s) for record in evidence]
    before = fuse(evidence, NOW_S, WINDOW_S)
    after = fuse(shifted, NOW_S + shift_s, WINDOW_S)
    assert np.allclose(before.scores, after.scores, atol=1e-5)
    assert before.confidence == pytest.approx(after.confidence, abs=1e-5)


@given(records(), records(min_size=1))
def test_evidence_without_reliability_changes_no_score(evidence, extra):
    worthless = [changed(r, reliability=0.0) for r in extra]
    assert same(fuse(evidence, NOW_S, WINDOW_S), fuse([*evidence, *worthless], NOW_S, WINDOW_S))


@given(records(min_size=1), st.permutations(range(7)))
def test_no_emotion_is_favoured(evidence, order):
    renamed = [
        record if record.scores is None else changed(record, scores=record.scores[list(order)])
        for record in evidence
    ]
    before = fuse(evidence, NOW_S, WINDOW_S)
    after = fuse(renamed, NOW_S, WINDOW_S)
    assert np.allclose(before.scores[list(order)], after.scores, atol=1e-6)
    ordered = np.sort(before.scores)
    assume(ordered[-1] - ordered[-2] > 1e-5)
    assert before.confidence == pytest.approx(after.confidence, abs=1e-5)
    assert after.winner is EMOTIONS[
        list(order).index(EMOTIONS.index(before.winner or "angry"))
    ] or (before.winner is None)


@given(records(), unit, unit, st.sampled_from(EMOTIONS), st.floats(0, WINDOW_S - 0.1))
def test_the_more_reliable_evidence_is_the_more_it_moves_its_sense(
    evidence, one, other, emotion, age_s
):
    low, high = sorted((one, other))
    assume(low > 0.001)
    certain = as_scores([each is emotion for each in EMOTIONS])

    def face_after(reliability):
        new = FaceEvidence(NOW_S - age_s, certain, reliability, None, 1, 0.5)
        return fuse([*evidence, new], NOW_S, WINDOW_S).opinions[Sense.FACE]

    index = EMOTIONS.index(emotion)
    little, much = face_after(low), face_after(high)
    assert much.scores[index] >= little.scores[index] - 1e-6
    assert much.trust >= little.trust - 1e-9


@given(records(), unit, unit, st.sampled_from(EMOTIONS))
def test_the_more_reliable_evidence_is_the_more_it_moves_the_room(evidence, one, other, emotion):
    low, high = sorted((one, other))
    assume(low > 0.001)
    certain = as_scores([each is emotion for each in EMOTIONS])
    index = EMOTIONS.index(emotion)
    seen = [record for record in evidence if record.sense is Sense.FACE]
    before = fuse(seen, NOW_S, WINDOW_S)
    assume(before.scores[index] >= 1 / 7)  # else more trust in the camera also speaks against it

    def room_after(reliability):
        new = FaceEvidence(NOW_S, certain, reliability, None, 1, 0.5)
        return fuse([*seen, new], NOW_S, WINDOW_S).scores[index]

    assert room_after(high) >= room_after(low) - 1e-6


@given(st.floats(-20, 20), st.floats(0.5, 300))
def test_recency_is_full_now_and_none_outside_the_window(age_s, window_s):
    weight = recency(age_s, window_s)
    assert 0 <= weight <= 1
    assert (weight > 0) == (0 <= age_s < window_s) or weight < 1e-12
    assert recency(0, window_s) == 1


def test_two_weak_opinions_that_agree_make_a_stronger_one(face, voice):
    faces = [face(NOW_S - i / 4, Emotion.HAPPY, sureness=0.45) for i in range(12)]
    voices = [voice(NOW_S - i / 1.5, Emotion.HAPPY, sureness=0.45) for i in range(5)]
    alone = max(fuse(own, NOW_S, WINDOW_S).confidence for own in (faces, voices))
    assert fuse(faces + voices, NOW_S, WINDOW_S).confidence > alone + 0.1


def test_two_sure_senses_that_contradict_each_other_leave_no_confidence(face, voice):
    faces = [face(NOW_S - i / 4, Emotion.HAPPY, sureness=0.9) for i in range(12)]
    voices = [voice(NOW_S - i / 1.5, Emotion.ANGRY, sureness=0.9) for i in range(5)]
    assert fuse(faces, NOW_S, WINDOW_S).confidence > 0.6
    assert fuse(voices, NOW_S, WINDOW_S).confidence > 0.6
    assert fuse(faces + voices, NOW_S, WINDOW_S).confidence < 0.3


def test_many_frames_do_not_drown_a_few_stretches_of_voice(face, voice):
    voices = [voice(NOW_S - i / 1.5, Emotion.SAD) for i in range(12)]
    shares = [
        fuse(
            [face(NOW_S - i / rate, Emotion.HAPPY) for i in range(int(rate * WINDOW_S))] + voices,
            NOW_S,
            WINDOW_S,
        ).shares[Sense.VOICE]
        for rate in (2, 4, 30)
    ]
    assert all(0.45 < share < 0.51 for share in shares)


def test_one_record_alone_is_hardly_trusted(face):
    fused = fuse([face(NOW_S, Emotion.ANGRY, reliability=1.0, sureness=1.0)], NOW_S, WINDOW_S)
    assert fused.opinions[Sense.FACE].trust < 1 / FULL_RECORDS
    assert fused.supporters == 1


def test_a_sense_that_mostly_abstains_says_why_most_often(face, voice):
    evidence = [face(NOW_S - i / 4, Reason.DARK) for i in range(6)]
    evidence += [face(NOW_S - 3 - i / 4, Reason.NO_FACE) for i in range(3)]
    evidence += [face(NOW_S - 5, Emotion.HAPPY)]
    evidence += [voice(NOW_S - i / 2, Emotion.HAPPY) for i in range(3)]
    evidence += [voice(NOW_S - 3, Reason.SILENCE)]
    assert fuse(evidence, NOW_S, WINDOW_S).reasons == {Sense.FACE: Reason.DARK}


def test_certain_senses_that_exclude_each_other_do_not_break_the_product(face, voice):
    evidence = [face(NOW_S - i / 100, Emotion.HAPPY, 1.0, 1.0) for i in range(9)]
    evidence += [voice(NOW_S - i / 100, Emotion.SAD, 1.0, 1.0) for i in range(9)]
    fused = fuse(evidence, NOW_S, WINDOW_S)
    assert fused.scores.sum() == pytest.approx(1)
    assert fused.confidence < 0.1


several = st.lists(
    st.builds(FaceEvidence, st.just(NOW_S), score_vectors, unit, st.none(), st.just(3), unit),
    min_size=1,
    max_size=6,
)


@given(several)
def test_several_faces_are_joined_into_scores_between_theirs(seen):
    scores, trust = join(seen)
    every = np.stack([one.scores for one in seen])
    assert scores.sum() == pytest.approx(1, abs=1e-5)
    assert (scores <= every.max(axis=0) + 1e-5).all()
    assert (scores >= every.min(axis=0) - 1e-5).all()
    assert trust == max(one.reliability for one in seen)


@given(score_vectors, st.floats(0, 0.5), st.floats(0.5, 1))
def test_the_face_seen_better_weighs_more(face, others, poor, good):
    at = EMOTIONS.index(Emotion.HAPPY)
    other = changed(face(NOW_S, Emotion.SAD, 0.5), scores=others)
    seen_poorly, _ = join([face(NOW_S, Emotion.HAPPY, poor, 1.0), other])
    seen_well, _ = join([face(NOW_S, Emotion.HAPPY, good, 1.0), other])
    assert seen_well[at] >= seen_poorly[at] - 1e-6


@given(several)
def test_the_faces_of_one_picture_count_as_one_record(seen):
    scores, trust = join(seen)
    together = changed(seen[0], scores=scores, reliability=trust)
    assert same(fuse(seen, NOW_S, WINDOW_S), fuse([together], NOW_S, WINDOW_S))


def test_a_crowd_in_one_picture_decides_no_sooner_than_one_person(face):
    crowd = [face(NOW_S, Emotion.HAPPY) for _ in range(12)]
    assert fuse(crowd, NOW_S, WINDOW_S).supporters == 1
