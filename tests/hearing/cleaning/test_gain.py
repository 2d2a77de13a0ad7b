import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.hearing.cleaning.gain import HEADROOM_DBFS, MOST_GAIN_DB, AutomaticGain
from edgemood.hearing.microphones.block import BLOCK_SAMPLES


def hiss(dbfs: float) -> np.ndarray:
    return 10 ** (dbfs / 20) * np.random.default_rng(0).standard_normal(BLOCK_SAMPLES)


def gain_after(gain: AutomaticGain, block: np.ndarray, blocks: int) -> float:
    for _ in range(blocks):
        gain.push(block)
    return gain.gain_db


def test_a_quiet_microphone_is_turned_up() -> None:
    gain = AutomaticGain()
    assert gain_after(gain, hiss(-90), 100) == pytest.approx(24, abs=1)


def test_a_customary_one_is_left_alone() -> None:
    assert gain_after(AutomaticGain(), hiss(-60), 100) == 0


def test_a_loud_sound_brings_the_gain_down_at_once() -> None:
    gain = AutomaticGain()
    gain_after(gain, hiss(-90), 100)
    louder = gain.push(hiss(-30))
    assert np.abs(louder).max() <= 10 ** (HEADROOM_DBFS / 20) * 1.01


def test_digital_silence_changes_nothing() -> None:
    gain = AutomaticGain()
    before = gain_after(gain, hiss(-80), 100)
    assert gain_after(gain, np.zeros(BLOCK_SAMPLES), 100) == before


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-120, 0), min_size=1, max_size=60))
def test_the_sound_stays_in_range_and_rises_slowly(levels_dbfs: list[float]) -> None:
    gain, before_db = AutomaticGain(), 0.0
    for level_dbfs in levels_dbfs:
        louder = gain.push(np.clip(hiss(level_dbfs), -1, 1))
        assert np.abs(louder).max() <= 1
        assert 0 <= gain.gain_db <= min(MOST_GAIN_DB, before_db + 0.61)
        before_db = gain.gain_db
