from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgemood.errors import ModelError
from edgemood.music.analysis.audio.excerpts import SAMPLE_RATE_HZ, Piece, slice_starts
from edgemood.music.analysis.audio.mel import BANDS, SLICE_FRAMES
from edgemood.music.analysis.audio.model import SoundModel, slices_of
from edgemood.music.song import Origin

MODELS = Path(__file__).parents[4] / "models"


@pytest.fixture(scope="module")
def model() -> SoundModel:
    return SoundModel(MODELS / "music_mood.tflite")


def noise(seconds: float, gain: float = 0.3) -> np.ndarray:
    """Loud, with a hard beat."""
    time_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    draw = np.random.default_rng(0).normal(0, gain, len(time_s))
    return (draw * np.exp(-(time_s % 0.35) * 8)).astype(np.float32)


def lullaby(seconds: float) -> np.ndarray:
    """Slow, soft tones."""
    time_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch_hz = 220 * 2 ** (np.array([0, 4, 7, 4])[(time_s // 2).astype(int) % 4] / 12)
    return (0.2 * np.sin(2 * np.pi * pitch_hz * time_s) * np.exp(-(time_s % 2))).astype(np.float32)


def test_noise_with_a_beat_is_more_aroused_than_a_lullaby(model: SoundModel):
    loud, soft = (model.judge([Piece(0.0, sound)]) for sound in (noise(12), lullaby(12)))
    assert loud.mood.affect.arousal > soft.mood.affect.arousal
    assert loud.mood.origin is Origin.SOUND


def test_a_reading_has_standardised_features_and_its_seconds(model: SoundModel):
    reading = model.judge([Piece(30.0, noise(10)), Piece(90.0, lullaby(5))])
    assert reading.features.shape == (16,)
    assert reading.features.dtype == np.float16
    assert [each.start_s for each in reading.seconds] == [30.0, 32.5, 35.0, 90.0]
    assert all(0 <= each.weight <= 1 for each in reading.seconds)
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_how_loud_a_song_is_stored_does_not_matter(model: SoundModel):
    loud, soft = (model.judge([Piece(0.0, noise(10, gain))]) for gain in (0.2, 0.02))
    for name, share in loud.probabilities.items():
        assert soft.probabilities[name] == pytest.approx(share, abs=0.03)


def test_less_than_a_second_has_no_mood(model: SoundModel):
    assert model.judge([Piece(0.0, noise(0.9))]) is None
    assert model.judge([]) is None


def test_broken_samples_break_nothing(model: SoundModel):
    sound = noise(6)
    sound[::7] = np.nan
    sound[::11] = np.inf
    assert np.isfinite(model.judge([Piece(0.0, sound)]).mood.scores).all()


@settings(max_examples=30)
@given(st.integers(SAMPLE_RATE_HZ, 40 * SAMPLE_RATE_HZ))
def test_every_piece_has_whole_slices(samples: int):
    piece = Piece(0.0, np.empty(samples, np.float32))
    picture = np.ones((1 + samples // 256, BANDS), np.float32)
    starts, slices = slices_of([piece], [picture])
    assert len(starts) == len(list(slice_starts(samples))) >= 1
    assert all(each.shape == (SLICE_FRAMES, BANDS) for each in slices)


def test_a_missing_machine_says_so(tmp_path: Path):
    for name in ("music_mood.tflite", "music_tagger.tflite"):
        (tmp_path / name).write_bytes((MODELS / name).read_bytes())
    with pytest.raises(ModelError, match="cannot be read"):
        SoundModel(tmp_path / "music_mood.tflite")
