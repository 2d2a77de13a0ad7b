import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.hearing.level import MUTED_AFTER_S, LevelMeter
from edgemood.hearing.microphones.block import BLOCK_S, BLOCK_SAMPLES, Block
from edgemood.records import Reason


def block(samples: np.ndarray, clipped: float = 0.0) -> Block:
    return Block(0.0, samples.astype(np.float32), clipped)


def hiss(amplitude: float) -> np.ndarray:
    return np.random.default_rng(0).uniform(-amplitude, amplitude, BLOCK_SAMPLES)


@pytest.fixture
def meter() -> LevelMeter:
    return LevelMeter()


def test_a_sine_of_half_scale_stands_at_minus_nine_decibels(meter: LevelMeter) -> None:
    meter.push(block(0.5 * np.sin(2 * np.pi * np.arange(BLOCK_SAMPLES) / 160)))
    assert meter.level_dbfs == pytest.approx(-9.03, abs=0.01)


@given(offset=st.floats(-0.4, 0.4), amplitude=st.floats(0.01, 0.5))
def test_an_offset_does_not_count_as_sound(offset: float, amplitude: float) -> None:
    plain, shifted = LevelMeter(), LevelMeter()
    plain.push(block(hiss(amplitude)))
    shifted.push(block(hiss(amplitude) + offset))
    assert shifted.level_dbfs == pytest.approx(plain.level_dbfs, abs=0.01)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1)), min_size=0, max_size=80)
)
def test_level_and_trouble_are_always_in_range(blocks: list[tuple[float, float, float]]) -> None:
    meter = LevelMeter()
    for amplitude, clipped, offset in blocks:
        meter.push(block(np.clip(hiss(amplitude) + offset, -1, 1), clipped))
    assert -100.0 <= meter.level_dbfs <= 0.0
    assert meter.trouble in (None, Reason.MUTED, Reason.CLIPPING)


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_digital_silence_is_a_muted_microphone_after_a_while(
    meter: LevelMeter, offset: float
) -> None:
    blocks = round(MUTED_AFTER_S / BLOCK_S)
    for _ in range(blocks - 1):
        meter.push(block(np.full(BLOCK_SAMPLES, offset)))
    assert meter.trouble is None
    meter.push(block(np.full(BLOCK_SAMPLES, offset)))
    assert meter.trouble is Reason.MUTED


def test_the_faintest_noise_of_a_live_converter_is_not_muted(meter: LevelMeter) -> None:
    for _ in range(200):
        meter.push(block(np.round(hiss(1.6)) / 32768))
    assert meter.trouble is None
    assert meter.level_dbfs < -80


def test_one_sound_ends_the_muting(meter: LevelMeter) -> None:
    for _ in range(100):
        meter.push(block(np.zeros(BLOCK_SAMPLES)))
    meter.push(block(hiss(0.1)))
    assert meter.trouble is None


def test_clipping_is_told_and_forgotten_once_it_is_over(meter: LevelMeter) -> None:
    meter.push(block(hiss(1.0), clipped=0.2))
    assert meter.trouble is Reason.CLIPPING
    for _ in range(25):
        meter.push(block(hiss(0.3)))
    assert meter.trouble is None


def test_a_click_at_full_scale_is_not_clipping(meter: LevelMeter) -> None:
    for _ in range(20):
        meter.push(block(hiss(0.3)))
    meter.push(block(hiss(0.3), clipped=0.05))
    assert meter.trouble is None


def test_what_was_turned_up_is_told_at_the_microphones_own_level(meter: LevelMeter) -> None:
    meter.push(Block(0.0, (10 * hiss(0.01)).astype(np.float32), 0.0, gain_db=20.0))
    own = LevelMeter()
    own.push(block(hiss(0.01)))
    assert meter.level_dbfs == pytest.approx(own.level_dbfs, abs=0.01)


def test_a_shout_is_no_lasting_trouble_but_a_wrong_setting_is(meter: LevelMeter) -> None:
    for _ in range(20):
        meter.push(block(hiss(1.0), clipped=0.2))
    assert meter.trouble is Reason.CLIPPING
    assert meter.lasting_trouble is None
    for _ in range(60):
        meter.push(block(hiss(1.0), clipped=0.2))
    assert meter.lasting_trouble is Reason.CLIPPING
    for _ in range(300):
        meter.push(block(hiss(0.1)))
    assert meter.lasting_trouble is None
