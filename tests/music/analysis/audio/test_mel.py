from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, SLICE_SAMPLES
from edgemood.music.analysis.audio.mel import (
    BAND_CENTRES_HZ,
    BANDS,
    FLOOR_DB,
    SLICE_FRAMES,
    log_mel,
    peak_db,
    power_spectrum,
    under_peak,
)

GOLDEN = Path(__file__).parents[3] / "golden" / "music_mel.npz"


def sine(frequency_hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(SLICE_SAMPLES) / SAMPLE_RATE_HZ).astype("f4")


def test_the_frames_are_those_of_scipy():
    """scipy's short-time Fourier transform and filters built band by band made `log_mel`."""
    golden = np.load(GOLDEN)
    frames = log_mel(power_spectrum(golden["samples"].astype(np.float32) / 32768))
    np.testing.assert_allclose(frames, golden["log_mel"], atol=0.02)


def test_five_seconds_are_a_picture_of_313_by_128():
    assert log_mel(power_spectrum(sine(440))).shape == (SLICE_FRAMES, BANDS) == (313, 128)


@pytest.mark.parametrize("band", [20, 60, 100, 126])
def test_a_tone_is_loudest_in_its_band(band: int):
    frames = log_mel(power_spectrum(sine(BAND_CENTRES_HZ[band])))
    assert abs(int(frames.mean(axis=0).argmax()) - band) <= 1


def test_no_band_is_deaf():
    noise = np.random.default_rng(0).normal(0, 0.1, SLICE_SAMPLES).astype(np.float32)
    assert log_mel(power_spectrum(noise)).mean(axis=0).min() > -60


@given(gain_db=st.floats(-30, 0))
def test_the_level_of_a_song_does_not_reach_a_model(gain_db: float):
    sound = np.random.default_rng(0).normal(0, 0.1, 8_000).astype(np.float32)
    loud, quiet = (
        log_mel(power_spectrum((sound * gain).astype(np.float32)))
        for gain in (1.0, 10 ** (gain_db / 20))
    )
    np.testing.assert_allclose(
        under_peak(quiet, peak_db(quiet)), under_peak(loud, peak_db(loud)), atol=1e-3
    )


def test_silence_lies_on_the_floor():
    silence = log_mel(power_spectrum(np.zeros(16_000, dtype=np.float32)))
    assert np.allclose(silence, FLOOR_DB, atol=1e-3)
