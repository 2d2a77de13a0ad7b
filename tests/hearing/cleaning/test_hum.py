import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.hearing.cleaning.hum import HumFilter
from edgemood.hearing.mel import SAMPLE_RATE_HZ
from edgemood.hearing.microphones.block import BLOCK_SAMPLES

DURATION_S = 20


def hum(mains_hz: float) -> np.ndarray:
    """Mains hum with the harmonics of a rectifier."""
    times = np.arange(DURATION_S * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    return 0.02 * sum(
        np.sin(2 * np.pi * number * mains_hz * times + number) / number for number in range(1, 10)
    )


def filtered(sound: np.ndarray) -> np.ndarray:
    hum_filter = HumFilter()
    return np.concatenate([hum_filter.push(block) for block in sound.reshape(-1, BLOCK_SAMPLES)])


@pytest.mark.parametrize("mains_hz", [50.0, 60.0, 49.97, 50.05, 60.03])
def test_hum_is_gone_after_some_seconds(mains_hz: float) -> None:
    sound = hum(mains_hz)
    last = slice(-4 * SAMPLE_RATE_HZ, None)
    assert 20 * np.log10(sound[last].std() / filtered(sound)[last].std()) > 20


def test_a_voice_is_left_alone(speech) -> None:
    voice = np.tile(speech[::3].astype(np.float64), 3)[: DURATION_S * SAMPLE_RATE_HZ]
    rest = filtered(voice) - voice
    assert 20 * np.log10(voice.std() / rest.std()) > 20


def test_hum_under_a_voice_is_taken_out(speech) -> None:
    voice = np.tile(speech[::3].astype(np.float64), 3)[: DURATION_S * SAMPLE_RATE_HZ]
    rest = filtered(voice + hum(50.0)) - voice
    last = slice(-4 * SAMPLE_RATE_HZ, None)
    assert 20 * np.log10(hum(50.0)[last].std() / rest[last].std()) > 10


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.integers(0, 5))
def test_it_never_goes_wild(values: list[float], seed: int) -> None:
    rough = np.random.default_rng(seed).uniform(-1, 1, 50 * BLOCK_SAMPLES)
    rest = filtered(rough * np.resize(values, len(rough)))
    assert np.isfinite(rest).all()
    assert np.abs(rest).max() < 3


def test_a_voice_does_not_hum_on_in_its_own_pauses() -> None:
    """A second at the hum's own harmonics and a second of a room's noise, in turns."""
    times = np.arange(DURATION_S * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    is_pause = times % 2.0 >= 1.0
    voice = sum(np.sin(2 * np.pi * 150.0 * number * times) / number for number in range(1, 6))
    noise = 1e-4 * np.random.default_rng(0).normal(size=len(times))
    pauses = filtered(np.where(is_pause, 0.0, 0.1 * voice) + noise)[is_pause]
    assert pauses.std() < 1.1 * noise[is_pause].std()
