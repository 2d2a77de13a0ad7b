from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgemood.hearing.mel import (
    BAND_CENTRES_HZ,
    BANDS,
    FLOOR_DB,
    HOP_SAMPLES,
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
    level_db,
    log_mel,
    normalise,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "log_mel.npz"


def sine(frequency_hz: float, amplitude: float = 1.0) -> np.ndarray:
    """A second of a sine."""
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def test_the_frames_are_those_of_librosa() -> None:
    """librosa 0.11.0 made `log_mel` of `samples / 32768`, padded by 56 zeros on both sides:

    power = |stft(x, n_fft=512, hop_length=160, win_length=400, window="hann", center=False)|²,
    over (sum of the window / 2)², times |1 - 0.97 exp(-2πif/16000)|² over its value at 1 kHz;
    filters.mel(sr=16000, n_fft=512, n_mels=64, fmin=80, fmax=7600, htk=True, norm=None) @ power;
    power_to_db(…, ref=1, amin=1e-10, top_db=None).
    """
    golden = np.load(GOLDEN)
    frames = log_mel(golden["samples"].astype(np.float32) / 32768)
    np.testing.assert_allclose(frames, golden["log_mel"], atol=1e-3)


@settings(deadline=None)
@given(start=st.integers(0, 20))
def test_a_frame_depends_on_its_own_samples_only(start: int) -> None:
    sound = np.random.default_rng(0).normal(0, 0.2, 4_000).astype(np.float32)
    alone = sound[start * HOP_SAMPLES :][:WINDOW_SAMPLES]
    np.testing.assert_array_equal(log_mel(alone)[0], log_mel(sound)[start])


@settings(deadline=None)
@given(arrays(np.float32, st.integers(0, 2_000), elements=st.floats(width=32)))
def test_no_sound_whatever_gives_a_frame_that_is_not_finite(sound: np.ndarray) -> None:
    frames = log_mel(sound)
    assert np.isfinite(frames).all()
    assert (frames >= FLOOR_DB).all()
    assert np.isfinite(normalise(frames, 40)).all()


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(1_600, dtype=np.float32),
        np.full(1_600, 1e-42, dtype=np.float32),  # denormal
    ],
)
def test_silence_lies_on_the_floor_and_has_no_shape(sound: np.ndarray) -> None:
    frames = log_mel(sound)
    assert (frames == FLOOR_DB).all()
    assert not normalise(frames, 40).any()


def test_a_direct_current_is_not_heard() -> None:
    assert level_db(log_mel(np.full(1_600, 0.1, dtype=np.float32))).max() < -60


def test_less_than_a_window_gives_no_frame() -> None:
    assert log_mel(np.zeros(WINDOW_SAMPLES - 1, dtype=np.float32)).shape == (0, BANDS)


def test_a_full_scale_sine_at_1_khz_has_0_db() -> None:
    assert log_mel(sine(1_000)).max() == pytest.approx(0.0, abs=0.5)


@settings(deadline=None)
@given(st.integers(8, BANDS - 1))
def test_a_tone_is_loudest_in_the_band_it_lies_in(band: int) -> None:
    assert abs(int(log_mel(sine(BAND_CENTRES_HZ[band])).mean(axis=0).argmax()) - band) <= 1


def test_mains_hum_is_20_db_quieter_than_a_tone_of_speech() -> None:
    hum, tone = (level_db(log_mel(sine(hz, 0.1))).mean() for hz in (50, 1_000))
    assert hum < tone - 20


@settings(deadline=None)
@given(gain_db=st.floats(-30, 0))
def test_the_level_of_a_sound_does_not_reach_a_model(gain_db: float) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 8_000).astype(np.float32)
    quieter = (sound * 10 ** (gain_db / 20)).astype(np.float32)
    np.testing.assert_allclose(
        normalise(log_mel(quieter), 40), normalise(log_mel(sound), 40), atol=1e-3
    )


def test_what_lies_far_below_the_peak_does_not_reach_a_model() -> None:
    frames = np.full((10, BANDS), -20.0, dtype=np.float32)
    frames[5:] = -60.0
    deeper = np.where(frames < -20, frames - 15, frames)
    np.testing.assert_array_equal(normalise(deeper, 40), normalise(frames, 40))


def test_the_level_is_that_of_all_bands_together() -> None:
    frames = np.full((1, BANDS), -40.0, dtype=np.float32)
    assert level_db(frames)[0] == pytest.approx(-40 + 10 * np.log10(BANDS), abs=1e-3)
