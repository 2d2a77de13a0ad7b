import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgemood.config.schema import HearingConfig
from edgemood.hearing.analyser import VoiceJudge
from edgemood.records import Reason, VoiceEvidence

RATE_HZ = 48_000


@pytest.fixture
def hear(blocks_of) -> Callable[..., list[VoiceEvidence]]:
    def judge(sound: np.ndarray, rate_hz: int = RATE_HZ) -> list[VoiceEvidence]:
        judge = VoiceJudge(HearingConfig())
        evidence = [one for block in blocks_of(sound, rate_hz) for one in judge.push(block)]
        for one in evidence:
            assert np.isfinite([one.at_s, one.reliability, one.voice, one.level_dbfs]).all()
            assert 0.0 <= one.reliability <= 1.0
            assert 0.0 <= one.voice <= 1.0
            assert -100.0 <= one.level_dbfs <= 0.0
            if one.scores is None:
                assert one.reliability == 0.0
            else:
                assert one.scores.shape == (7,)
                assert one.scores.sum() == pytest.approx(1.0, abs=1e-5)
        return evidence

    return judge


def judged(evidence: list[VoiceEvidence]) -> list[VoiceEvidence]:
    return [one for one in evidence if one.scores is not None]


def reasons(evidence: list[VoiceEvidence]) -> Counter[Reason | None]:
    return Counter(one.reason for one in evidence)


def resampled(sound: np.ndarray, rate_hz: int) -> np.ndarray:
    times = np.arange(0, len(sound) / RATE_HZ, 1 / rate_hz)
    return np.interp(times, np.arange(len(sound)) / RATE_HZ, sound).astype(np.float32)


def faint_hiss(duration_s: float = 8.0) -> np.ndarray:
    rng = np.random.default_rng(2)
    return (1e-4 * rng.standard_normal(round(duration_s * RATE_HZ))).astype(np.float32)


def test_speech_is_judged_and_trusted(hear, speech) -> None:
    evidence = hear(speech)
    assert len(judged(evidence)) >= 0.7 * len(evidence)
    assert max(one.reliability for one in evidence) > 0.7


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_speech_is_judged_from_any_microphone(hear, speech, rate_hz: int, channels: int) -> None:
    sound = np.repeat(resampled(speech, rate_hz)[:, None], channels, axis=1)
    assert judged(hear(sound, rate_hz))


def test_a_quiet_room_is_silence(hear) -> None:
    assert set(reasons(hear(faint_hiss()))) == {Reason.SILENCE}


def test_a_steady_fan_is_never_taken_for_a_voice(hear, noise) -> None:
    assert set(reasons(hear(noise))) <= {Reason.NOISE, Reason.SILENCE}


def test_clatter_is_noise(hear, clatter) -> None:
    heard = reasons(hear(clatter))
    assert heard[None] == 0
    assert heard.most_common(1)[0][0] is Reason.NOISE


def test_music_is_not_a_voice(hear, music) -> None:
    heard = reasons(hear(music))
    assert heard[None] == 0
    assert heard.most_common(1)[0][0] is Reason.MUSIC


def test_a_muted_microphone_is_told_after_a_while(hear) -> None:
    evidence = hear(np.zeros(8 * RATE_HZ, dtype=np.float32))
    assert evidence[0].reason is Reason.SILENCE
    assert evidence[-1].reason is Reason.MUTED
    assert {one.level_dbfs for one in evidence} == {-100.0}


def test_an_overdriven_voice_is_told_and_not_judged(hear, speech) -> None:
    heard = reasons(hear(np.clip(40 * speech, -1, 1)))
    assert heard.most_common(1)[0][0] is Reason.CLIPPING
    assert heard[None] == 0


def test_sound_that_is_not_even_a_number_does_no_harm(hear, speech) -> None:
    broken = speech.copy()
    broken[::7] = np.nan
    broken[3::101] = np.inf
    hear(broken)
    hear(np.full(4 * RATE_HZ, np.nan, dtype=np.float32))


def test_a_voice_over_noise_is_trusted_less_than_the_voice_alone(hear, speech, noise) -> None:
    def trust(sound: np.ndarray) -> float:
        return float(np.mean([one.reliability for one in hear(sound)]))

    together = min(len(speech), len(noise))
    assert trust(speech[:together] + 2 * noise[:together]) < trust(speech[:together])


def test_words_after_silence_are_judged_within_two_and_a_half_seconds(hear, speech) -> None:
    evidence = hear(np.concatenate([faint_hiss(5.0), speech]))
    assert judged(evidence)[0].at_s < 7.5
    assert judged(evidence)[0].at_s > 5.0


def test_evidence_never_pauses_for_two_seconds(hear, speech, music) -> None:
    evidence = hear(np.concatenate([faint_hiss(5.0), speech, music, speech, faint_hiss(5.0)]))
    gaps_s = [b.at_s - a.at_s for a, b in itertools.pairwise(evidence)]
    assert evidence[0].at_s < 2.0
    assert max(gaps_s) < 2.0
    assert np.median(gaps_s) == pytest.approx(0.64, abs=0.07)


def test_evidence_tells_when_the_speech_began_that_it_judges(hear, speech) -> None:
    quiet_s = 3.0
    evidence = hear(np.concatenate([faint_hiss(quiet_s), speech]))
    first, *later = judged(evidence)
    assert first.began_s == pytest.approx(quiet_s, abs=0.7)
    assert all(one.at_s - one.began_s >= 0.64 + 0.32 for one in [first, *later])
    steps = [after.began_s - before.began_s for before, after in itertools.pairwise(later)]
    assert min(steps) >= 0.0


def test_late_sound_is_judged_as_earlier(blocks_of, speech) -> None:
    began_s = {}
    for late_s in (0.0, 0.22):
        judge = VoiceJudge(HearingConfig())
        blocks = [replace(block, late_s=late_s) for block in blocks_of(speech)]
        evidence = [one for block in blocks for one in judge.push(block)]
        began_s[late_s] = [one.began_s for one in evidence]
    assert began_s[0.22] == pytest.approx([at_s - 0.22 for at_s in began_s[0.0]])


@pytest.mark.parametrize("pressed_s", [2.05, 3.3, 4.87, 6.0])
def test_what_was_said_before_a_press_is_in_no_evidence_after_it(
    blocks_of, speech, pressed_s
) -> None:
    judge = VoiceJudge(HearingConfig())
    blocks = blocks_of(speech)
    before = [one for b in blocks if b.at_s < pressed_s for one in judge.push(b)]
    assert judged(before)
    judge.forget_before(pressed_s)
    judge.forget_before(pressed_s)  # as with every block
    after = [one for b in blocks if b.at_s >= pressed_s for one in judge.push(b)]
    assert all(one.began_s >= pressed_s for one in after)
    assert judged(after)[0].at_s - pressed_s < 3.0
