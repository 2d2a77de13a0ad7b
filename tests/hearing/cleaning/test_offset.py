"""Sound cards that add a constant to every sample: heard as without it, and told."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from edgemood.config.schema import Config, HearingConfig, MicrophoneConfig
from edgemood.hearing import watch
from edgemood.hearing.analyser import VoiceJudge
from edgemood.hearing.cleaning.cleaner import Cleaner
from edgemood.hearing.cleaning.offset import OffsetFilter
from edgemood.hearing.level import LevelMeter
from edgemood.hearing.microphones.block import BLOCK_SAMPLES, Block, BlockCutter
from edgemood.pipe import SenseReport, SenseState
from edgemood.records import VoiceEvidence

FAINT = 10 ** (-60 / 20)
OFFSETS = (0.02, -0.1, 0.3)


def faint(speech: np.ndarray) -> np.ndarray:
    """A faint voice over a faint hiss, at the rate of `speech`."""
    hiss = np.random.default_rng(1).standard_normal(len(speech))
    return FAINT * (speech / speech.std() + 10 ** (-35 / 20) * hiss)


def heard(sound: np.ndarray, rate_hz: int = 48_000) -> list[VoiceEvidence]:
    """What is made of a sound, and what the microphone itself is said to be like."""
    cutter, cleaner, judge = BlockCutter(), Cleaner(), VoiceJudge(HearingConfig())
    cutter.push(sound.astype(np.float32)[:, np.newaxis], rate_hz)
    evidence = []
    for number in itertools.count(1):
        block = cutter.cut(number / 10)
        if block is None:
            return evidence
        evidence += judge.push(cleaner.push(block))
    raise AssertionError


@pytest.fixture(scope="module")
def without_offset(speech) -> list[VoiceEvidence]:
    return heard(faint(speech))


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_faint_voice_is_heard_as_without_it(
    speech, without_offset: list[VoiceEvidence], offset: float
) -> None:
    with_offset = heard(faint(speech) + offset)
    assert sum(each.scores is not None for each in without_offset) > 5
    assert [each.at_s for each in with_offset] == [each.at_s for each in without_offset]
    assert [each.reason for each in with_offset] == [each.reason for each in without_offset]
    for one, other in zip(with_offset, without_offset, strict=True):
        assert one.level_dbfs == pytest.approx(other.level_dbfs, abs=0.1)
        if one.scores is not None and other.scores is not None:
            np.testing.assert_allclose(one.scores, other.scores, atol=0.15)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 16_000, 8_000])
@pytest.mark.parametrize("offset", OFFSETS)
def test_nothing_clicks_from_the_first_sample_on(offset: float, rate_hz: int) -> None:
    hiss = 1e-4 * np.random.default_rng(2).standard_normal((rate_hz, 2)) + offset
    cutter, cleaner = BlockCutter(), Cleaner()
    cutter.push(hiss.astype(np.float32), rate_hz)
    while block := cutter.cut(0.0):
        cleaned = cleaner.push(block)
        assert np.abs(cleaned.samples).max() / 10 ** (cleaned.gain_db / 20) < 1e-3
        assert cleaned.offset == pytest.approx(offset, abs=1e-3)


@given(
    offset=st.floats(-0.5, 0.5),
    later=st.floats(-0.5, 0.5),
    flat=st.integers(0, 3),
    amplitude=st.floats(1e-3, 0.3),
)
def test_a_jump_is_gone_within_two_seconds(
    offset: float, later: float, flat: int, amplitude: float
) -> None:
    draw, cleaner = np.random.default_rng(3), OffsetFilter()
    for _ in range(flat):
        assert np.abs(cleaner.push(np.full(BLOCK_SAMPLES, later))).max() < 1e-12
    for each in (offset, later):
        for _ in range(20):
            sound = draw.uniform(-amplitude, amplitude, BLOCK_SAMPLES)
            cleaned = cleaner.push(sound + each)
            assert np.abs(cleaned).max() <= 1
        np.testing.assert_allclose(cleaned, sound, atol=0.1 * amplitude)


def test_zeros_before_the_card_delivers_tell_nothing_of_its_offset() -> None:
    cleaner = OffsetFilter()
    cleaner.push(np.zeros(BLOCK_SAMPLES))
    hiss = 1e-3 * np.random.default_rng(4).standard_normal(BLOCK_SAMPLES)
    np.testing.assert_allclose(cleaner.push(hiss + 0.3), hiss, atol=1e-4)


def test_an_offset_is_told_once_it_has_lasted_and_until_it_is_gone() -> None:
    meter = LevelMeter()
    hiss = np.random.default_rng(5).uniform(-0.1, 0.1, BLOCK_SAMPLES).astype(np.float32)
    told = []
    for offset in [0.0] * 30 + [0.1] * 10 + [0.0] * 30 + [-0.1] * 30 + [0.008] * 30 + [0.0] * 30:
        meter.push(Block(0.0, hiss, 0.0, offset=offset))
        told.append(meter.offset)
    assert [key for key, _ in itertools.groupby(told)] == [None, pytest.approx(-0.1), None]


def test_rumble_is_no_offset() -> None:
    meter = LevelMeter()
    for number in range(300):
        hiss = np.random.default_rng(6).uniform(-0.1, 0.1, BLOCK_SAMPLES).astype(np.float32)
        meter.push(Block(0.0, hiss, 0.0, offset=np.sin(number / 8)))
        assert meter.offset is None


@pytest.mark.parametrize("offset", [0.0, *OFFSETS])
def test_the_sense_works_and_tells_of_the_card(
    clock, speech, tmp_path: Path, offset: float
) -> None:
    file = tmp_path / "speech.wav"
    soundfile.write(file, 0.1 * speech + offset, 48_000, subtype="PCM_16")
    config = Config(microphone=MicrophoneConfig(source="replay", path=file))
    records = list(itertools.islice(watch(config, clock, clock.wait), 20))
    reports = [record for record in records if isinstance(record, SenseReport)]
    assert {report.state for report in reports[1:]} == {SenseState.WORKING}
    details = [report.detail for report in reports[1:]]
    if offset:
        assert details[0] == ""
        assert f"offset of {abs(offset):.0%} of full scale" in details[-1]
    else:
        assert details == [""]
