from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.hearing.frames import COLUMNS, HARMONICS, MEL, FrameStream, frames
from edgemood.hearing.harmonics import HARMONIC_BANDS, HARMONIC_CENTRES_HZ
from edgemood.hearing.mel import FLOOR_DB, SAMPLE_RATE_HZ, WINDOW_SAMPLES, log_mel

GOLDEN = Path(__file__).parents[1] / "golden"


def voice(pitch_hz: float) -> np.ndarray:
    """A second of ten harmonics."""
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    waves = [np.sin(2 * np.pi * n * pitch_hz * time_s) / 20 for n in range(1, 11)]
    return np.sum(waves, axis=0).astype(np.float32)


def test_the_harmonics_are_those_of_librosa() -> None:
    """librosa 0.11.0 made `harmonics` of the samples of log_mel.npz, `x = samples / 32768`,

    after 624 zeros, with 512 more on both sides: power = |stft(x, n_fft=2048, hop_length=160,
    win_length=1024, window="hann", center=False)|² over (sum of the window / 2)², interpolated
    between its bins at 70 · (1500 / 70) ** (i / 63) Hz; power_to_db(…, ref=1, amin=1e-10,
    top_db=None).
    """
    samples = np.load(GOLDEN / "log_mel.npz")["samples"].astype(np.float32) / 32768
    wanted = np.load(GOLDEN / "harmonics.npz")["harmonics"]
    np.testing.assert_allclose(frames(samples)[:, HARMONICS], wanted, atol=1e-3)


@settings(deadline=None)
@given(cuts=st.lists(st.integers(0, 3_000), max_size=12), seed=st.integers(0, 99))
def test_a_stream_gives_the_same_frames_however_the_sound_is_cut(
    cuts: list[int], seed: int
) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.2, 5_000).astype(np.float32)
    stream = FrameStream()
    blocks = np.split(sound, sorted(min(cut, len(sound)) for cut in cuts))
    streamed = np.concatenate([stream.push(block) for block in blocks])
    np.testing.assert_array_equal(streamed, frames(sound))


@settings(deadline=None)
@given(st.integers(0, 4_000))
def test_every_log_mel_frame_has_its_harmonics(samples: int) -> None:
    sound = np.full(samples, 0.1, dtype=np.float32)
    mel = log_mel(sound)
    assert frames(sound).shape == (len(mel), COLUMNS)
    np.testing.assert_array_equal(frames(sound)[:, MEL], mel)


@settings(deadline=None, max_examples=20)
@given(band=st.integers(10, HARMONIC_BANDS - 1))
def test_a_tone_shows_in_the_band_of_its_pitch(band: int) -> None:
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = np.sin(2 * np.pi * HARMONIC_CENTRES_HZ[band] * time_s).astype(np.float32)
    levels_db = frames(tone)[50, HARMONICS]
    assert abs(int(levels_db.argmax()) - band) <= 1
    assert levels_db.max() == pytest.approx(0.0, abs=0.5)


def test_the_harmonics_of_a_deep_voice_lie_apart() -> None:
    levels_db = frames(voice(85.0))[50, HARMONICS]
    first, second = (int(np.abs(HARMONIC_CENTRES_HZ - hz).argmin()) for hz in (85.0, 170.0))
    between = levels_db[first:second].min()
    assert min(levels_db[first], levels_db[second]) > between + 10


def test_sound_that_is_no_number_or_too_loud_is_contained() -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 1e9] * WINDOW_SAMPLES, dtype=np.float32)
    seen = frames(sound)
    assert np.isfinite(seen).all()
    assert seen.min() >= FLOOR_DB
