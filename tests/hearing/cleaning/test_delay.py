import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.hearing.cleaning.delay import find_delay

EARLIEST, LATEST = -1_600, 8_000
HEARD = 32_000


def colourful(samples: int, seed: int) -> np.ndarray:
    """Noise with the spectrum of music: falling, and nothing at the very top."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum /= 1 + np.arange(len(spectrum)) / 2_000
    spectrum[len(spectrum) * 9 // 10 :] = 0
    return np.fft.irfft(spectrum, samples)


@settings(max_examples=20, deadline=None)
@given(delay=st.integers(EARLIEST, LATEST), seed=st.integers(0, 100), gain=st.floats(0.001, 10))
def test_every_delay_is_found(delay: int, seed: int, gain: float) -> None:
    played = colourful(HEARD + LATEST - EARLIEST, seed)
    start = LATEST - delay
    heard = gain * played[start : start + HEARD]
    found = find_delay(played, heard, EARLIEST)
    assert found.samples == delay
    assert found.is_clear


def test_the_delay_is_found_under_a_voice_as_loud_as_the_music(speech) -> None:
    played = colourful(HEARD + LATEST - EARLIEST, 1)
    voice = speech[: 3 * HEARD : 3].astype(np.float64)
    heard = played[5_000 : 5_000 + HEARD] / played.std() + voice / voice.std()
    found = find_delay(played, heard, EARLIEST)
    assert found.samples == LATEST - 5_000
    assert found.is_clear


@pytest.mark.parametrize("seed", range(5))
def test_another_sound_has_no_clear_delay(seed: int) -> None:
    played = colourful(HEARD + LATEST - EARLIEST, seed)
    assert not find_delay(played, colourful(HEARD, seed + 50), EARLIEST).is_clear


@pytest.mark.parametrize(("played", "heard"), [(0, 0), (1, 0), (0, 1)])
def test_silence_has_no_delay(played: float, heard: float) -> None:
    there = played * colourful(HEARD + LATEST - EARLIEST, 1)
    assert not find_delay(there, heard * colourful(HEARD, 2), EARLIEST).is_clear
